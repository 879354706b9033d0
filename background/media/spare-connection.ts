import type { DialogTag } from "../../protocol/ids.ts";
import type { ByteText } from "../../protocol/sip/message.ts";
import { type ConnectionOptions, MediaConnection } from "./connection.ts";
import type { MediaEvent } from "./media-port.ts";

/** A connection with an offer made ahead. What it says waits until somebody asks for the offer. */
export interface Spare {
  readonly connection: MediaConnection;
  /** It is the connection of this dialog from now on. */
  take(tag: DialogTag): void;
}

const nobody = "spare" as DialogTag;

export interface SpareOptions extends Omit<ConnectionOptions, "tag"> {
  readonly ahead: ((offer: ByteText) => void) | undefined;
}

export function createSpare({ ahead, ...options }: SpareOptions): Spare {
  /** The newest of each kind. */
  const waiting = new Map<MediaEvent["type"], MediaEvent>();
  let owner: DialogTag | undefined;
  const offered = (offer: ByteText) => {
    waiting.set("offer-made", { type: "offer-made", offer });
    ahead?.(offer);
  };
  /** Once all candidates are known the offer bears them, and nothing has to follow it. */
  const complete = () => {
    const { iceGatheringState, localDescription } = connection.connection ?? {};
    if (iceGatheringState === "complete" && localDescription) offered(localDescription.sdp);
  };
  const hear = (event: MediaEvent) => {
    if (owner !== undefined) return options.hear(retag(event, owner));
    waiting.set(event.type, event);
    if (event.type === "offer-made") offered(event.offer);
    else if (event.type === "candidates-made") complete();
  };
  const connection: MediaConnection = new MediaConnection({ ...options, tag: nobody, hear });
  connection.command({ do: "make-offer", tag: nobody, hold: false, restart: false });
  return {
    connection,
    take(tag) {
      owner = tag;
      for (const event of waiting.values()) options.hear(retag(event, tag));
      waiting.clear();
    },
  };
}

function retag(event: MediaEvent, tag: DialogTag): MediaEvent {
  return "tag" in event ? { ...event, tag } : event;
}
