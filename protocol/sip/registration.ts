import type { Step } from "../machine.ts";
import type { SipHeader, SipResponse } from "./message.ts";
import { createRegister, grantedBinding, minExpires, retryAfter } from "./register-request.ts";
import type {
  Account,
  Asking,
  Authorizing,
  Offline,
  Purpose,
  Registered,
  Registration,
  RegistrationEffect,
  RegistrationEvent,
  Series,
  Waiting,
} from "./registration-state.ts";

type RegistrationStep = Step<Registration, RegistrationEffect>;

const NOTHING: readonly RegistrationEffect[] = [];
const NO_HEADERS: readonly SipHeader[] = [];
/** Challenges and 423s in a row: one more, because a nonce may have grown old on its way, and then no more. */
const MAX_RETRIES = 2;
/** A node that asks to stay away for longer is asked again after an hour. */
const MAX_RETRY_AFTER = 3_600;

/** A registration that has not begun; `start` begins it. */
export function openRegistration(account: Account): Registration {
  return { name: "idle", series: { account, seq: 0, expires: account.expires } };
}

export function stepRegistration(state: Registration, event: RegistrationEvent): RegistrationStep {
  switch (state.name) {
    case "idle":
    case "refused":
      return event.type === "start"
        ? [{ name: "offline", series: state.series, failures: 0 }, [{ do: "connect" }]]
        : [state, NOTHING];
    case "offline":
      return whileOffline(state, event);
    case "asking":
      return whileAsking(state, event);
    case "authorizing":
      return whileAuthorizing(state, event);
    case "waiting":
      return whileWaiting(state, event);
    case "registered":
      return whileRegistered(state, event);
  }
}

function whileOffline(state: Offline, event: RegistrationEvent): RegistrationStep {
  switch (event.type) {
    case "socket-open":
      return ask(state.series, { purpose: "register", failures: state.failures, retries: 0 });
    case "socket-lost":
      // The attempt to connect failed.
      return lost(state.series, { failures: state.failures + 1, random: event.random, wasOn: false });
    case "timer":
      return [state, event.timer === "connect" ? [{ do: "connect" }] : NOTHING];
    case "stop":
      return [
        { name: "idle", series: state.series },
        [{ do: "stop-timer", timer: "connect" }, { do: "stopped" }],
      ];
    case "start":
    case "response":
    case "fail":
    case "credentials":
      return [state, NOTHING];
  }
}

function whileAsking(state: Asking, event: RegistrationEvent): RegistrationStep {
  switch (event.type) {
    case "response":
      return event.response.status < 200 ? [state, NOTHING] : answered(state, event.response, event.random);
    case "fail":
      if (state.purpose !== "register") return stopped(state.series);
      // No answer within 64*T1: this connection is dead, whatever it says of itself (RFC 5626 §4.4).
      return lost(state.series, { failures: state.failures + 1, random: event.random, wasOn: true });
    case "socket-lost":
      if (state.purpose !== "register") return stopped(state.series);
      return lost(state.series, { failures: state.failures + 1, random: event.random, wasOn: true });
    case "timer":
      return [state, event.timer === "expiry" ? [{ do: "lapsed" }] : NOTHING];
    case "stop":
      // "UAs MUST NOT send a new registration ... until they have received a final response from the registrar for
      // the previous one" (§10.2).
      return [state.purpose === "register" ? { ...state, purpose: "register-and-leave" } : state, NOTHING];
    case "start":
      return [state.purpose === "register-and-leave" ? { ...state, purpose: "register" } : state, NOTHING];
    case "socket-open":
    case "credentials":
      return [state, NOTHING];
  }
}

function whileAuthorizing(state: Authorizing, event: RegistrationEvent): RegistrationStep {
  switch (event.type) {
    case "credentials":
      return ask(state.series, { ...state, headers: event.headers });
    case "socket-lost":
      return state.purpose === "register"
        ? lost(state.series, { failures: state.failures + 1, random: event.random, wasOn: true })
        : stopped(state.series);
    case "timer":
      return [state, event.timer === "expiry" ? [{ do: "lapsed" }] : NOTHING];
    case "stop":
      // Nothing is bound yet, or what is bound lapses: credentials for taking it back may never come.
      return stopped(state.series);
    case "start":
    case "socket-open":
    case "response":
    case "fail":
      return [state, NOTHING];
  }
}

function whileWaiting(state: Waiting, event: RegistrationEvent): RegistrationStep {
  switch (event.type) {
    case "timer":
      if (event.timer === "expiry") return [state, [{ do: "lapsed" }]];
      return event.timer === "retry"
        ? ask(state.series, { purpose: "register", failures: state.failures, retries: 0 })
        : [state, NOTHING];
    case "socket-lost":
      return lost(state.series, { failures: state.failures, random: event.random, wasOn: true });
    case "stop":
      return ask(state.series, { purpose: "leave", failures: 0, retries: 0 });
    case "start":
    case "socket-open":
    case "response":
    case "fail":
    case "credentials":
      return [state, NOTHING];
  }
}

function whileRegistered(state: Registered, event: RegistrationEvent): RegistrationStep {
  switch (event.type) {
    case "timer":
      if (event.timer === "expiry") return [state, [{ do: "lapsed" }]];
      return event.timer === "refresh"
        ? ask(state.series, { purpose: "register", failures: 0, retries: 0 })
        : [state, NOTHING];
    case "socket-lost":
      return lost(state.series, { failures: 0, random: event.random, wasOn: true });
    case "stop":
      return ask(state.series, { purpose: "leave", failures: 0, retries: 0 });
    case "start":
    case "socket-open":
    case "response":
    case "fail":
    case "credentials":
      return [state, NOTHING];
  }
}

interface Asked {
  readonly purpose: Purpose;
  readonly failures: number;
  readonly retries: number;
  readonly headers?: readonly SipHeader[];
}

function ask({ account, seq, expires }: Series, asked: Asked): RegistrationStep {
  const { purpose, failures, retries, headers = NO_HEADERS } = asked;
  const series: Series = { account, expires, seq: seq + 1 };
  const request = createRegister(account, {
    seq: series.seq,
    expires: purpose === "leave" ? 0 : expires,
    headers,
  });
  const state: Asking = { name: "asking", series, purpose, failures, retries };
  return [
    state,
    [
      { do: "stop-timer", timer: "connect" },
      { do: "stop-timer", timer: "refresh" },
      { do: "stop-timer", timer: "retry" },
      { do: "request", request },
    ],
  ];
}

function answered(state: Asking, response: SipResponse, random: number): RegistrationStep {
  const { series, purpose, retries, failures } = state;
  const { status } = response;
  if (status < 300) return accepted(state, response, random);
  if ((status === 401 || status === 407) && retries < MAX_RETRIES) {
    return [
      { name: "authorizing", series, purpose, failures, retries: retries + 1 },
      [{ do: "authorize", response, seq: series.seq + 1 }],
    ];
  }
  if (purpose !== "register") return stopped(series);
  const longer = status === 423 ? minExpires(response) : undefined;
  if (longer !== undefined && longer > series.expires && retries < MAX_RETRIES) {
    return ask({ ...series, expires: longer }, { purpose, failures, retries: retries + 1 });
  }
  if (isPassing(status)) {
    const wait = retryAfter(response);
    const ms =
      wait === undefined
        ? backoffMs(series.account, failures, random)
        : Math.min(wait, MAX_RETRY_AFTER) * 1_000 * (1 + random / 10);
    return [{ name: "waiting", series, failures: failures + 1 }, [{ do: "start-timer", timer: "retry", ms }]];
  }
  return [
    { name: "refused", series },
    [
      { do: "stop-timer", timer: "expiry" },
      { do: "refused", response },
    ],
  ];
}

function accepted({ series, purpose }: Asking, response: SipResponse, random: number): RegistrationStep {
  switch (purpose) {
    case "leave":
      return stopped(series);
    case "register-and-leave":
      return ask(series, { purpose: "leave", failures: 0, retries: 0 });
    case "register": {
      const granted = grantedBinding(series.account, response, series.expires);
      // A 200 that does not list this device has registered somebody else: ask again, later.
      if (granted === undefined) {
        const ms = backoffMs(series.account, 4, random);
        return [{ name: "waiting", series, failures: 4 }, [{ do: "start-timer", timer: "retry", ms }]];
      }
      return [
        { name: "registered", series },
        [
          { do: "start-timer", timer: "refresh", ms: refreshMs(granted.expires, random) },
          { do: "start-timer", timer: "expiry", ms: granted.expires * 1_000 },
          { do: "registered", granted },
        ],
      ];
    }
  }
}

function lost(
  series: Series,
  { failures, random, wasOn }: { failures: number; random: number; wasOn: boolean },
): RegistrationStep {
  const effects: RegistrationEffect[] = [
    { do: "start-timer", timer: "connect", ms: backoffMs(series.account, failures, random) },
  ];
  if (wasOn) {
    effects.unshift(
      { do: "stop-timer", timer: "refresh" },
      { do: "stop-timer", timer: "retry" },
      { do: "stop-timer", timer: "expiry" },
    );
    effects.push({ do: "offline" });
  }
  return [{ name: "offline", series, failures }, effects];
}

function stopped(series: Series): RegistrationStep {
  return [
    { name: "idle", series },
    [
      { do: "stop-timer", timer: "refresh" },
      { do: "stop-timer", timer: "retry" },
      { do: "stop-timer", timer: "expiry" },
      { do: "stopped" },
    ],
  ];
}

/** What passes by itself: the node or the way to it, not the account (§21.4.9, §21.5). */
function isPassing(status: number): boolean {
  return (
    status === 408 || status === 480 || (status >= 500 && status < 600 && status !== 501 && status !== 505)
  );
}

/**
 * RFC 5626 §4.5: doubled with each failure in a row, bounded, and then "a uniform random time between 50% and 100%"
 * of it, so that the clients of a node that restarts do not come back as one.
 */
function backoffMs({ backoff }: Account, failures: number, random: number): number {
  return Math.min(backoff.maxMs, backoff.baseMs * 2 ** Math.min(failures, 20)) * (0.5 + random / 2);
}

/** Long before it lapses; spread over a tenth, because those who came together would ask again together. */
function refreshMs(expires: number, random: number): number {
  const before = expires > 1_200 ? expires - 600 : expires / 2;
  return before * 1_000 * (1 - random / 10);
}
