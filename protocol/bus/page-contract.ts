import { EtherlynkError } from "../errors.ts";
import { isOfferId, type OfferId } from "../ids.ts";
import { AddressError, parseAccount, parseAddress } from "../number/address.ts";
import { type Context, isContext } from "../words/context.ts";
import type { Ask, AskName, RequestOf } from "./contract.ts";
import { hasOnly, isPlain, isRecord, type PlainLimits } from "./plain.ts";

declare module "./contract.ts" {
  interface Asks {
    /** Shows the user that a call may be placed from here. Only the user places it. */
    "page.call.offer": Ask<CallOffer, { readonly offer: OfferId }>;
    /** Takes an offer back that the user has not acted upon. */
    "page.call.withdraw": Ask<{ readonly offer: OfferId }, null>;
    /** Whether somebody can be called now, as far as they let this user know. */
    "page.presence.read": Ask<{ readonly of: string }, { readonly presence: Presence }>;
    /** Which events are to be told to this page from now on; an empty list stops them. */
    "page.events.choose": Ask<{ readonly events: readonly PageEvent[] }, null>;
  }

  interface Tells {
    /** Only of calls that this page offered. */
    "page.call.changed": { readonly offer: OfferId; readonly state: OfferState };
    /** Only of those whose presence this page has read. */
    "page.presence.changed": { readonly of: string; readonly presence: Presence };
  }
}

/** All that a page may ask: not one name more crosses from a tab. */
export type PageAskName = Extract<AskName, `page.${string}`>;

export interface CallOffer {
  /** As people write it: a name, a number, an account, or `user@domain`. */
  readonly to: string;
  readonly context?: PageContext;
}

/** What a page says a call is about. Where it comes from is not for the page to say. */
export type PageContext = Omit<Context, "origin">;

/** `unknown`: not known, or not for this user to know; a page cannot tell which. */
export type Presence = "available" | "busy" | "away" | "unknown";
export type PageEvent = "call" | "presence";

/** What became of an offer, in no more detail than a page needs. */
export type OfferState = "offered" | "dismissed" | "calling" | "ringing" | "talking" | "ended";

export type PageAsk = {
  readonly [Name in PageAskName]: { readonly name: Name; readonly body: RequestOf<Name> };
}[PageAskName];

export const pageLimits = {
  /** A context at its longest, twice. */
  characters: 8_192,
  values: 64,
  depth: 4,
  /** The longest address that is one (RFC 1035 name, two parts). */
  addressLength: 512,
} as const satisfies PlainLimits & Record<string, number>;

/**
 * Reads what a page asks. `name` and `body` are those of an envelope from a tab; what comes back is new, plain, and
 * in its one written form.
 *
 * @throws PageAskError with a code and a sentence for the page's developer
 * @example
 * readPageAsk("page.call.offer", { to: "alice.eth" }) // { name: "page.call.offer", body: { to: "alice.eth" } }
 */
export function readPageAsk(name: string, body: unknown): PageAsk {
  if (!isPageAskName(name)) throw new PageAskError("page.name", "A page cannot ask this of Etherlynk.");
  if (!isPlain(body, pageLimits)) {
    throw new PageAskError(
      "page.size",
      "This is too much, or not plain data (texts, numbers, lists, objects).",
    );
  }
  if (!isRecord(body) || !hasOnly(body, KEYS[name])) {
    throw new PageAskError(
      "page.fields",
      `This takes an object with no other fields than: ${KEYS[name].join(", ")}.`,
    );
  }
  switch (name) {
    case "page.call.offer":
      return { name, body: readOffer(body) };
    case "page.call.withdraw":
      return { name, body: readWithdrawal(body) };
    case "page.presence.read":
      return { name, body: { of: readAddress(body["of"]) } };
    case "page.events.choose":
      return { name, body: { events: readEvents(body["events"]) } };
  }
}

/**
 * The context of a page's offer, with the origin that the browser vouches for.
 *
 * @param origin of the tab that asked, never from its message
 * @throws PageAskError
 */
export function toContext(context: PageContext, origin: string): Context {
  const whole = { ...context, origin };
  if (isContext(whole)) return whole;
  throw badContext();
}

const KEYS: Readonly<Record<PageAskName, readonly string[]>> = {
  "page.call.offer": ["to", "context"],
  "page.call.withdraw": ["offer"],
  "page.presence.read": ["of"],
  "page.events.choose": ["events"],
};

const EVENTS: ReadonlySet<unknown> = new Set<PageEvent>(["call", "presence"]);
// A host that no page can have (RFC 2606 §2); the real origin is put in its place by `toContext`.
const ANY_ORIGIN = "https://page.invalid";

function isPageAskName(name: string): name is PageAskName {
  return Object.hasOwn(KEYS, name);
}

function readOffer({ to, context }: Readonly<Record<string, unknown>>): CallOffer {
  const address = readAddress(to);
  return context === undefined ? { to: address } : { to: address, context: readContext(context) };
}

function readWithdrawal({ offer }: Readonly<Record<string, unknown>>): { readonly offer: OfferId } {
  if (isOfferId(offer)) return { offer };
  throw new PageAskError("page.offer", "This is not an offer's id. Pass the one that call() gave you.");
}

/** Kept as the page wrote it, since the phone shows and reads it the same way; only that it can be read counts. */
function readAddress(value: unknown): string {
  if (typeof value !== "string" || value.length > pageLimits.addressLength) throw badAddress();
  try {
    parseAddress(value);
  } catch (cause) {
    if (cause instanceof AddressError) throw badAddress(cause);
    throw cause;
  }
  return value.trim();
}

/** Sites write accounts and hashes in any case; a context has one writing, so that two phones hash the same. */
function readContext(value: unknown): PageContext {
  if (!isRecord(value) || Object.hasOwn(value, "origin")) throw badContext();
  const { contract, transaction } = value;
  const written = {
    ...value,
    ...(typeof contract === "string" ? { contract: readContract(contract) } : {}),
    ...(typeof transaction === "string" ? { transaction: transaction.toLowerCase() } : {}),
  };
  const { origin: _, ...context } = toContext(written as PageContext, ANY_ORIGIN);
  return context;
}

function readContract(contract: string): string {
  try {
    return parseAccount(contract);
  } catch (cause) {
    if (cause instanceof AddressError) throw badContext(cause);
    throw cause;
  }
}

function readEvents(value: unknown): readonly PageEvent[] {
  if (Array.isArray(value) && value.length <= EVENTS.size && value.every(isPageEvent))
    return [...new Set(value)];
  throw new PageAskError("page.events", 'The events that can be chosen are "call" and "presence".');
}

function isPageEvent(value: unknown): value is PageEvent {
  return EVENTS.has(value);
}

function badAddress(cause?: AddressError): PageAskError {
  const why = cause ? ` ${cause.message}` : "";
  return new PageAskError("page.address", `Nobody can be called by this.${why}`, { cause });
}

function badContext(cause?: AddressError): PageAskError {
  return new PageAskError(
    "page.context",
    "A context has a chainId and a transaction, an order or a contract; the origin is added by the browser.",
    { cause },
  );
}

/** A page asked for what it may not have, or wrongly. */
export class PageAskError extends EtherlynkError {}
