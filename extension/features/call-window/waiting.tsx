import type { JSX } from "preact";
import { IconButton } from "../../ui/icon-button.tsx";
import { claimInWords, peerTitle, proofInWords } from "../../ui/words.ts";
import type { CallProps } from "./panel.tsx";

/** Somebody else rings while this call is on. Answering holds this call: the phone sees to it. */
export function Waiting({ snapshot, call, bus, run }: CallProps): JSX.Element | null {
  if (call.stage === "ended") return null;
  const others = snapshot.calls.filter(
    ({ id, stage, direction }) => id !== call.id && stage === "ringing" && direction === "incoming",
  );
  if (others.length === 0) return null;
  return (
    <ul class="waiting" aria-label="Calls waiting" aria-live="assertive">
      {others.map(({ id, peer }) => (
        <li key={id} class="row">
          <div class="grow">
            <div title={peer.address}>{peerTitle(peer)} calls you</div>
            <div class="small">{claimInWords(peer, true) ?? proofInWords(peer)}</div>
          </div>
          <IconButton
            icon="hang-up"
            label={`Decline ${peerTitle(peer)}`}
            look="stop"
            press={() => run(() => bus.ask("phone.call.decline", { call: id }))}
          />
          <IconButton
            icon="call"
            label={`Hold this call and answer ${peerTitle(peer)}`}
            look="answer"
            press={() => run(() => bus.ask("phone.call.answer", { call: id }))}
          />
        </li>
      ))}
    </ul>
  );
}
