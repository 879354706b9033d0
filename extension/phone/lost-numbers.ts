import type { Clock } from "../../background/base/clock.ts";
import type { Bus } from "../../background/bus/bus.ts";
import type { LostNumber } from "../../background/bus/phone-contract.ts";
import { ChainError } from "../../background/chain/chain.ts";
import type { Directory } from "../../background/chain/directory.ts";
import type { PhoneKit } from "../../background/phone/kit.ts";
import { type AccountText, parseAddress } from "../../protocol/number/address.ts";
import { formatNumber, type NumberText } from "../../protocol/number/number.ts";
import type { NumberNews } from "../../protocol/sip/reg-info.ts";
import type { SnapshotFeed } from "./snapshot-feed.ts";

export interface LostNumbersOptions {
  readonly bus: Bus;
  readonly kit: Pick<PhoneKit, "numbers">;
  /** None where there is no chain to ask. */
  readonly directory: Directory | undefined;
  readonly account: AccountText;
  readonly feed: SnapshotFeed;
  readonly clock: Pick<Clock, "wait">;
  readonly failed: (name: string, error: unknown) => void;
  readonly signal: AbortSignal;
}

/** Whose a number is, as the chain says. */
type Standing = "mine" | "another's" | "nobody's" | "unknown";

/** More than that nobody reads. */
const mostShown = 8;
/** The phone's servers may be some blocks behind the node's: so long after a look the next one follows. */
const looksAfterMs = [0, 3_000, 15_000] as const;

/**
 * Numbers that the account owns no longer: said until somebody has read it, because the line itself stays as ready as
 * before. The node says when to look, and the chain says what is so.
 */
export function startLostNumbers(options: LostNumbersOptions): void {
  const { bus, kit, failed, signal } = options;
  const list = createLostList(options);
  /** The last word on a number counts. */
  const looks = new Map<NumberText, AbortController>();

  async function look(news: NumberNews, life: AbortSignal): Promise<void> {
    const standing = await standingOf(news, options, life);
    if (standing === "mine" || (standing === "unknown" && !news.isGone)) list.remove(news.number);
    else if (news.isGone) list.add(news.number, sentences[standing](formatNumber(news.number)));
  }

  kit.numbers.watch(all => {
    for (const news of all) {
      looks.get(news.number)?.abort();
      const life = new AbortController();
      looks.set(news.number, life);
      look(news, AbortSignal.any([signal, life.signal]))
        .catch((error: unknown) => {
          if (!(signal.aborted || life.signal.aborted)) failed("numbers", error);
        })
        .finally(() => {
          if (looks.get(news.number) === life) looks.delete(news.number);
        });
    }
  }, signal);
  bus.answer(
    "phone.lost-number.forget",
    ({ number }) => {
      list.remove(number);
      return null;
    },
    signal,
  );
  bus.listen(
    "worker.notice.clicked",
    ({ id }) => {
      if (!list.hasNotice(id)) return;
      bus.ask("worker.window.open", { page: "desk" }).catch((error: unknown) => failed("desk", error));
    },
    signal,
  );
}

/** What panels show of it, and a notice for whoever has none open. */
function createLostList({ bus, feed, failed, signal }: LostNumbersOptions) {
  const lost = new Map<string, LostNumber>();
  const show = () => feed.change({ lost: [...lost.values()] });
  const caught = (work: Promise<unknown>) => void work.catch((error: unknown) => failed("notice", error));
  signal.addEventListener("abort", () => feed.change({ lost: [] }), { once: true });
  return {
    hasNotice: (id: string) => [...lost.keys()].some(number => toNoticeId(number) === id),
    add(number: NumberText, said: string) {
      lost.delete(number);
      lost.set(number, { number, said });
      const [oldest] = lost.keys();
      if (lost.size > mostShown && oldest !== undefined) lost.delete(oldest);
      show();
      const title = `${formatNumber(number)} is no longer yours`;
      caught(
        bus.ask("worker.notice.show", {
          id: toNoticeId(number),
          ...{ title, message: said, isRinging: false },
        }),
      );
    },
    remove(number: string) {
      if (!lost.delete(number)) return;
      show();
      caught(bus.ask("worker.notice.clear", { id: toNoticeId(number) }));
    },
  };
}

const sentences: Readonly<Record<Exclude<Standing, "mine">, (number: string) => string>> = {
  "another's": number => `${number} now belongs to somebody else; calls to it ring there.`,
  "nobody's": number => `${number} now belongs to nobody; calls to it ring nowhere.`,
  unknown: number =>
    `Your provider says that ${number} is no longer yours. The chain could not be asked just now.`,
};

/** As the node has it, once the chain says so too; else what the chain says in the end. */
async function standingOf(
  { number, isGone }: NumberNews,
  options: LostNumbersOptions,
  life: AbortSignal,
): Promise<Standing> {
  let standing: Standing = "unknown";
  for (const ms of options.directory === undefined ? [] : looksAfterMs) {
    if (ms > 0) await options.clock.wait(ms, life);
    standing = await askChain(number, options, life);
    if (standing !== "unknown" && (standing === "mine") !== isGone) break;
  }
  return standing;
}

async function askChain(
  number: NumberText,
  { directory, account }: LostNumbersOptions,
  life: AbortSignal,
): Promise<Standing> {
  try {
    const found = await directory?.resolve(parseAddress(number), life, { isAnew: true });
    return found?.account === account ? "mine" : "another's";
  } catch (error) {
    life.throwIfAborted();
    if (!(error instanceof ChainError)) throw error;
    return error.code === "chain.number-unknown" ? "nobody's" : "unknown";
  }
}

function toNoticeId(number: string): string {
  return `lost ${number}`;
}
