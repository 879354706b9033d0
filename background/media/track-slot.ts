/** Where one track is sent from: a real one, or the placeholder. */
export interface TrackSlot {
  readonly track: MediaStreamTrack;
  /** Whether a real track is sent. */
  readonly isFilled: boolean;
  /** Puts what `open` gives, unless something else was wanted meanwhile. Resolves with whether it was put. */
  put(open: () => Promise<MediaStreamTrack>): Promise<boolean>;
  /** Back to the placeholder. */
  clear(): void;
  /** Nothing is opened from now on. */
  close(): void;
}

export interface TrackSlotOptions {
  readonly placeholder: MediaStreamTrack;
  changed(track: MediaStreamTrack): void;
  /** The device went, or the user stopped it outside of us; the placeholder is sent. */
  lost(): void;
}

export function createTrackSlot({ placeholder, changed, lost }: TrackSlotOptions): TrackSlot {
  let track = placeholder;
  let turn = 0;
  let isClosed = false;
  const put = (next: MediaStreamTrack) => {
    const last = track;
    track = next;
    changed(next);
    if (last !== placeholder && last !== next) last.stop();
  };
  const clear = () => {
    turn += 1;
    if (track !== placeholder) put(placeholder);
  };
  return {
    get track() {
      return track;
    },
    get isFilled() {
      return track !== placeholder;
    },
    async put(open) {
      if (isClosed) return false;
      turn += 1;
      const mine = turn;
      const opened = await open();
      if (mine !== turn) {
        opened.stop();
        return false;
      }
      opened.addEventListener("ended", () => {
        if (track !== opened) return;
        clear();
        lost();
      });
      put(opened);
      return true;
    },
    clear,
    close() {
      isClosed = true;
      clear();
    },
  };
}
