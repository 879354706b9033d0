import type { Clock } from "./clock.suite.ts";
import type { Message, Network } from "./network.suite.ts";
import { createTransactions, type Incoming, type Reply } from "./transactions.suite.ts";

interface Branch {
  readonly device: string;
  readonly message: Message;
  provisional: boolean;
  final: (Message & { status: number }) | undefined;
  /** Why it is to be cancelled, as soon as a 1xx allows it. */
  cancel: readonly string[] | undefined;
  cancelled: boolean;
}

interface Context {
  readonly incoming: Incoming;
  readonly branches: Branch[];
  answered: boolean;
  refused: boolean;
}

const TIMER_C = 180_000;
const AFTER_CANCEL = 32_000;

/** A forking proxy (RFC 3261 §16) between the phones: INVITE and CANCEL pass through it, dialogs do not. */
export function createProxy(
  clock: Clock,
  network: Network,
  devicesOf: (account: string) => readonly string[],
): void {
  const contexts = new Map<string, Context>();
  const place = { name: "proxy", clock, network };
  const transactions = createTransactions(place, incoming => {
    const { message } = incoming;
    if (message.method === "CANCEL") {
      incoming.reply({ status: 200 });
      const context = contexts.get(message.branch);
      if (context) for (const branch of context.branches) cancel(branch, message.reasons ?? []);
    } else if (message.method === "INVITE") {
      fork(incoming);
    }
  });

  const fork = (incoming: Incoming): void => {
    const { message } = incoming;
    incoming.reply({ status: 100 });
    const context: Context = { incoming, branches: [], answered: false, refused: false };
    contexts.set(message.branch, context);
    for (const device of devicesOf(message.target ?? "")) {
      const sent: Message = { ...message, branch: `${message.branch}.${device}` };
      const branch: Branch = {
        device,
        message: sent,
        provisional: false,
        final: undefined,
        cancel: undefined,
        cancelled: false,
      };
      context.branches.push(branch);
      clock.after(TIMER_C, () => cancel(branch, []));
      transactions.request(device, sent, response => hear(context, branch, response));
    }
    if (context.branches.length === 0) refuse(context);
  };

  const hear = (context: Context, branch: Branch, response: Message & { status: number }): void => {
    branch.provisional = true;
    if (response.status < 200) {
      if (response.status > 100 && !context.refused && !context.answered)
        context.incoming.reply(toReply(response));
      if (branch.cancel) cancel(branch, branch.cancel);
      return;
    }
    branch.final = response;
    if (response.status < 300) {
      // Each 200 goes up, also those of later branches and after a refusal (§16.7 step 5).
      context.answered = true;
      network.send("proxy", context.incoming.from, { ...response, branch: context.incoming.message.branch });
      cancelOthers(context, branch, 'SIP;cause=200;text="Call completed elsewhere"');
    } else if (response.status >= 600) {
      cancelOthers(context, branch, 'SIP;cause=603;text="Declined elsewhere"');
    }
    refuse(context);
  };

  const refuse = (context: Context): void => {
    if (context.answered || context.refused || context.branches.some(({ final }) => final === undefined))
      return;
    context.refused = true;
    const finals = context.branches.map(({ final }) => final).filter(final => final !== undefined);
    const best = finals.find(({ status }) => status >= 600) ?? finals.sort((a, b) => a.status - b.status)[0];
    context.incoming.reply(best ? toReply(best) : { status: 480 });
  };

  const cancelOthers = (context: Context, but: Branch, reason: string): void => {
    for (const branch of context.branches) if (branch !== but) cancel(branch, [reason]);
  };

  const cancel = (branch: Branch, reasons: readonly string[]): void => {
    branch.cancel ??= reasons;
    if (!branch.provisional || branch.cancelled || branch.final) return;
    branch.cancelled = true;
    const { callId, cseq, fromTag } = branch.message;
    const context = contexts.get(branch.message.branch.slice(0, branch.message.branch.lastIndexOf(".")));
    transactions.request(
      branch.device,
      { method: "CANCEL", branch: branch.message.branch, callId, cseq, fromTag, reasons: branch.cancel },
      () => undefined,
    );
    clock.after(AFTER_CANCEL, () => {
      if (branch.final || !context) return;
      branch.final = { ...branch.message, status: 487 };
      refuse(context);
    });
  };
}

function toReply(response: Message & { status: number }): Reply {
  const { status, toTag, body, rseq, reasons } = response;
  return {
    status,
    ...(toTag === undefined ? {} : { toTag }),
    ...(body === undefined ? {} : { body }),
    ...(rseq === undefined ? {} : { rseq }),
    ...(reasons === undefined ? {} : { reasons }),
  };
}
