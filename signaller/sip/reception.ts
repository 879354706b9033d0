import { createResponse } from "../../protocol/sip/create-response.ts";
import { toHeader } from "../../protocol/sip/edit-message.ts";
import { contacts, header, to, tokens } from "../../protocol/sip/fields.ts";
import type { SipHeader, SipMessage, SipRequest } from "../../protocol/sip/message.ts";
import { formatDate } from "../../protocol/sip/sip-date.ts";
import type { SipParseError } from "../../protocol/sip/sip-parse-error.ts";
import type { Whereabouts } from "../chain/whereabouts.ts";
import type { Log } from "../log.ts";
import { closeCode } from "../websocket/frame.ts";
import { isChainKey, toContactKey, toSipUri, toUserKey } from "./address-keys.ts";
import type { Admission, Identity } from "./admission.ts";
import type { Aliases } from "./aliases.ts";
import { withAsserted } from "./asserted-identity.ts";
import type { Domains } from "./domains.ts";
import { toFlatString } from "./flat-string.ts";
import type { Flow } from "./flow.ts";
import { checkGate, ownTag } from "./gate.ts";
import type { SipRoomLimits } from "./limits.ts";
import { createNonces, type Nonces } from "./nonces.ts";
import { register } from "./register.ts";
import type { Registrar } from "./registrar.ts";
import type { DialectCounts, SipConnection, SipHost } from "./sip-connection.ts";
import type { Refusal, SipCore } from "./sip-core.ts";

export interface ReceptionConfig {
  readonly core: SipCore;
  readonly domains: Domains;
  /** Names that nobody registers: they lead to accounts. */
  readonly aliases: Aliases;
  /** Where it is there, numbers and names are the chain's to give, in an open node too. */
  readonly whereabouts?: Whereabouts | undefined;
  readonly registrar: Registrar;
  readonly limits: SipRoomLimits;
  readonly log: Log;
  /** None: the node is open. */
  readonly admission: Admission | undefined;
  /** A device of the user is here, and knows it. */
  onRegistered(user: string): void;
  onForget(connection: SipConnection): void;
}

export interface ReceptionCounts extends DialectCounts {
  registers: number;
  challenged: number;
  admitted: number;
  denied: number;
}

/** Option tags that this node itself understands, in the Require of a REGISTER or an OPTIONS to itself. */
const UNDERSTOOD = new Set([ownTag, "gruu", "path", "outbound"]);

/**
 * Where clients' messages come in: who may send them, what they may say of themselves, and the two requests that are
 * the node's own to answer, REGISTER and OPTIONS.
 */
export class Reception implements SipHost {
  readonly counts: ReceptionCounts = {
    faults: 0,
    keepAlives: 0,
    registers: 0,
    challenged: 0,
    admitted: 0,
    denied: 0,
  };
  readonly #config: ReceptionConfig;
  /** The Date of this second, written once. */
  #second = 0;
  #date = toHeader("Date", formatDate(0));

  constructor(config: ReceptionConfig) {
    this.#config = config;
  }

  get malformedMessages(): number {
    return this.#config.limits.malformedMessages;
  }

  get waitingMessages(): number {
    return this.#config.limits.waitingMessages;
  }

  get waitingMessageBytes(): number {
    return this.#config.limits.waitingMessageBytes;
  }

  receive(connection: SipConnection, message: SipMessage): Promise<void> | undefined {
    const { core, admission, domains } = this.#config;
    if (message.kind === "response") {
      core.receive(connection, withAsserted(message, undefined, domains.own));
      return undefined;
    }
    if (admission === undefined) {
      this.#pass(connection, message, undefined);
      return undefined;
    }
    const decision = checkGate(message, liveIdentities(connection), this.#config);
    switch (decision.do) {
      case "pass":
        this.#pass(connection, message, decision.identity);
        return undefined;
      case "drop":
        return undefined;
      case "refuse":
        this.#deny(connection, message, toRefusal(decision));
        return undefined;
      case "prove":
        if (admission.isProof(message)) return this.#prove(connection, message, admission);
        this.#challenge(connection, message, admission);
        return undefined;
    }
  }

  /** A request whose way led to the node itself. */
  answerSelf(flow: Flow, request: SipRequest): void {
    const { core } = this.#config;
    if (request.method !== "OPTIONS") {
      const allow = { key: "allow", name: "Allow", value: "OPTIONS, REGISTER" };
      core.refuse(flow, request, { status: 405, headers: [allow] });
      return;
    }
    const unsupported = this.#unsupported(request);
    if (unsupported !== undefined) core.refuse(flow, request, unsupported);
    else this.#accept(flow, request, describeNode);
  }

  forget(connection: SipConnection): void {
    this.#config.onForget(connection);
    this.#config.registrar.forget(connection);
    this.#config.core.forget(connection);
  }

  refuseMalformed(connection: SipConnection, message: SipMessage, error: SipParseError): void {
    if (message.kind === "request") {
      this.#config.core.refuse(connection, message, { status: error.status ?? 400, sentence: error.message });
    }
  }

  onBug(connection: SipConnection, error: unknown): void {
    this.#config.log("error", "sip.bug", {
      connection: connection.id,
      stack: error instanceof Error ? error.stack : String(error),
    });
    connection.wire.close(closeCode.internal, "This node has made a mistake.");
  }

  async #prove(connection: SipConnection, request: SipRequest, admission: Admission): Promise<void> {
    const { limits } = this.#config;
    const outcome = await admission.check(request, {
      nonces: this.#noncesOf(connection),
      address: connection.address,
    });
    if (connection.closed) return;
    if (!outcome.ok) {
      if (outcome.status === 401) this.#challenge(connection, request, admission);
      else this.#deny(connection, request, outcome);
      // Who fails again and again to prove anything is as good as one who sends no SIP.
      if (outcome.status === 403) connection.countFault();
      return;
    }
    // A block may have come between the check and here.
    const fault = admission.faultOf(outcome.identity);
    if (fault !== undefined) {
      this.#deny(connection, request, { status: 403, sentence: fault });
      return;
    }
    const known = liveIdentities(connection).filter(({ user }) => user !== outcome.identity.user);
    connection.identities = [...known, outcome.identity].slice(-limits.identities);
    this.counts.admitted++;
    // Now decided as for anybody admitted: another account's delegation does not help.
    const decision = checkGate(request, [outcome.identity], this.#config);
    if (decision.do === "pass") {
      this.#pass(connection, request, decision.identity);
      return;
    }
    this.#deny(connection, request, decision.do === "refuse" ? toRefusal(decision) : anotherAccount);
  }

  #challenge(connection: SipConnection, request: SipRequest, admission: Admission): void {
    this.counts.challenged++;
    const challenge = toHeader("WWW-Authenticate", admission.challenge(this.#noncesOf(connection)));
    this.#config.core.refuse(connection, request, { status: 401, headers: [challenge] });
  }

  #deny(connection: SipConnection, request: SipRequest, refusal: Refusal): void {
    this.counts.denied++;
    const later = refusal.status === 503 ? [toHeader("Retry-After", "5")] : [];
    const headers = [...(refusal.headers ?? []), ...later];
    this.#config.core.refuse(connection, request, { ...refusal, headers });
  }

  #noncesOf(connection: SipConnection): Nonces {
    const { nonces: count, nonceMs: lifetimeMs } = this.#config.limits;
    connection.nonces ??= createNonces({ count, lifetimeMs }, () => performance.now());
    return connection.nonces;
  }

  #pass(connection: SipConnection, request: SipRequest, identity: Identity | undefined): void {
    const { core, domains } = this.#config;
    if (request.method === "REGISTER") {
      this.#register(connection, request, identity);
      return;
    }
    if (this.#config.admission === undefined) this.#noteContact(connection, request);
    core.receive(connection, withAsserted(request, identity?.user, domains.own));
  }

  #register(connection: SipConnection, request: SipRequest, identity: Identity | undefined): void {
    const { core, domains, registrar, limits } = this.#config;
    this.counts.registers++;
    const unsupported = this.#unsupported(request);
    if (unsupported !== undefined) {
      core.refuse(connection, request, unsupported);
      return;
    }
    const target = toSipUri(request.uri);
    const aor = toSipUri(to(request).uri);
    const user = aor !== undefined && domains.isOwn(aor) ? toUserKey(aor.user) : undefined;
    if (target === undefined || !domains.isOwn(target) || aor === undefined || user === undefined) {
      core.refuse(connection, request, { status: 404, sentence: "This address is not of this domain." });
      return;
    }
    if (this.#config.aliases.has(user)) {
      core.refuse(connection, request, {
        status: 403,
        sentence: "This name leads to an account: register that.",
      });
      return;
    }
    const { whereabouts } = this.#config;
    if (whereabouts !== undefined && isChainKey(user)) {
      core.refuse(connection, request, { status: 403, sentence: ofTheChain });
      return;
    }
    const now = () => performance.now() / 1_000;
    const answer = register(
      {
        request,
        user,
        flow: connection,
        address: aor,
        until: identity === undefined ? Number.POSITIVE_INFINITY : identity.until / 1_000,
        proven: identity !== undefined,
      },
      { registrar, limits, now },
    );
    if (answer.status !== 200) core.refuse(connection, request, answer);
    else {
      this.#accept(connection, request, answer.headers);
      if (registrar.bindingsOf(user).length > 0) this.#config.onRegistered(user);
      core.comeBack(connection, answer.left);
    }
  }

  /** RFC 3261 §8.2.2.3. */
  #unsupported(request: SipRequest): Refusal | undefined {
    if (header(request, "require") === undefined) return undefined;
    const unknown = tokens(request, "require").filter(tag => !UNDERSTOOD.has(tag));
    return unknown.length === 0
      ? undefined
      : { status: 420, headers: [toHeader("Unsupported", unknown.join(", "))] };
  }

  /** With the Date by which a client may set its clock right (§10.3 step 8, §20.17). */
  #accept(flow: Flow, request: SipRequest, headers: readonly SipHeader[]): void {
    const second = Math.floor(Date.now() / 1_000);
    if (second !== this.#second) {
      this.#second = second;
      this.#date = toHeader("Date", formatDate(second));
    }
    const toTag = this.#config.core.nextTag();
    flow.deliver(createResponse(request, 200, { toTag, headers: [...headers, this.#date] }));
  }

  /**
   * Who calls without being registered (open nodes only) is found by the Contact of the call, as long as the
   * connection lasts.
   */
  #noteContact(connection: SipConnection, request: SipRequest): void {
    const { registrar, limits, domains } = this.#config;
    if (request.method !== "INVITE" && request.method !== "SUBSCRIBE") return;
    const text = header(request, "contact") === undefined ? undefined : contacts(request)[0]?.uri;
    const uri = text === undefined || text.length > limits.contactBytes ? undefined : toSipUri(text);
    if (uri?.user === undefined || (domains.isOwn(uri) && uri.host === domains.own)) return;
    const key = toContactKey(uri);
    if (registrar.flowOf(key) === connection || registrar.notedOn(connection) >= limits.notedContacts) return;
    registrar.note(toFlatString(key), connection);
  }
}

const describeNode: readonly SipHeader[] = [
  toHeader(
    "Allow",
    "INVITE, ACK, BYE, CANCEL, OPTIONS, REGISTER, MESSAGE, INFO, PRACK, UPDATE, NOTIFY, SUBSCRIBE, REFER",
  ),
  toHeader("Supported", `${ownTag}, gruu`),
];

const ofTheChain = "Names and numbers are registered through their account: write it in To.";

const anotherAccount: Refusal = {
  status: 403,
  sentence: "This delegation is of another account than the one that sends.",
};

function liveIdentities({ identities }: SipConnection): readonly Identity[] {
  if (identities === undefined) return [];
  const now = performance.now();
  return identities.some(({ until }) => until <= now)
    ? identities.filter(({ until }) => until > now)
    : identities;
}

function toRefusal(decision: { status: number; sentence: string; require?: string }): Refusal {
  const { status, sentence, require } = decision;
  return { status, sentence, headers: require === undefined ? [] : [toHeader("Require", require)] };
}
