import type { CallLog, CallRecord } from "../../background/phone/ports.ts";
import type { Recents } from "../features/recents/phone.ts";
import { chainTitleOf } from "./call-view.ts";

/** The user's log, with the names that calls bore: names on the chain change hands, and the list shows who it was. */
export function createCallLog(recents: Recents, calls: () => readonly CallRecord[]): CallLog {
  return {
    write(entry) {
      const record = calls().find(({ id }) => id === entry.id);
      return recents.write({ ...entry, title: record && chainTitleOf(record) });
    },
  };
}
