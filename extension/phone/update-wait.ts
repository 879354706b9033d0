import type { Bus } from "../../background/bus/bus.ts";
import type { PhoneKit } from "../../background/phone/kit.ts";
import { isOver } from "../../protocol/call/call.ts";

export interface UpdateWait {
  readonly bus: Bus;
  readonly kit: Pick<PhoneKit, "calls">;
  readonly failed: (name: string, error: unknown) => void;
  readonly signal: AbortSignal;
}

/** A new version restarts the extension: it waits until no call is on. */
export function waitForUpdates({ bus, kit, failed, signal }: UpdateWait): void {
  let isWaiting = false;
  const apply = () => {
    if (!isWaiting || kit.calls.list().some(({ call }) => !isOver(call.state))) return;
    isWaiting = false;
    bus.ask("worker.update.apply", null).catch((error: unknown) => failed("update", error));
  };
  bus.listen(
    "worker.update.waiting",
    () => {
      isWaiting = true;
      apply();
    },
    signal,
  );
  kit.calls.watch(apply, signal);
}
