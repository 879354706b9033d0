import type { Context } from "../../protocol/words/context.ts";
import { type CallPage, toCallPage } from "./call-page.ts";
import type { Person } from "./person.ts";

/** The two windows of one call. */
export interface Windows {
  /** Of whoever calls. */
  readonly hers: CallPage;
  /** Of whoever is called. */
  readonly his: CallPage;
}

/** One calls the other, and both windows are open. */
export async function ring(caller: Person, callee: Person, context?: Context): Promise<Windows> {
  const windows = [caller.callWindow(), callee.callWindow()] as const;
  await caller.ask("phone.call.dial", { to: callee.account, ...(context && { context }) });
  const [hers, his] = await Promise.all(windows);
  return { hers: toCallPage(hers), his: toCallPage(his) };
}

/** As `ring`; the other answers, and each hears the other. */
export async function talk(caller: Person, callee: Person, context?: Context): Promise<Windows> {
  const windows = await ring(caller, callee, context);
  await windows.hers.says("Ringing");
  await windows.his.press("Answer");
  await hearEachOther(windows, caller, callee);
  return windows;
}

export async function hearEachOther({ hers, his }: Windows, caller: Person, callee: Person): Promise<void> {
  await Promise.all([hers.hears([callee.hertz], [caller.hertz]), his.hears([caller.hertz], [callee.hertz])]);
}

/** Closes what is open but the panels, and waits until nobody is in a call. */
export async function calmDown(...people: readonly Person[]): Promise<void> {
  for (const { browser, panel } of people) {
    const windows = (await browser.pages()).filter(page => page !== panel);
    await Promise.all(windows.map(page => page.close().catch(() => undefined)));
  }
  const isCalm = (it: Person) =>
    it.until("Quiet", ({ calls }) => calls.every(({ stage }) => stage === "ended"));
  await Promise.all(people.map(isCalm));
}

/** Words on the toolbar's panel, which every person of a test has open. */
export function panelOf({ panel }: Person): CallPage {
  return toCallPage(panel);
}

export async function lineIs(state: "ready" | "waiting", ...people: readonly Person[]): Promise<void> {
  await Promise.all(
    people.map(it => it.until(`A line that is ${state}`, ({ line }) => line.state === state)),
  );
}
