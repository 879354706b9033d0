import { toReason } from "../../protocol/call/end-reason.ts";
import { toHeader } from "../../protocol/sip/edit-message.ts";
import type { SipHeader } from "../../protocol/sip/message.ts";
import type { ProxyTarget } from "../../protocol/sip/proxy-context.ts";

/** Where a request goes; or the answer that it earns instead. */
export type Way =
  | {
      readonly kind: "targets";
      readonly groups: readonly (readonly ProxyTarget[])[];
      /** Whose devices these are; none where it goes to another domain, or to one Contact. */
      readonly called?: Called;
    }
  /** To this node itself: it names the domain and nobody in it. */
  | { readonly kind: "self" }
  | {
      readonly kind: "nobody";
      readonly status: number;
      readonly sentence: string;
      readonly headers?: readonly SipHeader[];
    };

/** Who is called in the end, and by which number, which may be sold while it rings. */
export interface Called {
  /** In the form of `toUserKey`. */
  readonly user: string;
  readonly number?: string | undefined;
}

export function toTargets(groups: readonly (readonly ProxyTarget[])[], called?: Called): Way {
  return called === undefined ? { kind: "targets", groups } : { kind: "targets", groups, called };
}

export function nobody(status: number, sentence: string): Way {
  return { kind: "nobody", status, sentence };
}

export const changedHands: Way = {
  kind: "nobody",
  status: 480,
  sentence: "This number has changed hands, and its new owner has not been here yet.",
  headers: [toHeader("Reason", toReason("changed-hands") ?? "")],
};
