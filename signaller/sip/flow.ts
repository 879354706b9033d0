import type { SipMessage } from "../../protocol/sip/message.ts";

/**
 * A way by which SIP messages come and go: a client's connection, a link to another domain's node, or the
 * bridge. The core knows nothing else of its neighbours.
 */
export interface Flow {
  readonly kind: "client" | "link" | "bridge";
  /** Unlike any other flow's of this process. */
  readonly id: number;
  readonly closed: boolean;
  /** What limits are counted by besides the flow; none for links and the bridge. */
  readonly address?: string;
  /** False when it was not taken: closed, or its reader is too slow. */
  deliver(message: SipMessage): boolean;
}
