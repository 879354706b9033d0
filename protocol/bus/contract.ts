/**
 * What the parts of the extension say to each other. Two ways, and no third:
 *
 * - **ask**: one request to the one owner of a name, one reply.
 * - **tell**: a payload to all who listen; nobody answers.
 *
 * A name is `owner.noun.verb`: who answers (or tells), what it is about, and what happens (asks: `offer`, `read`;
 * tells: `changed`, `started`). Both interfaces are open: a feature adds its names in its own `model.ts`,
 *
 * ```ts
 * declare module "../../protocol/bus/contract.ts" {
 *   interface Asks {
 *     "recents.entry.list": Ask<{ readonly before: number }, readonly Entry[]>;
 *   }
 * }
 * ```
 *
 * and deleting its folder takes them away again. Requests, replies and payloads are plain data (`isPlain`): what
 * the runtime's messages carry unchanged in every browser.
 */
export interface Asks {
  /** What the contexts of one extension speak. After an update an old content script finds itself outdated. */
  "bus.version.read": Ask<null, { readonly version: number }>;
}

export interface Tells {
  /** An owner is there, for the first time or again: whoever mirrors its state reads it anew. */
  "bus.owner.started": { readonly owner: string };
}

export interface Ask<Request, Reply> {
  readonly request: Request;
  readonly reply: Reply;
}

export type BusName = `${string}.${string}.${string}`;
export type AskName = keyof Asks & BusName;
export type TellName = keyof Tells & BusName;

export type RequestOf<Name extends AskName> = Asks[Name]["request"];
export type ReplyOf<Name extends AskName> = Asks[Name]["reply"];
export type PayloadOf<Name extends TellName> = Tells[Name];

const NAME_LENGTH = 64;
const NAME = /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*(?:\.[a-z][a-z0-9]*(?:-[a-z0-9]+)*){2}$/;

/**
 * Whether it is written as a name; whether anybody answers to it, the bus knows.
 *
 * @example
 * isBusName("page.call.offer") // true
 */
export function isBusName(value: unknown): value is BusName {
  return typeof value === "string" && value.length <= NAME_LENGTH && NAME.test(value);
}

/** The owner in a name. */
export function ownerOf(name: BusName): string {
  return name.slice(0, name.indexOf("."));
}
