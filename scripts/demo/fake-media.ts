import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** What a person of the demo sounds and looks like: told from the other by anybody, and by a meter. */
export interface FakeMedia {
  readonly hertz: number;
  /** In YUV, each in [0, 255]. */
  readonly colour: readonly [number, number, number];
}

const rate = 48_000;
const picture = { width: 320, height: 240, frames: 30, perSecond: 15 } as const;

/** Writes them down, and gives the arguments by which Chromium takes them for its microphone and camera. */
export function writeFakeMedia(
  folder: string,
  name: string,
  { hertz, colour }: FakeMedia,
): readonly string[] {
  mkdirSync(folder, { recursive: true });
  const sound = join(folder, `${name}.wav`);
  const film = join(folder, `${name}.y4m`);
  writeFileSync(sound, toWave(hertz));
  writeFileSync(film, toFilm(colour));
  return [`--use-file-for-fake-audio-capture=${sound}`, `--use-file-for-fake-video-capture=${film}`];
}

/** Beeps rather than a steady tone, which a microphone's noise suppression takes for noise. */
function toWave(hertz: number): Buffer {
  const samples = rate * 2;
  const wave = Buffer.alloc(44 + samples * 2);
  wave.write("RIFF", 0);
  wave.writeUInt32LE(wave.length - 8, 4);
  wave.write("WAVEfmt ", 8);
  wave.writeUInt32LE(16, 16);
  wave.writeUInt16LE(1, 20); // PCM
  wave.writeUInt16LE(1, 22);
  wave.writeUInt32LE(rate, 24);
  wave.writeUInt32LE(rate * 2, 28);
  wave.writeUInt16LE(2, 32);
  wave.writeUInt16LE(16, 34);
  wave.write("data", 36);
  wave.writeUInt32LE(samples * 2, 40);
  for (let at = 0; at < samples; at++) {
    const isOn = (at / rate) % 0.4 < 0.25;
    const value = isOn ? Math.sin((2 * Math.PI * hertz * at) / rate) * 0.4 : 0;
    wave.writeInt16LE(Math.round(value * 32_767), 44 + at * 2);
  }
  return wave;
}

/** A bar that walks over a plain ground: YUV4MPEG2, 4:2:0. */
function toFilm([y, u, v]: FakeMedia["colour"]): Buffer {
  const { width, height, frames, perSecond } = picture;
  const head = Buffer.from(`YUV4MPEG2 W${width} H${height} F${perSecond}:1 Ip A1:1 C420mpeg2\n`);
  const quarter = (width * height) / 4;
  const film = [head];
  for (let frame = 0; frame < frames; frame++) {
    const luma = Buffer.alloc(width * height, y);
    const left = Math.floor((frame / frames) * (width - 40));
    for (let row = 0; row < height; row++) luma.fill(235, row * width + left, row * width + left + 40);
    film.push(Buffer.from("FRAME\n"), luma, Buffer.alloc(quarter, u), Buffer.alloc(quarter, v));
  }
  return Buffer.concat(film);
}
