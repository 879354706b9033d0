import type { JSX } from "preact";
import type { CallView } from "../../../background/bus/phone-contract.ts";
import type { CallMediaControls } from "../../../background/media/call-media.ts";
import type { PanelProps } from "../../ui/panel.tsx";
import { Controls } from "./controls.tsx";
import { ProofCard } from "./proof-card.tsx";
import { Stage } from "./stage.tsx";
import "./call-window.css";

export interface CallProps extends PanelProps {
  readonly call: CallView;
  /** Once this window has the call's media; drawn anew with each change of them. */
  readonly media: CallMediaControls | undefined;
}

/** One call: who it is and why we believe it, what is seen of them, what can be done. */
export function CallWindow(props: CallProps): JSX.Element {
  return (
    <main class="call">
      <ProofCard call={props.call} />
      <Stage call={props.call} />
      <Controls {...props} />
    </main>
  );
}
