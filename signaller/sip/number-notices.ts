import { isNumber } from "../../protocol/number/number.ts";
import { toHeader } from "../../protocol/sip/edit-message.ts";
import type { SipRequest } from "../../protocol/sip/message.ts";
import type { ProxyConfig } from "../../protocol/sip/proxy-config.ts";
import {
  formatRegInfo,
  mostNumberNews,
  type NumberNews,
  regEvent,
  regInfoType,
} from "../../protocol/sip/reg-info.ts";
import type { ChainChange } from "../chain/change.ts";
import { type ClientTransactions, NOBODY } from "./client-transactions.ts";
import type { Domains } from "./domains.ts";
import { createRandomTokens } from "./random-tokens.ts";
import type { Binding, Registrar } from "./registrar.ts";
import { SipConnection } from "./sip-connection.ts";

export interface NumberNoticesConfig {
  readonly registrar: Registrar;
  readonly clients: ClientTransactions;
  readonly domains: Domains;
  readonly proxy: ProxyConfig;
}

const TOKEN_BYTES = 12;

/**
 * Tells the devices of accounts whose numbers have changed hands. Numbers are registered by nobody, they are their
 * owner's as the chain has it; so it is the node that ends such a registration, and says so in the words of the event
 * package for that (RFC 3680). A device that proved its account subscribes to it by registering here: it supports
 * `etherlynk.v1`, and needs no SUBSCRIBE of its own. What it is told it asks the chain itself.
 *
 * @returns how many were told
 */
export function createNumberNotices(config: NumberNoticesConfig): (change: ChainChange) => number {
  const { registrar, clients } = config;
  const nextToken = createRandomTokens(TOKEN_BYTES);
  return change => {
    let told = 0;
    for (const [account, news] of newsOf(change)) {
      for (const binding of registrar.bindingsOf(account)) {
        if (!isProven(binding)) continue;
        clients.open(binding.flow, toNotify(config, { binding, news, nextToken }), NOBODY);
        told++;
      }
    }
    return told;
  };
}

/** By account: what is no longer its own, and what is now, or again. */
function newsOf({ numbers }: ChainChange): ReadonlyMap<string, readonly NumberNews[]> {
  const all = new Map<string, NumberNews[]>();
  const add = (account: string | undefined, news: NumberNews) => {
    if (account === undefined) return;
    const known = all.get(account);
    if (known === undefined) all.set(account, [news]);
    else if (known.length < mostNumberNews) known.push(news);
  };
  for (const [id, { from, to }] of numbers) {
    const number = `+${id}`;
    if (!isNumber(number)) continue;
    add(from, { number, isGone: true });
    add(to, { number, isGone: false });
  }
  return all;
}

/** Who has proven nothing (an open node) has no number either. */
function isProven({ flow, user }: Binding): boolean {
  return flow instanceof SipConnection && (flow.identities?.some(it => it.user === user) ?? false);
}

interface Notice {
  readonly binding: Binding;
  readonly news: readonly NumberNews[];
  readonly nextToken: () => string;
}

function toNotify(
  { domains: { own }, proxy }: NumberNoticesConfig,
  { binding, news, nextToken }: Notice,
): SipRequest {
  return {
    kind: "request",
    method: "NOTIFY",
    uri: binding.contact,
    headers: [
      toHeader("Via", `${proxy.via};branch=z9hG4bK${nextToken()}`),
      toHeader("Max-Forwards", "70"),
      toHeader("From", `<sip:${own}>;tag=${nextToken()}`),
      toHeader("To", `<sip:${binding.user}@${own}>`),
      toHeader("Call-ID", nextToken()),
      toHeader("CSeq", "1 NOTIFY"),
      toHeader("Contact", `<sip:${own}>`),
      toHeader("Event", regEvent),
      toHeader("Subscription-State", "active"),
      toHeader("Content-Type", regInfoType),
    ],
    body: formatRegInfo(own, news),
  };
}
