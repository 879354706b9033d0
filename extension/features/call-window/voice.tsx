import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { CallProps } from "./panel.tsx";
import { give, streamOf, theirs } from "./talking-stream.ts";

/** What is heard of them, on the loudspeaker that was chosen; where the browser wants a click first, it gets one. */
export function Voice({ media, snapshot, run }: CallProps): JSX.Element {
  const element = useRef<HTMLAudioElement>(null);
  const [isSilenced, silence] = useState(false);
  const stream = streamOf(media)?.stream;
  const { speaker } = snapshot.preferences.devices;
  const play = async () => {
    try {
      await element.current?.play();
      silence(false);
    } catch (error) {
      // Any other failure is the one of a stream that was exchanged meanwhile: the next one plays.
      if (error instanceof DOMException && error.name === "NotAllowedError") silence(true);
    }
  };
  useEffect(() => {
    give(element.current, stream);
    if (stream) void play();
  }, [stream]);
  useEffect(() => {
    const audio = element.current;
    // Firefox chooses loudspeakers only where it is switched on.
    if (!audio || !("setSinkId" in audio)) return;
    // One that is not plugged in now: the system's own is used until it is.
    audio.setSinkId(speaker).catch(() => void audio.setSinkId(""));
  }, [speaker]);
  return (
    <>
      <audio id={theirs.voice} ref={element} autoplay />
      {isSilenced && (
        <button type="button" class="button go" onClick={() => run(play)}>
          Turn the sound on
        </button>
      )}
    </>
  );
}
