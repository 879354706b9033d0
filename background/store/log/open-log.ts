import type { Database } from "../database.ts";
import type { BlockCache } from "./block-cache.ts";
import type { LogCodec } from "./log-codec.ts";
import type { LogDefinition, LogLimits } from "./log-definition.ts";
import type { LogFile } from "./log-file.ts";

/** What reading and writing the blocks of a log needs, whatever is in them. */
export interface LogAccess {
  readonly name: string;
  readonly db: Database;
  readonly file: LogFile;
  readonly codec: LogCodec<unknown>;
  readonly limits: LogLimits;
  readonly cache: BlockCache;
}

/** A log that is open: what its operations work on. */
export interface OpenLog<Value extends object> extends LogAccess {
  readonly definition: LogDefinition<Value>;
  readonly codec: LogCodec<Value>;
}
