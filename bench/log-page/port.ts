import type { RecentCall } from "../../background/store/records/recent-call.ts";

/** What both logs of the benchmark do. */
export interface LogUnderTest {
  append(calls: readonly RecentCall[]): Promise<unknown>;
  /** Fifty calls that began before this, newest first; of one person, where one is named. */
  page(before: number, person?: string): Promise<readonly RecentCall[]>;
  search(word: string): Promise<number>;
}
