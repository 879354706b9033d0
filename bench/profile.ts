import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { say } from "./options.ts";

interface ProfileNode {
  readonly id: number;
  readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
}

/** What V8 writes with --cpu-prof. */
interface Profile {
  readonly nodes: readonly ProfileNode[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

export interface Hotspot {
  readonly place: string;
  readonly milliseconds: number;
  readonly share: number;
}

/** Self time by function, the hottest first; idle time is left out, system calls count as `(program)`. */
export function toHotspots(profile: Profile): Hotspot[] {
  const nodes = new Map(profile.nodes.map(node => [node.id, node]));
  const spent = new Map<string, number>();
  profile.samples.forEach((id, i) => {
    const node = nodes.get(id);
    if (!node || node.callFrame.functionName === "(idle)") return;
    const place = toPlace(node);
    spent.set(place, (spent.get(place) ?? 0) + (profile.timeDeltas[i] ?? 0) / 1000);
  });
  const all = [...spent.values()].reduce((sum, value) => sum + value, 0);
  return [...spent]
    .map(([place, milliseconds]) => ({ place, milliseconds, share: milliseconds / all }))
    .sort((a, b) => b.milliseconds - a.milliseconds);
}

/** The same by folder of ours, Node's own code, and what is native, which is mostly system calls. */
export function toRooms(hotspots: readonly Hotspot[]): Hotspot[] {
  const rooms = new Map<string, Hotspot>();
  for (const { place, milliseconds, share } of hotspots) {
    const name = toRoom(place);
    const room = rooms.get(name) ?? { place: name, milliseconds: 0, share: 0 };
    rooms.set(name, {
      place: name,
      milliseconds: room.milliseconds + milliseconds,
      share: room.share + share,
    });
  }
  return [...rooms.values()].sort((a, b) => b.milliseconds - a.milliseconds);
}

/** Prints where the profiles in a folder say that the time went. */
export function sayHotspots(folder: string, title: string): void {
  for (const file of readdirSync(folder).filter(name => name.endsWith(".cpuprofile"))) {
    const hotspots = toHotspots(JSON.parse(readFileSync(join(folder, file), "utf8")));
    say(`${title}: self time by room`);
    sayLines(toRooms(hotspots).slice(0, 10));
    say(`${title}: self time by function`);
    sayLines(hotspots.slice(0, 30));
  }
}

function sayLines(hotspots: readonly Hotspot[]): void {
  for (const { place, milliseconds, share } of hotspots) {
    say(`${(share * 100).toFixed(1).padStart(6)} % ${milliseconds.toFixed(0).padStart(7)} ms  ${place}`);
  }
}

function toRoom(place: string): string {
  if (place.startsWith("RegExp:")) return "regular expressions";
  const file = place.slice(place.lastIndexOf(" ") + 1);
  if (file.startsWith("node:") || file.startsWith("wasm:")) return "node";
  if (file.includes("/")) return file.slice(0, file.lastIndexOf("/") + 1);
  if (place === "writeBuffer" || place === "writev") return `${place}: send(2)`;
  return place.startsWith("(") ? place : "native";
}

function toPlace({ callFrame: { functionName, url, lineNumber } }: ProfileNode): string {
  const root = fileURLToPath(new URL("..", import.meta.url));
  const file = url.startsWith("file:") ? fileURLToPath(url).replace(root, "") : url;
  return `${functionName || "(anonymous)"}${file ? ` ${file}:${lineNumber + 1}` : ""}`;
}
