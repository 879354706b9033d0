import type { DialogTag } from "../../protocol/ids.ts";
import type { ByteText } from "../../protocol/sip/message.ts";
import { type ConnectionOptions, MediaConnection } from "./connection.ts";
import { type Quality, type Traffic, toQuality, toTraffic } from "./quality.ts";
import { rehearse } from "./rehearsal.ts";
import { createSpare, type Spare } from "./spare-connection.ts";

export type CallConnectionsOptions = Omit<ConnectionOptions, "tag"> & {
  readonly ahead: ((offer: ByteText) => void) | undefined;
  /** There is one connection more, and it has been commanded nothing yet. */
  added(tag: DialogTag): void;
};

type ConnectionCommand = Parameters<MediaConnection["command"]>[0];

/** The connections of one call: one for each device of the other side that prepares or talks. */
export interface CallConnections {
  readonly tags: readonly DialogTag[];
  readonly remote: ReadonlyMap<DialogTag, MediaStream>;
  command(command: ConnectionCommand): void;
  replace(kind: "audio" | "video", track: MediaStreamTrack): void;
  sendTones(tones: string): boolean;
  warmUp(ahead: boolean): Promise<void>;
  readQuality(tag: DialogTag): Promise<Quality | undefined>;
  close(tag: DialogTag): void;
  closeAll(): void;
}

const noTraffic: Traffic = { received: 0, lost: 0, jitter: 0, roundTrip: undefined };

export function createCallConnections(options: CallConnectionsOptions): CallConnections {
  const { added, ahead: tellAhead, ...each } = options;
  const connections = new Map<DialogTag, { readonly connection: MediaConnection; traffic: Traffic }>();
  let spare: Spare | undefined;

  const add = (tag: DialogTag, connection: MediaConnection) => {
    connections.set(tag, { connection, traffic: noTraffic });
    added(tag);
    return connection;
  };
  const connectionOf = (tag: DialogTag) =>
    connections.get(tag)?.connection ?? add(tag, new MediaConnection({ ...each, tag }));
  /** The first offer may be there already. */
  const takeSpare = (command: ConnectionCommand): boolean => {
    const taken = spare;
    spare = undefined;
    if (taken === undefined) return false;
    if (command.do !== "make-offer" || command.hold) {
      taken.connection.close();
      return false;
    }
    add(command.tag, taken.connection);
    taken.take(command.tag);
    return true;
  };
  const close = (tag: DialogTag) => {
    connections.get(tag)?.connection.close();
    connections.delete(tag);
  };
  return {
    get tags() {
      return [...connections.keys()];
    },
    get remote() {
      return new Map([...connections].map(([tag, { connection }]) => [tag, connection.remote]));
    },
    command(command) {
      if (!takeSpare(command)) connectionOf(command.tag).command(command);
    },
    replace(kind, track) {
      for (const { connection } of connections.values()) {
        connection.replace(kind, track).catch(error => options.failed("open-microphone", error));
      }
    },
    sendTones: tones => [...connections.values()].some(({ connection }) => connection.sendTones(tones)),
    async warmUp(ahead) {
      if (connections.size > 0) return;
      if (ahead) spare ??= createSpare({ ...each, ahead: tellAhead });
      await rehearse(each);
    },
    async readQuality(tag) {
      const known = connections.get(tag);
      const report = await known?.connection.connection?.getStats();
      if (known === undefined || report === undefined) return undefined;
      const now = toTraffic(report);
      const quality = toQuality(known.traffic, now);
      known.traffic = now;
      return quality;
    },
    close,
    closeAll() {
      spare?.connection.close();
      spare = undefined;
      for (const tag of [...connections.keys()]) close(tag);
    },
  };
}
