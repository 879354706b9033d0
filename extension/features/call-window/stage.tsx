import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { placeholderSize } from "../../../background/media/placeholders.ts";
import { Avatar } from "../../ui/avatar.tsx";
import { durationInWords, peerTitle, stageInWords } from "../../ui/words.ts";
import type { CallProps } from "./panel.tsx";
import { QualityBars } from "./quality-bars.tsx";
import { give, streamOf, theirs } from "./talking-stream.ts";

/** Where one sees the other side, and oneself; without a picture of them, who it is and how it stands. */
export function Stage({ call, media }: CallProps): JSX.Element {
  const { stage, direction, said, since, peer } = call;
  const talking = streamOf(media);
  const [hasPicture, picture] = useState(false);
  const isOn = stage !== "ended";
  const isFlowing = stage === "talking";
  const isSeen = hasPicture && isOn;
  // Before they are there one looks at oneself: it is the moment to see what the camera shows.
  const isMirror = !isSeen && since === undefined && media?.sources.picture === "camera";
  return (
    <section class={`stage${isSeen ? " seen" : ""}${isMirror ? " mirror" : ""}`} aria-label="Picture">
      <Picture
        id={theirs.picture}
        stream={isOn ? talking?.stream : undefined}
        sized={width => picture(width > placeholderSize)}
      />
      <OwnPicture media={isOn ? media : undefined} />
      <div class={`face ${stage}`}>
        <Avatar title={peerTitle(peer)} isBig />
      </div>
      <div class="state">
        <p role="status">{said ?? stageInWords(stage, direction === "incoming")}</p>
        {since !== undefined && isOn && <Time since={since} />}
        {isFlowing && media && talking && <QualityBars media={media} tag={talking.tag} />}
      </div>
    </section>
  );
}

interface PictureProps {
  readonly id: string;
  readonly stream: MediaStream | undefined;
  readonly sized?: (width: number) => void;
}

/** Silent: what is heard comes from an element of its own, which plays also where no picture does. */
function Picture({ id, stream, sized }: PictureProps): JSX.Element {
  const element = useRef<HTMLVideoElement>(null);
  useEffect(() => {
    give(element.current, stream);
    if (!stream) sized?.(0);
  }, [stream]);
  return (
    <video
      id={id}
      ref={element}
      autoplay
      playsInline
      muted
      onResize={event => sized?.(event.currentTarget.videoWidth)}
    />
  );
}

function OwnPicture({ media }: { readonly media: CallProps["media"] }): JSX.Element | null {
  const track = media?.sources.ownPicture;
  const [stream, show] = useState<MediaStream>();
  useEffect(() => show(track && new MediaStream([track])), [track]);
  if (!stream || !track) return null;
  return (
    <div class={media?.sources.picture === "screen" ? "own" : "own mirrored"}>
      <Picture id="own-video" stream={stream} />
    </div>
  );
}

function Time({ since }: { readonly since: number }): JSX.Element {
  const [now, tick] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => tick(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, []);
  // A clock that speaks each second would drown a screen reader.
  return (
    <span class="time" aria-hidden="true">
      {durationInWords(now - since)}
    </span>
  );
}
