import type { SipRequest } from "../../protocol/sip/message.ts";
import { sipTimers } from "../../protocol/sip/timers.ts";
import type { Clock } from "../base/clock.ts";
import type { Line } from "./line.ts";
import type { RequestUser } from "./transactions.ts";

interface Bye {
  readonly request: SipRequest;
  readonly user: RequestUser;
  /** By `clock.elapsed()`. */
  readonly until: number;
}

/** Between two tries: a phone whose node restarts is back within a second or two. */
const retryMs = 2_000;
/** Ends of calls are cheap to make for whoever calls. */
const mostWaiting = 64;
/** Nobody of that name now: their phone may be on its way back, as ours was. */
const away: ReadonlySet<number> = new Set([404, 430, 480, 503]);

/** Sends BYEs so that nobody is left in a call that is over: what finds no way is tried again for 64·T1. */
export class Goodbyes {
  readonly #clock: Clock;
  readonly #line: () => Line;
  readonly #waiting = new Map<Bye, () => void>();

  constructor(clock: Clock, line: () => Line) {
    this.#clock = clock;
    this.#line = line;
  }

  send(request: SipRequest, user: RequestUser): void {
    this.#try({ request, user, until: this.#clock.elapsed() + sipTimers.giveUp });
  }

  /** The line is registered again. */
  lineRestored(): void {
    for (const bye of [...this.#waiting.keys()]) {
      this.#take(bye);
      this.#try(bye);
    }
  }

  close(): void {
    for (const bye of [...this.#waiting.keys()]) this.#take(bye);
  }

  #try(bye: Bye): void {
    const { request, user } = bye;
    const line = this.#line();
    if (line.state.name !== "up") {
      this.#later(bye, () => user.fail("transport-error"));
      return;
    }
    line.transactions.open(request, {
      response: response => {
        if (away.has(response.status)) this.#later(bye, () => user.response(response));
        else user.response(response);
      },
      fail: why => {
        if (why === "transport-error") this.#later(bye, () => user.fail(why));
        else user.fail(why);
      },
    });
  }

  #later(bye: Bye, giveUp: () => void): void {
    const isLate = this.#clock.elapsed() + retryMs > bye.until;
    if (isLate || this.#waiting.size >= mostWaiting) {
      giveUp();
      return;
    }
    const again = () => {
      this.#take(bye);
      this.#try(bye);
    };
    this.#waiting.set(bye, this.#clock.after(retryMs, again));
  }

  #take(bye: Bye): void {
    this.#waiting.get(bye)?.();
    this.#waiting.delete(bye);
  }
}
