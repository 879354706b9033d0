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
  const waiting: MediaEvent[] = [];
  let owner: DialogTag | undefined;
  const hear = (event: MediaEvent) => {
    if (owner === undefined) {
      waiting.push(event);
      if (event.type === "offer-made") ahead?.(event.offer);
    } else options.hear(retag(event, owner));
  };
  const connection = new MediaConnection({ ...options, tag: nobody, hear });
  connection.command({ do: "make-offer", tag: nobody, hold: false, restart: false });
  return {
    connection,
    take(tag) {
      owner = tag;
      for (const event of waiting.splice(0)) options.hear(retag(event, tag));
    },
  };
}

function retag(event: MediaEvent, tag: DialogTag): MediaEvent {
  return "tag" in event ? { ...event, tag } : event;
}
