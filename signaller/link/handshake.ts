import { randomBytes } from "node:crypto";
import { EtherlynkError } from "../../protocol/errors.ts";
import {
  mirrored,
  type NodeLinkClaim,
  nodeLinkBytes,
  nodeLinkNonceBytes,
} from "../../protocol/words/node-link.ts";
import { type P256Key, thumbprint } from "../../protocol/words/p256-key.ts";
import type { NodeKey } from "../node-key.ts";
import { formatLinkMessage, type LinkMessage } from "./hello.ts";
import { isSignedBy, signWith, toP256Key } from "./link-key.ts";

export interface HandshakeConfig {
  readonly domain: string;
  readonly key: NodeKey;
  /** The thumbprint that a domain's node must have; `undefined` for a domain that is not configured. */
  thumbprintOf(domain: string): string | undefined;
  /** Whether the chain names this key for a domain that is not configured. */
  isFound?(domain: string, thumbprint: string): boolean;
}

/** One side of the handshake that `hello.ts` draws. */
export interface Handshake {
  /** What is to be sent now, and who the other side is once it has proven it. Throws LinkError to refuse it. */
  take(message: LinkMessage): Promise<{ readonly send: readonly string[]; readonly done?: Proven }>;
}

/** Whose node the other side is, and the thumbprint of the key that it has. */
export interface Proven {
  readonly domain: string;
  readonly thumbprint: string;
}

type State =
  | { readonly name: "silent" }
  | { readonly name: "greeted"; readonly key: P256Key; readonly claim: NodeLinkClaim }
  | { readonly name: "proven"; readonly other: Proven };

/** The side that dials `domain`; `first` is what it says. */
export function createCallerHandshake(
  config: HandshakeConfig,
  domain: string,
): Handshake & { readonly first: string } {
  const nonce = newNonce();
  let state: State = { name: "silent" };
  return {
    first: formatLinkMessage(hello(config, domain, nonce)),
    async take(message) {
      if (message.link === "hello" && state.name === "silent") {
        if (message.from !== domain) throw new LinkError("Another domain's node answers there.");
        state = greet({ config, message, role: "caller", nonce });
        return { send: [] };
      }
      if (message.link === "proof" && state.name === "greeted") {
        const { claim, key } = state;
        await requireProof(state, message.signature);
        state = { name: "proven", other: { domain, thumbprint: thumbprint(key) } };
        return { send: [await prove(config.key, claim)] };
      }
      if (message.link === "ready" && state.name === "proven") return { send: [], done: state.other };
      throw outOfTurn();
    },
  };
}

/** The side that is dialled. */
export function createCalleeHandshake(config: HandshakeConfig): Handshake {
  const nonce = newNonce();
  let state: State = { name: "silent" };
  return {
    async take(message) {
      if (message.link === "hello" && state.name === "silent") {
        const greeted = greet({ config, message, role: "callee", nonce });
        state = greeted;
        const answer = formatLinkMessage(hello(config, message.from, nonce));
        return { send: [answer, await prove(config.key, greeted.claim)] };
      }
      if (message.link === "proof" && state.name === "greeted") {
        await requireProof(state, message.signature);
        const other = { domain: state.claim.otherDomain, thumbprint: thumbprint(state.key) };
        return { send: [formatLinkMessage({ link: "ready" })], done: other };
      }
      throw outOfTurn();
    },
  };
}

function hello({ domain, key }: HandshakeConfig, to: string, nonce: string): LinkMessage {
  return { link: "hello", from: domain, to, key: toP256Key(key), nonce };
}

interface Greeting {
  readonly config: HandshakeConfig;
  readonly message: LinkMessage & { readonly link: "hello" };
  readonly role: "caller" | "callee";
  readonly nonce: string;
}

function greet({ config, message, role, nonce }: Greeting): State & { readonly name: "greeted" } {
  if (message.to !== config.domain) throw new LinkError(`This is the node of ${config.domain}.`);
  requireExpected(config, message.from, thumbprint(message.key));
  const claim: NodeLinkClaim = {
    role,
    ownDomain: config.domain,
    otherDomain: message.from,
    ownNonce: nonce,
    otherNonce: message.nonce,
  };
  return { name: "greeted", key: message.key, claim };
}

function requireExpected(config: HandshakeConfig, domain: string, key: string): void {
  const expected = config.thumbprintOf(domain);
  if (expected !== undefined && key !== expected) {
    throw new LinkError(`The key of ${domain} is not the one that is configured here.`);
  }
  if (expected !== undefined) return;
  if (config.isFound === undefined) throw new LinkError(`No link to ${domain} is configured here.`);
  if (domain === config.domain || !config.isFound(domain, key)) {
    throw new LinkError(`No link to ${domain} is configured here, and the chain names no such key for it.`);
  }
}

async function prove(key: NodeKey, claim: NodeLinkClaim): Promise<string> {
  return formatLinkMessage({ link: "proof", signature: await signWith(key, nodeLinkBytes(claim)) });
}

async function requireProof(
  { key, claim }: State & { readonly name: "greeted" },
  signature: Uint8Array,
): Promise<void> {
  if (await isSignedBy(key, signature, nodeLinkBytes(mirrored(claim)))) return;
  throw new LinkError(`${claim.otherDomain} did not prove its key.`);
}

function newNonce(): string {
  return randomBytes(nodeLinkNonceBytes).toString("base64url");
}

function outOfTurn(): LinkError {
  return new LinkError("This message was not expected now.");
}

export class LinkError extends EtherlynkError {
  constructor(sentence: string) {
    super("link.refused", sentence);
  }
}
