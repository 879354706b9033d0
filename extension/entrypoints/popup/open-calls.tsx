import type { JSX } from "preact";
import type { CallView } from "../../../background/bus/phone-contract.ts";
import { Avatar } from "../../ui/avatar.tsx";
import { IconButton } from "../../ui/icon-button.tsx";
import type { PanelProps } from "../../ui/panel.tsx";
import { shortAddress, stageInWords } from "../../ui/words.ts";

/** The calls that are on, each with the way to its window. */
export function OpenCalls({ snapshot, bus, run }: PanelProps): JSX.Element | null {
  const calls = snapshot.calls.filter(({ stage }) => stage !== "ended");
  if (calls.length === 0) return null;
  return (
    <ul class="list card open-calls" aria-label="Calls that are on">
      {calls.map(call => (
        <li key={call.id}>
          <Avatar title={call.peer.title} />
          <div class="grow">
            <div class="cut" title={call.peer.address}>
              {shortAddress(call.peer.title)}
            </div>
            <div class="soft small cut">{stageInWords(call.stage, call.direction === "incoming")}</div>
          </div>
          <IconButton
            icon="window"
            label={`Show the call with ${call.peer.title}`}
            press={() => run(() => bus.ask("phone.call.show", { call: call.id }))}
          />
          <IconButton
            icon="hang-up"
            label={`${endWord(call)} ${call.peer.title}`}
            look="stop"
            press={() => run(() => end(bus, call))}
          />
        </li>
      ))}
    </ul>
  );
}

function isAsking({ direction, stage }: CallView): boolean {
  return direction === "incoming" && stage === "ringing";
}

function endWord(call: CallView): string {
  return isAsking(call) ? "Decline" : "Hang up:";
}

function end(bus: PanelProps["bus"], call: CallView): Promise<null> {
  return bus.ask(isAsking(call) ? "phone.call.decline" : "phone.call.hang-up", { call: call.id });
}
