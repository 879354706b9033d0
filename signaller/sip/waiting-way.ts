import { createResponse } from "../../protocol/sip/create-response.ts";
import type { SipRequest } from "../../protocol/sip/message.ts";
import type { ServerRun } from "./server-transactions.ts";
import type { Way } from "./way.ts";

export interface WaitingWay {
  readonly server: ServerRun;
  readonly request: SipRequest;
  readonly way: Promise<Way>;
  newTag(): string;
  onBug(error: unknown): void;
}

/** Waits for a request's way, unless its caller gives up first. */
export function waitForWay(
  { server, request, way, newTag, onBug }: WaitingWay,
  go: (way: Way) => void,
): void {
  let isWaiting = true;
  server.user = {
    onCancel() {
      if (!isWaiting) return;
      isWaiting = false;
      server.respond(createResponse(request, 487, { toTag: newTag() }));
    },
    onLost() {
      isWaiting = false;
    },
  };
  way
    .then(found => {
      if (!isWaiting) return;
      isWaiting = false;
      go(found);
    })
    .catch((error: unknown) => {
      onBug(error);
      if (isWaiting) server.respond(createResponse(request, 500, { toTag: newTag() }));
      isWaiting = false;
    });
}
