/**
 * Closes an offer of ours that nobody will answer, by what the other side agreed to last. A rollback, also the one that
 * their offer implies (JSEP, RFC 9429 §5.8), would take from whoever answered the first offer all that they hear: in
 * Chromium streams are made anew under tracks that never learn of it.
 *
 * Where our offer restarts ICE, theirs, which is applied next, has the other half of it.
 */
export async function closeOffer(connection: RTCPeerConnection): Promise<void> {
  const { signalingState, currentLocalDescription: ours, currentRemoteDescription: theirs } = connection;
  if (signalingState !== "have-local-offer" || ours === null || theirs === null) return;
  await connection.setRemoteDescription({ type: "answer", sdp: toAnswer(theirs.sdp, ours.sdp) });
}

/** What was agreed, whoever offered it, as an answer: the DTLS roles stay who they are (RFC 8842 §5.3). */
export function toAnswer(theirs: string, ours: string): string {
  const own = /^a=setup:(\w+)/m.exec(ours)?.[1];
  const role = own === "active" ? "passive" : "active";
  return own === "actpass" ? theirs : theirs.replace(/^a=setup:\w+/gm, `a=setup:${role}`);
}
