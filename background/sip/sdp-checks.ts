import type { ByteText } from "../../protocol/sip/message.ts";

/**
 * Whether an offer wants no media of ours: every line that lives is only sent to us, or silent (RFC 3264 §8.4). A data
 * channel is neither: its line has no direction (RFC 8841 §5).
 */
export function wantsHold(sdp: ByteText): boolean {
  const [session = "", ...sections] = sdp.split(/^m=/m);
  const usual = directionOf(session) ?? "sendrecv";
  const alive = sections.filter(
    section =>
      /^(?:audio|video) /.test(section) &&
      (!/^[^ \r\n]+ 0[ /]/.test(section) || /^a=bundle-only/m.test(section)),
  );
  return (
    alive.length > 0 &&
    alive.every(section => ["sendonly", "inactive"].includes(directionOf(section) ?? usual))
  );
}

/** The answer that refuses every line of an offer and tells nothing (RFC 3264 §6). */
export function refuseOffer(sdp: ByteText): ByteText {
  const lines = [...sdp.matchAll(/^m=([a-z]+) \S+ (\S+) ([^\r\n]*)/gm)].map(
    ([, kind, protocol, formats]) => `m=${kind} 0 ${protocol} ${formats}`,
  );
  return ["v=0", "o=- 0 0 IN IP4 0.0.0.0", "s=-", "t=0 0", ...lines, ""].join("\r\n");
}

function directionOf(section: ByteText): string | undefined {
  return /^a=(sendrecv|sendonly|recvonly|inactive)\r?$/m.exec(section)?.[1];
}
