/** One event of Chrome's trace format; times in microseconds. */
interface TraceEvent {
  readonly name: string;
  readonly ph: string;
  readonly pid: number;
  readonly tid: number;
  readonly ts: number;
  readonly dur?: number;
  readonly args?: { readonly data?: { readonly url?: string } };
}

/** Milliseconds of the page's main thread. */
export interface ThreadTime {
  /** Of all tasks: scripts, styles, layout, painting. */
  readonly busyMs: number;
  readonly longestMs: number;
  /** Of tasks' parts that are an extension's script. */
  readonly extensionMs: number;
  readonly longestExtensionMs: number;
}

export const traceCategories = ["toplevel", "devtools.timeline", "blink.user_timing"];

/** Between the page's own marks `from` and `to`. */
export function readTrace(text: string, from: string, to: string): ThreadTime {
  const { traceEvents } = JSON.parse(text) as { traceEvents: readonly TraceEvent[] };
  const begun = traceEvents.find(({ name }) => name === from);
  const ended = traceEvents.find(({ name }) => name === to);
  if (!begun || !ended) throw new Error(`The trace has no mark ${begun ? to : from}`);
  const within = traceEvents
    .filter(({ pid, tid, ph }) => pid === begun.pid && tid === begun.tid && ph === "X")
    .filter(({ ts }) => ts >= begun.ts && ts <= ended.ts);
  const tasks = within.filter(({ name }) => name === "RunTask" || name === "ThreadControllerImpl::RunTask");
  const scripts = within.filter(
    ({ name, args }) => name === "FunctionCall" && args?.data?.url?.startsWith("chrome-extension:"),
  );
  const [taskTimes, scriptTimes] = [outermost(tasks), outermost(scripts)];
  return {
    busyMs: sum(taskTimes),
    longestMs: Math.max(0, ...taskTimes),
    extensionMs: sum(scriptTimes),
    longestExtensionMs: Math.max(0, ...scriptTimes),
  };
}

/** Each event's milliseconds; those within others are theirs already. */
function outermost(events: readonly TraceEvent[]): number[] {
  const times: number[] = [];
  let end = Number.NEGATIVE_INFINITY;
  for (const { ts, dur = 0 } of [...events].sort((a, b) => a.ts - b.ts)) {
    if (ts < end) continue;
    end = ts + dur;
    times.push(dur / 1_000);
  }
  return times;
}

function sum(values: readonly number[]): number {
  return values.reduce((all, value) => all + value, 0);
}
