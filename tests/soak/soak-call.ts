import type { Page } from "puppeteer";
import type { EndReason } from "../../protocol/call/end-reason.ts";
import { toCallPage } from "../e2e/call-page.ts";
import type { Person } from "../e2e/person.ts";
import { hearEachOther, ring, talk, type Windows } from "../e2e/talking.ts";
import type { Choice } from "./choose.ts";

/** How a call goes. `missed`: nobody may ring there now, and it is told afterwards. */
export type CallKind = "answered" | "declined" | "cancelled" | "missed";

/** A call, and what the logs of both have to say of it. */
export interface Played {
  readonly kind: CallKind;
  readonly caller: Person;
  readonly callee: Person;
  readonly outgoing: EndReason;
  readonly incoming: EndReason;
}

export interface CallParts {
  readonly caller: Person;
  readonly callee: Person;
  readonly choice: Choice;
  /** In the middle of a call that was answered. */
  readonly talking: (windows: Windows) => Promise<void>;
}

export const callKinds: readonly CallKind[] = [
  ...Array<CallKind>(5).fill("answered"),
  ...Array<CallKind>(2).fill("declined"),
  ...Array<CallKind>(2).fill("cancelled"),
  "missed",
];

/** One call from its placing until both windows are gone. */
export function playCall(kind: CallKind, parts: CallParts): Promise<Played> {
  return plays[kind](parts);
}

const plays: Readonly<Record<CallKind, (parts: CallParts) => Promise<Played>>> = {
  async answered({ caller, callee, choice, talking }) {
    const windows = await talk(caller, callee);
    await talking(windows);
    await hearEachOther(windows, caller, callee);
    const callerEnds = choice.number() < 0.5;
    const [ends, hears] = callerEnds ? [windows.hers, windows.his] : [windows.his, windows.hers];
    await ends.press("Hang up");
    await hears.says("They hung up.");
    await closeBoth(windows);
    const [outgoing, incoming]: [EndReason, EndReason] = callerEnds
      ? ["hung-up-by-me", "hung-up-by-them"]
      : ["hung-up-by-them", "hung-up-by-me"];
    return { kind: "answered", caller, callee, outgoing, incoming };
  },
  async declined({ caller, callee }) {
    const windows = await ring(caller, callee);
    await windows.his.press("Decline");
    await windows.hers.says("They declined the call.");
    await closeBoth(windows);
    return { kind: "declined", caller, callee, outgoing: "declined", incoming: "declined" };
  },
  async cancelled({ caller, callee }) {
    const windows = await ring(caller, callee);
    await windows.hers.says("Ringing");
    await windows.hers.press("Hang up");
    await windows.his.says("Missed call");
    await closeBoth(windows);
    return { kind: "cancelled", caller, callee, outgoing: "cancelled", incoming: "cancelled" };
  },
  async missed({ caller, callee }) {
    await callee.ask("preferences.values.change", { doNotDisturb: true });
    const window = caller.callWindow();
    await caller.ask("phone.call.dial", { to: callee.account });
    const hers = toCallPage(await window);
    await hers.says("Their phone cannot be reached now.");
    await hers.page.close();
    await callee.ask("preferences.values.change", { doNotDisturb: false });
    return { kind: "missed", caller, callee, outgoing: "offline", incoming: "offline" };
  },
};

/** Some would close by themselves, and take a while. */
async function closeBoth({ hers, his }: Windows): Promise<void> {
  const close = async (page: Page) => {
    if (!page.isClosed()) await page.close().catch(() => undefined);
  };
  await Promise.all([close(hers.page), close(his.page)]);
}
