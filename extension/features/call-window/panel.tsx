import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { CallView } from "../../../background/bus/phone-contract.ts";
import type { CallMediaControls } from "../../../background/media/call-media.ts";
import type { PanelProps } from "../../ui/panel.tsx";
import { peerTitle, stageInWords } from "../../ui/words.ts";
import { Controls } from "./controls.tsx";
import { Ended } from "./ended.tsx";
import { ProofCard } from "./proof-card.tsx";
import { Ringing } from "./ringing.tsx";
import { Stage } from "./stage.tsx";
import { Trouble } from "./trouble.tsx";
import { useChosenMicrophone } from "./use-chosen-microphone.ts";
import { Voice } from "./voice.tsx";
import { Waiting } from "./waiting.tsx";
import "./call-window.css";

export interface CallProps extends PanelProps {
  readonly call: CallView;
  /** Once this window has the call's media; drawn anew with each change of them. */
  readonly media: CallMediaControls | undefined;
}

/** One call: who it is and why we believe it, what is seen of them, what can be done. */
export function CallWindow(props: CallProps): JSX.Element {
  const { call } = props;
  const phase = phaseOf(call);
  const frame = useRef<HTMLElement>(null);
  useChosenMicrophone(props);
  useTitle(call);
  // What was pressed last is gone: keys begin from the top of what there is now, and press nothing by themselves.
  useEffect(() => frame.current?.focus(), [phase]);
  return (
    <main class={`call ${phase}`} ref={frame} tabIndex={-1} aria-label={`Call with ${peerTitle(call.peer)}`}>
      <Waiting {...props} />
      <ProofCard {...props} />
      <Trouble {...props} />
      <Stage {...props} />
      <Voice {...props} />
      {phase === "asking" && <Ringing {...props} />}
      {phase === "open" && <Controls {...props} />}
      {phase === "over" && <Ended {...props} />}
    </main>
  );
}

type Phase = "asking" | "open" | "over";

function phaseOf({ stage, direction }: CallView): Phase {
  if (stage === "ended") return "over";
  return stage === "ringing" && direction === "incoming" ? "asking" : "open";
}

/** The system's list of windows says who it is, and how it stands. */
function useTitle({ peer, stage, direction }: CallView): void {
  const title = `${peerTitle(peer)}: ${stageInWords(stage, direction === "incoming")}`;
  useEffect(() => {
    document.title = title;
  }, [title]);
}
