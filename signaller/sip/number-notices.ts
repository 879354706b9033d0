import { isNumber, type NumberText } from "../../protocol/number/number.ts";
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
import type { ClientTransactions, ClientUser } from "./client-transactions.ts";
import type { Domains } from "./domains.ts";
import { createRandomTokens } from "./random-tokens.ts";
import type { Binding, Registrar } from "./registrar.ts";
import { SipConnection } from "./sip-connection.ts";

export interface NumberNoticesConfig {
  readonly registrar: Registrar;
  readonly clients: ClientTransactions;
  readonly domains: Domains;
  readonly proxy: ProxyConfig;
  /** Whether an account has a line here, which may be down just now: of all others' sales there are too many. */
  wasHere(account: string): boolean;
}

const TOKEN_BYTES = 12;
/** Accounts that are away; whoever sold longest ago is not told. */
const MOST_UNTOLD = 10_000;

export interface NumberNotices {
  /** @returns how many devices are told */
  tell(change: ChainChange): number;
  /** A device of the account has registered: it hears what nobody of the account has heard. */
  arrived(account: string): void;
}

/**
 * Tells the devices of accounts whose numbers have changed hands. Numbers are registered by nobody, they are their
 * owner's as the chain has it; so it is the node that ends such a registration, and says so in the words of the event
 * package for that (RFC 3680). A device that proved its account subscribes to it by registering here: it supports
 * `etherlynk.v1`, and needs no SUBSCRIBE of its own. What it is told it asks the chain itself.
 *
 * A number that is lost while its seller is away, or while the connection breaks, is kept for whoever comes first.
 */
export function createNumberNotices(config: NumberNoticesConfig): NumberNotices {
  const { registrar, clients } = config;
  const nextToken = createRandomTokens(TOKEN_BYTES);
  const untold = createUntold();

  function tellAccount(account: string, news: readonly NumberNews[]): number {
    const devices = registrar.bindingsOf(account).filter(isProven);
    if (devices.length === 0 && config.wasHere(account)) untold.keep(account, news);
    let waiting = devices.length;
    let isHeard = false;
    const user: ClientUser = {
      onResponse(response) {
        isHeard ||= response.status >= 200;
      },
      onFail: () => undefined,
      onClosed() {
        waiting--;
        if (waiting === 0 && !isHeard) untold.keep(account, news);
      },
    };
    for (const binding of devices) {
      clients.open(binding.flow, toNotify(config, { binding, news, nextToken }), user);
    }
    return devices.length;
  }

  return {
    tell(change) {
      let told = 0;
      for (const [account, news] of newsOf(change)) told += tellAccount(account, news);
      return told;
    },
    arrived(account) {
      const news = untold.take(account);
      if (news.length > 0) tellAccount(account, news);
    },
  };
}

/** Numbers that accounts have lost, and not got back, since anybody of theirs was told anything. */
function createUntold() {
  const accounts = new Map<string, Map<NumberText, NumberNews>>();
  return {
    keep(account: string, news: readonly NumberNews[]): void {
      const known = accounts.get(account) ?? new Map<NumberText, NumberNews>();
      accounts.delete(account);
      for (const it of news) {
        known.delete(it.number);
        if (it.isGone && known.size < mostNumberNews) known.set(it.number, it);
      }
      if (known.size > 0) accounts.set(account, known);
      const [oldest] = accounts.keys();
      if (accounts.size > MOST_UNTOLD && oldest !== undefined) accounts.delete(oldest);
    },
    take(account: string): readonly NumberNews[] {
      const news = [...(accounts.get(account)?.values() ?? [])];
      accounts.delete(account);
      return news;
    },
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
