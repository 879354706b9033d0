import { say } from "../options.ts";
import type { PageStage } from "../page-stage.ts";
import { alternate, median, printRow, toFigure, toRow } from "../rounds.ts";
import { type BusyVisit, liveMs, visitBusy } from "./visit-busy.ts";

/** Our own: a frame's time for each piece of work, and 2 % of the thread while it goes on; what marks.ts promises. */
const goals = { longestMs: 16, liveMs: 20, marks: 500 } as const;

interface BusyRow {
  readonly bench: string;
  readonly unit: string;
  readonly figure: (visit: BusyVisit) => number;
  readonly more?: Readonly<Record<string, string | number | boolean>>;
}

/** Each visit takes many seconds, and what it measures is large: a quarter of the rounds says as much. */
export async function printBusy({ openBusy }: PageStage, rounds: number): Promise<void> {
  const few = Math.max(1, Math.round(rounds / 4));
  const visits = await alternate(few, ["ours", "empty"], async (name, round) => {
    say(`page: 10,000 addresses, ${name}, round ${round + 1} of ${few}`);
    const page = await openBusy(name);
    const visit = await visitBusy(page);
    await page.close();
    return visit;
  });
  const own = (figure: (visit: BusyVisit) => number) => median(visits.map(({ ours }) => figure(ours)));
  const longest = own(({ drawn, live }) => Math.max(drawn.longestExtensionMs, live.longestExtensionMs));
  const lively = own(({ live }) => (live.extensionMs * 1_000) / liveMs);
  const marks = Math.max(...visits.map(({ ours }) => ours.marks));
  const judge = (value: number, atMost: number) => ({ goal: `≤ ${atMost} alone`, ok: value <= atMost });

  const rows: readonly BusyRow[] = [
    {
      bench: "page.busy.drawn",
      unit: "ms of the main thread, all drawn at once",
      figure: ({ drawn }) => drawn.busyMs,
      more: {
        goal: `≤ ${goals.longestMs} at once, ≤ ${goals.marks} marks`,
        ok: longest <= goals.longestMs && marks <= goals.marks,
        aloneMs: toFigure(own(({ drawn }) => drawn.extensionMs)),
        longestMs: toFigure(longest),
        marks,
      },
    },
    {
      bench: "page.busy.live",
      unit: "ms of the main thread a second of changes",
      figure: ({ live }) => (live.busyMs * 1_000) / liveMs,
      more: { ...judge(lively, goals.liveMs), aloneMs: toFigure(lively) },
    },
    {
      bench: "page.busy.longest",
      unit: "ms of the longest task while it changes",
      figure: ({ live }) => live.longestMs,
    },
    {
      bench: "page.busy.frames",
      unit: "ms from a frame to the next, mean",
      figure: ({ felt }) => liveMs / felt.frames,
      more: {
        dropped: own(({ felt }) => felt.dropped),
        droppedBesideEmpty: median(visits.map(({ empty }) => empty.felt.dropped)),
      },
    },
  ];
  for (const { bench, unit, figure, more = {} } of rows) {
    const pairs = visits.map(({ ours, empty }) => ({ ours: figure(ours), peer: figure(empty) }));
    printRow(toRow({ bench, unit, peerName: "empty scripts", more }, pairs));
  }
}
