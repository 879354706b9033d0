import type { Log } from "../base/log.ts";
import { type CallMediaControls, createCallMedia, type IceSettings } from "./call-media.ts";
import { createCertificate } from "./certificate.ts";
import type { MediaOpening, MediaPort } from "./media-port.ts";

export interface LocalMediaOptions {
  ice(): IceSettings;
  /** A call has media in this home: its controls may be shown. */
  opened(id: MediaOpening["id"], media: CallMediaControls): void;
  changed(id: MediaOpening["id"]): void;
  readonly log: Log;
}

/** Media that live where the phone lives: for lines that are always open, which need no window. */
export function createLocalMedia({ ice, opened, changed, log }: LocalMediaOptions): MediaPort {
  return {
    async open({ id, trickle, hear }) {
      const certificate = await createCertificate();
      const failed = (command: string, error: unknown) =>
        log.failed("media.command.failed", error, { command });
      const options = { certificate, ice: ice(), trickle, hear, failed, changed: () => changed(id) };
      const media = createCallMedia(options);
      opened(id, media);
      return media;
    },
  };
}
