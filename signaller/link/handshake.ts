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
}

/** One side of the handshake that `hello.ts` draws. */
export interface Handshake {
  /** What is to be sent now. The other side's domain once it has proven itself. Throws LinkError to refuse it. */
  take(message: LinkMessage): Promise<{ readonly send: readonly string[]; readonly done?: string }>;
}

type State =
  | { readonly name: "silent" }
  | { readonly name: "greeted"; readonly key: P256Key; readonly claim: NodeLinkClaim }
  | { readonly name: "proven"; readonly domain: string };

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
        const { claim } = state;
        await requireProof(state, message.signature);
        state = { name: "proven", domain };
        return { send: [await prove(config.key, claim)] };
      }
      if (message.link === "ready" && state.name === "proven") return { send: [], done: domain };
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
        return { send: [formatLinkMessage({ link: "ready" })], done: state.claim.otherDomain };
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
  const expected = config.thumbprintOf(message.from);
  if (message.to !== config.domain) throw new LinkError(`This is the node of ${config.domain}.`);
  if (expected === undefined) throw new LinkError(`No link to ${message.from} is configured here.`);
  if (thumbprint(message.key) !== expected) {
    throw new LinkError(`The key of ${message.from} is not the one that is configured here.`);
  }
  const claim: NodeLinkClaim = {
    role,
    ownDomain: config.domain,
    otherDomain: message.from,
    ownNonce: nonce,
    otherNonce: message.nonce,
  };
  return { name: "greeted", key: message.key, claim };
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
