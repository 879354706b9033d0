import { type ComponentChildren, type JSX, render } from "preact";
import type { Bus } from "../../background/bus/bus.ts";
import type { PhoneSnapshot } from "../../background/bus/phone-contract.ts";
import { openBus } from "../open-bus.ts";
import { IconButton } from "./icon-button.tsx";
import { type Mirror, startMirror, useMirror } from "./mirror.ts";
import { NoPhone } from "./no-phone.tsx";
import { useWork } from "./use-work.ts";

/** What a view of a panel is given: what to show, and how to ask for what is clicked. */
export interface PanelProps {
  readonly snapshot: PhoneSnapshot;
  readonly bus: Bus;
  /** Does it, and says in words where it failed. */
  readonly run: (work: () => Promise<unknown>) => void;
}

/** Puts a view into the page; it is drawn anew with each change of the phone. */
export function showPanel(View: (props: PanelProps) => JSX.Element): void {
  const { signal } = new AbortController();
  const { bus, failed } = openBus(signal);
  const mirror = startMirror(bus, error => failed("mirror", error), signal);
  const place = document.getElementById("panel");
  if (!place) throw new Error("The page has no place for its panel");
  render(<Panel mirror={mirror} bus={bus} View={View} />, place);
}

interface MirrorProps {
  readonly mirror: Mirror;
  readonly bus: Bus;
  readonly View: (props: PanelProps) => JSX.Element;
}

function Panel({ mirror, bus, View }: MirrorProps): JSX.Element {
  useMirror(mirror);
  const snapshot = mirror.now();
  const trouble = mirror.trouble();
  const { run, said, forget } = useWork();
  if (trouble !== undefined) return <NoPhone error={trouble} again={mirror.again} />;
  if (!snapshot) return <Empty>Waking the phone…</Empty>;
  return (
    <>
      <View snapshot={snapshot} bus={bus} run={run} />
      <div class={said ? "toast shown" : "toast"} role="alert">
        {said && (
          <>
            <span class="grow">{said}</span>
            <IconButton icon="close" label="Close this message" press={forget} />
          </>
        )}
      </div>
    </>
  );
}

export function Empty({ children }: { readonly children: ComponentChildren }): JSX.Element {
  return <div class="empty">{children}</div>;
}
