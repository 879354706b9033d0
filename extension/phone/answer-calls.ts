import type { Bus } from "../../background/bus/bus.ts";
import type { Dialling, HomeDomain } from "../../background/bus/phone-contract.ts";
import type { PhoneKit } from "../../background/phone/kit.ts";
import { EtherlynkError } from "../../protocol/errors.ts";
import type { CallId } from "../../protocol/ids.ts";

export interface CallAnswers {
  readonly bus: Bus;
  /** None while nobody is signed in. */
  kit(): LineKit | undefined;
  home(): HomeDomain;
  readonly signal: AbortSignal;
}

/** A phone on its line, and the windows of its calls. */
export interface LineKit extends PhoneKit {
  show(call: CallId): Promise<void>;
}

/** What panels ask of calls. */
export function answerCalls({ bus, kit, home, signal }: CallAnswers): void {
  const onLine = (): LineKit => {
    const it = kit();
    if (it === undefined) throw new SignedOutError();
    return it;
  };
  const withKit = (act: (it: LineKit, call: CallId) => void | Promise<void>) => {
    return async ({ call }: { readonly call: CallId }): Promise<null> => {
      await act(onLine(), call);
      return null;
    };
  };
  bus.answer("phone.call.dial", async dialling => ({ call: await dialFor({ bus, kit }, dialling) }), signal);
  bus.answer(
    "phone.echo.dial",
    async () => ({ call: await dialFor({ bus, kit }, { to: `sip:echo@${home().domain}` }) }),
    signal,
  );
  bus.answer(
    "phone.call.answer",
    withKit((it, call) => it.accept(call)),
    signal,
  );
  bus.answer(
    "phone.call.decline",
    withKit((it, call) => it.tell(call, "decline")),
    signal,
  );
  bus.answer(
    "phone.call.hang-up",
    withKit((it, call) => it.tell(call, "hang-up")),
    signal,
  );
  bus.answer(
    "phone.call.show",
    withKit((it, call) => it.show(call)),
    signal,
  );
  bus.answer(
    "phone.call.hold",
    ({ call, held }) => {
      onLine().tell(call, held ? "hold" : "resume");
      return null;
    },
    signal,
  );
  // Who may know of whom is decided in a later issue; a page cannot tell this from "not for you to know".
  bus.answer("page.presence.read", () => ({ presence: "unknown" }), signal);
}

/** Who is not signed in is led to where one signs in. */
export async function dialFor(
  { bus, kit }: Pick<CallAnswers, "bus" | "kit">,
  { to, context }: Dialling,
): Promise<CallId> {
  const line = kit();
  if (line !== undefined) return line.dial(to, context);
  await bus.ask("worker.window.open", { page: "welcome" });
  throw new SignedOutError();
}

class SignedOutError extends EtherlynkError {
  constructor() {
    super(
      "phone.signed-out",
      "Nobody is signed in here. Connect a wallet on the welcome page, then call again.",
    );
  }
}
