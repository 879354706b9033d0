import { attributeOf, formatSdp, iceCredentialsOf, parseSdp, type Sdp } from "../../protocol/peer/sdp.ts";

type Direction = "sendrecv" | "sendonly" | "recvonly" | "inactive";

const DIRECTIONS: readonly Direction[] = ["sendrecv", "sendonly", "recvonly", "inactive"];
/** What the other side may answer to whom only sends or receives (RFC 3264 §6.1). */
const MIRRORED: Readonly<Record<Direction, Direction>> = {
  sendrecv: "sendrecv",
  sendonly: "recvonly",
  recvonly: "sendonly",
  inactive: "inactive",
};

/** What a re-INVITE is compared with. */
export interface Agreed {
  /** The SDP that its sender spoke last. */
  readonly theirs: string;
  /** What the PeerJS client spoke: it knows of no second offer, and is not asked. */
  readonly ours: string;
  /** How often it was repeated so far. */
  readonly version: number;
}

/**
 * The answer to an offer that changes nothing but directions, as holding a call does: the PeerJS client's own SDP
 * with the directions mirrored. The one who holds stops to send by itself; the PeerJS client goes on as it was.
 * `undefined` where the offer changes more (lines, keys, ICE), which nobody but the client could answer.
 *
 * @throws SdpError
 */
export function toDirectionAnswer(offer: string, { theirs, ours, version }: Agreed): string | undefined {
  const [asked, before, own] = [parseSdp(offer), parseSdp(theirs), parseSdp(ours)];
  if (asked.media.length !== own.media.length || asked.media.length !== before.media.length) return undefined;
  if (asked.media.some((_, at) => !isSameLine(asked, before, at))) return undefined;
  const role = setupAnswer(before);
  const media = own.media.map((lines, at) => {
    const direction = MIRRORED[directionOf(asked.media[at] ?? [], asked.session)];
    const rest = lines.filter(line => !isDirection(line) && line !== "a=end-of-candidates");
    const isData = lines[0]?.startsWith("m=application") === true;
    return [
      ...rest.map(line => (line.startsWith("a=setup:") ? `a=setup:${role}` : line)),
      ...(isData ? [] : [`a=${direction}`]),
    ];
  });
  return formatSdp({ session: own.session.map(line => withVersion(line, version)), media });
}

/** Same medium, not switched on or off, same DTLS key, same ICE generation. */
function isSameLine(asked: Sdp, before: Sdp, at: number): boolean {
  const [now = [], then = []] = [asked.media[at], before.media[at]];
  const [kind, port] = (now[0] ?? "").split(" ");
  const [formerKind, formerPort] = (then[0] ?? "").split(" ");
  return (
    kind === formerKind &&
    (port === "0") === (formerPort === "0") &&
    iceCredentialsOf(asked, at)?.ufrag === iceCredentialsOf(before, at)?.ufrag &&
    fingerprintOf(now, asked) === fingerprintOf(then, before)
  );
}

function fingerprintOf(lines: readonly string[], { session }: Sdp): string | undefined {
  return attributeOf(lines, "fingerprint") ?? attributeOf(session, "fingerprint");
}

function directionOf(lines: readonly string[], session: readonly string[]): Direction {
  for (const part of [lines, session]) {
    const found = DIRECTIONS.find(direction => part.includes(`a=${direction}`));
    if (found !== undefined) return found;
  }
  return "sendrecv";
}

function isDirection(line: string): boolean {
  return DIRECTIONS.some(direction => line === `a=${direction}`);
}

/** The DTLS role that the PeerJS client has had since the first answer (RFC 8842 §5.3). */
function setupAnswer(theirs: Sdp): "active" | "passive" {
  const setup = theirs.media.map(
    lines => attributeOf(lines, "setup") ?? attributeOf(theirs.session, "setup"),
  )[0];
  return setup === "active" ? "passive" : "active";
}

/** RFC 3264 §8: the version goes up by one with each SDP that differs. */
function withVersion(line: string, version: number): string {
  const [user, id, former, ...rest] = line.split(" ");
  if (!line.startsWith("o=") || former === undefined || !/^\d{1,15}$/.test(former)) return line;
  return [user, id, String(Number(former) + version), ...rest].join(" ");
}
