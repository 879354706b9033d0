import type { SipRequest } from "../../protocol/sip/message.ts";
import type { Home } from "../chain/client-table.ts";
import type { Maybe } from "../chain/maybe.ts";
import type { Flow } from "./flow.ts";

/** The nodes of other domains. */
export interface Peers {
  /** The flow to a domain that the configuration names; `undefined` while there is no connection. */
  flowTo(domain: string): Flow | undefined;
  /** The flow to a domain that an account's entry on the chain names; it may have to be dialled first. */
  reach?(home: Home): Maybe<Flow | undefined>;
  /** The flow that the dialog of this request takes: it began over one of ours. */
  wayOf?(domain: string, request: SipRequest): Maybe<Flow | undefined>;
  /** What belongs to the same dialog takes the same way. */
  remember?(request: SipRequest, flow: Flow): void;
}
