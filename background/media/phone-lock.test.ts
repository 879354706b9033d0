import { expect, it, onTestFinished } from "vitest";
import type { CallId } from "../../protocol/ids.ts";
import { awaitPhoneLock, holdPhoneLock } from "./phone-lock.ts";

function ending(): AbortController {
  const end = new AbortController();
  onTestFinished(() => end.abort());
  return end;
}

it("a window hears of the end of its phone, and not before", async () => {
  const call = "lock@a" as CallId;
  const [phone, window] = [ending(), ending()];
  await holdPhoneLock(call, phone.signal);
  const heard: string[] = [];
  const gone = awaitPhoneLock(call, window.signal).then(() => heard.push("gone"));
  await holdPhoneLock("another@a" as CallId, ending().signal);
  expect(heard).toEqual([]);
  phone.abort();
  await gone;
  expect(heard).toEqual(["gone"]);
});

it("a window that goes first hears nothing", async () => {
  const call = "first@a" as CallId;
  const [phone, window] = [ending(), ending()];
  await holdPhoneLock(call, phone.signal);
  const heard: string[] = [];
  awaitPhoneLock(call, window.signal).then(
    () => heard.push("gone"),
    () => heard.push("failed"),
  );
  window.abort();
  phone.abort();
  await holdPhoneLock(call, ending().signal);
  expect(heard).toEqual([]);
});
