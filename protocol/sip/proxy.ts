import type { Step } from "../machine.ts";
import { createResponse } from "./create-response.ts";
import { popVia } from "./edit-message.ts";
import { header } from "./fields.ts";
import type { SipHeader, SipRequest, SipResponse } from "./message.ts";
import { bestResponse } from "./proxy-best-response.ts";
import type { ProxyConfig } from "./proxy-config.ts";
import type {
  Answered,
  Branch,
  Closing,
  Ended,
  ProxyContext,
  ProxyEffect,
  ProxyEvent,
  ProxyTarget,
  Search,
  Searching,
} from "./proxy-context.ts";
import { forwardRequest } from "./proxy-forward.ts";
import { sipTimers } from "./timers.ts";

export interface ProxyOptions {
  /** As `screenRequest` passed it. */
  readonly request: SipRequest;
  /** By which this proxy knows the request again: `Screened.loop`. */
  readonly loop: string;
  /** Groups are tried one after the other, the targets of one group at once (§16.6). */
  readonly groups: readonly (readonly ProxyTarget[])[];
  readonly config: ProxyConfig;
  /** At least 64 random bits as token characters, fresh for every request: nobody may guess a branch. */
  readonly random: string;
}

type ProxyStep = Step<ProxyContext, ProxyEffect>;

const ENDED: Ended = { name: "ended" };
const NOTHING: readonly ProxyEffect[] = [];
const NO_RESPONSES: readonly SipResponse[] = [];
const NO_HEADERS: readonly SipHeader[] = [];
/** RFC 3326 §2: by this a phone knows that it did not miss a call. */
const ELSEWHERE: readonly SipHeader[] = [
  { key: "reason", name: "Reason", value: 'SIP;cause=200;text="Call completed elsewhere"' },
];

/**
 * Begins to forward a request. Every branch's client transaction must be told of by `closed` when it has ended.
 *
 * @example
 * const [context, effects] = openProxy({ request, loop, groups: [[{ uri: contact, hop: 17 }]], config, random });
 * // effects: forward to branch 0, start timer "C0", respond 100
 */
export function openProxy({ groups, ...given }: ProxyOptions): ProxyStep {
  const [targets = [], ...later] = groups;
  // "If the target set is empty, the proxy MUST return an error response, which SHOULD be the 480" (§16.5).
  if (targets.length === 0) return [ENDED, [{ do: "respond", response: ownResponse(given, 480) }]];
  // RFC 5393 §5.3.3: what may still be forked has been used up by those before.
  if (Math.max(...groups.map(group => group.length)) > breadthOf(given.request)) {
    return [ENDED, [{ do: "respond", response: ownResponse(given, 440) }]];
  }
  const search: Search = { ...given, invite: given.request.method === "INVITE" };
  const effects: ProxyEffect[] = [];
  const branches = fork(search, { branches: [], targets }, effects);
  // At once, "or the client will send again" (§16.2); a request other than INVITE gets none (RFC 4320 §4.1).
  if (search.invite) effects.push({ do: "respond", response: createResponse(given.request, 100) });
  return [{ name: "searching", search, branches, finals: NO_RESPONSES, groups: later }, effects];
}

/** A context whose state is `ended` is forgotten at once; its timers are all stopped. */
export function stepProxy(context: ProxyContext, event: ProxyEvent): ProxyStep {
  switch (context.name) {
    case "searching":
    case "closing":
      return whileOpen(context, event);
    case "answered":
      return whileAnswered(context, event);
    case "ended":
      return [context, NOTHING];
  }
}

function whileOpen(context: Searching | Closing, event: ProxyEvent): ProxyStep {
  switch (event.type) {
    case "response":
      return responded(context, event.branch, event.response);
    case "fail":
      return failed(context, event.branch, event.why === "timeout" ? 408 : 503);
    case "closed":
      return closed(context, event.branch);
    case "timer":
      return patienceOver(context, Number(event.timer.slice(1)));
    case "cancel":
      return context.name === "searching" && context.search.invite
        ? close(context, event.headers)
        : [context, NOTHING];
  }
}

function whileAnswered(context: Answered, event: ProxyEvent): ProxyStep {
  switch (event.type) {
    case "response": {
      // "After a final response has been sent on the server transaction, the following responses MUST be
      // forwarded immediately: Any 2xx response to an INVITE request" (§16.7 step 5).
      const { response } = event;
      const passes = context.invite && response.status >= 200 && response.status < 300;
      return [context, passes ? [{ do: "respond", response: popVia(response) }] : NOTHING];
    }
    case "closed": {
      const branches = withBranch(context.branches, event.branch, "closed");
      return [settled(context.invite, branches), NOTHING];
    }
    case "fail":
    case "timer":
    case "cancel":
      return [context, NOTHING];
  }
}

function responded(context: Searching | Closing, id: number, response: SipResponse): ProxyStep {
  const branch = context.branches[id];
  if (branch === undefined || branch.name === "closed") return [context, NOTHING];
  const { status } = response;
  if (status < 200) return isPending(branch) ? proceeded(context, id, response) : [context, NOTHING];
  if (status >= 300) return isPending(branch) ? refused(context, id, popVia(response)) : [context, NOTHING];
  return accepted(context, id, response);
}

function proceeded(context: Searching | Closing, id: number, response: SipResponse): ProxyStep {
  const branches = withBranch(context.branches, id, "proceeding");
  // 100 is for this hop alone. A request other than INVITE has no provisional answers (RFC 4320 §4.1).
  if (response.status === 100 || !context.search.invite) return [{ ...context, branches }, NOTHING];
  const effects: ProxyEffect[] = [{ do: "respond", response: popVia(response) }];
  // "The timer C is reset" by every 101 to 199 (§16.7 step 2); a cancelled branch has its transaction's timer.
  if (context.name === "searching") effects.push({ do: "start-timer", timer: `C${id}`, ms: sipTimers.c });
  return [{ ...context, branches }, effects];
}

function accepted(context: Searching | Closing, id: number, response: SipResponse): ProxyStep {
  const { invite } = context.search;
  const effects: ProxyEffect[] = [{ do: "respond", response: popVia(response) }];
  if (invite) effects.push({ do: "stop-timer", timer: `C${id}` });
  const branches = withBranch(context.branches, id, "final");
  if (invite && context.name === "searching") cancelPending(branches, ELSEWHERE, effects);
  return [settled(invite, branches), effects];
}

/** A 3xx to 6xx of a branch, its Via taken off, or what stands for one. */
function refused(context: Searching | Closing, id: number, response: SipResponse): ProxyStep {
  const effects: ProxyEffect[] = [];
  if (context.search.invite) effects.push({ do: "stop-timer", timer: `C${id}` });
  const branches = withBranch(context.branches, id, "final");
  const finals = [...context.finals, response];
  const otherwise = context.branches[id]?.otherwise;
  if (otherwise !== undefined && context.name === "searching" && isLostWay(response.status)) {
    const forked = fork(context.search, { branches, targets: [otherwise] }, effects);
    return [{ ...context, branches: forked, finals }, effects];
  }
  if (response.status >= 600 && context.name === "searching") {
    // "The stateful proxy SHOULD cancel all client pending transactions ..., and it MUST NOT create any new
    // branches in this context" (§16.7 step 5).
    const [closing, more] = close({ ...context, branches, finals }, reasonOf(response));
    effects.push(...more);
    return decided(closing, effects);
  }
  return decided({ ...context, branches, finals }, effects);
}

function failed(context: Searching | Closing, id: number, status: 408 | 503): ProxyStep {
  const branch = context.branches[id];
  if (branch === undefined || !isPending(branch)) return [context, NOTHING];
  return refused(context, id, ownResponse(context.search, status));
}

function closed(context: Searching | Closing, id: number): ProxyStep {
  const branch = context.branches[id];
  if (branch === undefined) return [context, NOTHING];
  // A transaction that ended without a word is as good as timed out.
  const [next, effects] = isPending(branch) ? failed(context, id, 408) : [context, NOTHING];
  if (next.name === "ended") return [next, effects];
  const branches = withBranch(next.branches, id, "closed");
  return [next.name === "answered" ? settled(next.invite, branches) : { ...next, branches }, effects];
}

/** Timer C fired (§16.8): a branch that rings is cancelled, one that never said a word counts as a 408. */
function patienceOver(context: Searching | Closing, id: number): ProxyStep {
  const branch = context.branches[id];
  if (branch === undefined || !isPending(branch)) return [context, NOTHING];
  const cancel: ProxyEffect = { do: "cancel", branch: id, headers: NO_HEADERS };
  if (branch.name === "proceeding") return [context, [cancel]];
  const [next, effects] = failed(context, id, 408);
  return [next, [cancel, ...effects]];
}

function close(
  { search, branches, finals }: Searching,
  reason: readonly SipHeader[],
): Step<Closing, ProxyEffect> {
  const effects: ProxyEffect[] = [];
  if (search.invite) cancelPending(branches, reason, effects);
  return [{ name: "closing", search, branches, finals }, effects];
}

/** Sends the best response when every branch has answered and no group is left. */
function decided(context: Searching | Closing, effects: ProxyEffect[]): ProxyStep {
  if (context.branches.some(isPending)) return [context, effects];
  const { search, branches, finals } = context;
  if (context.name === "searching") {
    const [targets, ...groups] = context.groups;
    if (targets !== undefined) {
      const forked = fork(search, { branches, targets }, effects);
      return decided({ ...context, branches: forked, groups }, effects);
    }
  }
  const response = bestResponse(finals, search.request);
  effects.push(response === undefined ? { do: "abandon" } : { do: "respond", response });
  return [settled(search.invite, branches), effects];
}

function fork(
  search: Search,
  { branches, targets }: { branches: readonly Branch[]; targets: readonly ProxyTarget[] },
  effects: ProxyEffect[],
): readonly Branch[] {
  const { request, config, random, loop } = search;
  const asked = header(request, "max-breadth");
  const breadth =
    asked === undefined && targets.length === 1 ? undefined : Math.floor(breadthOf(request) / targets.length);
  const forked = [...branches];
  for (const target of targets) {
    const id = forked.length;
    const branch = `${random}.${id}.${loop}`;
    const copy = forwardRequest(request, { uri: target.uri, config, branch, breadth });
    effects.push({ do: "forward", branch: id, target, request: copy });
    if (search.invite) effects.push({ do: "start-timer", timer: `C${id}`, ms: sipTimers.c });
    forked.push({ id, name: "trying", otherwise: target.otherwise });
  }
  return forked;
}

/** "The default value for the Max-Breadth header field" is 60 (RFC 5393 §5.3.3). */
function breadthOf(request: SipRequest): number {
  const breadth = Number(header(request, "max-breadth") ?? "60");
  return Number.isInteger(breadth) ? breadth : 60;
}

function cancelPending(
  branches: readonly Branch[],
  headers: readonly SipHeader[],
  effects: ProxyEffect[],
): void {
  for (const branch of branches) {
    if (!isPending(branch)) continue;
    effects.push({ do: "cancel", branch: branch.id, headers }, { do: "stop-timer", timer: `C${branch.id}` });
  }
}

function settled(invite: boolean, branches: readonly Branch[]): Answered | Ended {
  return branches.every(isClosed) ? ENDED : { name: "answered", invite, branches };
}

function withBranch(branches: readonly Branch[], id: number, name: Branch["name"]): readonly Branch[] {
  const branch = branches[id];
  return branch === undefined || branch.name === name ? branches : branches.with(id, { ...branch, name });
}

function isPending({ name }: Branch): boolean {
  return name === "trying" || name === "proceeding";
}

function isClosed({ name }: Branch): boolean {
  return name === "closed";
}

/** The way is at fault, not the device at its end (RFC 5626 §5.3.1). */
function isLostWay(status: number): boolean {
  return status === 408 || status === 430 || status === 503;
}

/** Tells the devices that still ring why they stop: another one declined for all (RFC 3326 §2). */
function reasonOf({ status }: SipResponse): readonly SipHeader[] {
  return [{ key: "reason", name: "Reason", value: `SIP;cause=${status}` }];
}

function ownResponse(
  { request, random }: { request: SipRequest; random: string },
  status: number,
): SipResponse {
  return createResponse(request, status, { toTag: random });
}
