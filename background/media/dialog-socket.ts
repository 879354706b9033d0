import { Peer } from "peerjs";
import { EtherlynkError } from "../../protocol/errors.ts";
import { type IceCandidate, toIceCandidate } from "../../protocol/peer/ice-candidate.ts";
import { toPeerAnswer, toPeerOffer } from "../../protocol/peer/peer-payload.ts";

export interface DialogLineOptions {
  readonly config: RTCConfiguration;
  readonly stream: MediaStream;
  /** PeerJS's CANDIDATE messages, until `release`. */
  candidate(candidate: IceCandidate): void;
}

/** A connection that PeerJS makes, its messages carried by the dialog of a call instead of a socket of its own. */
export interface DialogLine {
  readonly connection: RTCPeerConnection;
  /** The channel of the side that offers; the other hears of it by the connection's event. */
  readonly channel: RTCDataChannel | undefined;
  /** The SDP of PeerJS's OFFER or ANSWER. */
  readonly made: Promise<string>;
  /** Resolves when PeerJS has applied it. */
  takeAnswer(sdp: string): Promise<void>;
  /**
   * PeerJS lets go of the connection: by itself it closes at the first failure of ICE, forgets its candidates once
   * connected, and ends the call at a second OFFER.
   */
  release(): void;
}

interface PeerMessage {
  readonly type: string;
  readonly src?: string;
  readonly payload?: unknown;
}

/** Members of Peer that its types leave out. */
interface PeerInside {
  _handleMessage(message: PeerMessage): void;
}

const [here, there] = ["here", "there"];
const mediaType = "media";

export function offerByPeer(options: DialogLineOptions): DialogLine {
  const dialog = openDialog(options);
  const call = dialog.peer.call(there, options.stream);
  return toLine(dialog, call);
}

export function answerByPeer(options: DialogLineOptions, offer: string): DialogLine {
  const dialog = openDialog(options);
  const calls: Call[] = [];
  dialog.peer.once("call", call => calls.push(call));
  dialog.hear({
    type: "OFFER",
    src: there,
    payload: { type: mediaType, connectionId: "mc_dialog", sdp: { type: "offer", sdp: offer } },
  });
  const [call] = calls;
  if (call === undefined) throw new Error("PeerJS did not take the offer");
  call.answer(options.stream);
  return toLine(dialog, call);
}

type Call = ReturnType<Peer["call"]>;
type Dialog = ReturnType<typeof openDialog>;

function openDialog({ config, candidate }: DialogLineOptions) {
  const { promise: made, resolve, reject } = Promise.withResolvers<string>();
  // Whoever waits for it hears of it; nobody waits once the line has been released.
  made.catch(() => undefined);
  const say = (message: PeerMessage) => {
    if (message.type === "OFFER") resolve(toPeerOffer(message.payload).sdp);
    else if (message.type === "ANSWER") resolve(toPeerAnswer(message.payload).sdp);
    else if (message.type === "CANDIDATE") sayCandidate(message.payload, candidate);
  };
  const peer = createPeer(config, say);
  peer.on("error", cause => reject(new DialogLineError(cause)));
  return {
    peer,
    made,
    hear: (message: PeerMessage) => (peer as unknown as PeerInside)._handleMessage(message),
  };
}

function sayCandidate(payload: unknown, tell: (candidate: IceCandidate) => void): void {
  // PeerJS puts an RTCIceCandidate into its messages, and leaves it to JSON to make it plain.
  const plain: unknown = JSON.parse(JSON.stringify(payload));
  if (typeof plain !== "object" || plain === null || !("candidate" in plain)) return;
  const candidate = toIceCandidate(plain.candidate);
  if (candidate !== undefined) tell(candidate);
}

function createPeer(config: RTCConfiguration, say: (message: PeerMessage) => void): Peer {
  // Within the function: PeerJS asks for the socket while it is constructed, before fields of ours would be set.
  class DialogPeer extends Peer {
    _createServerConnection() {
      return {
        start: () => undefined,
        send: say,
        close: () => undefined,
        removeAllListeners: () => undefined,
      };
    }
  }
  return new DialogPeer(here, { config, debug: 0 });
}

function toLine({ made, hear, peer }: Dialog, call: Call): DialogLine {
  const connection = call.peerConnection;
  connection.oniceconnectionstatechange = null;
  connection.ontrack = null;
  connection.ondatachannel = null;
  const channel: RTCDataChannel | undefined = call.dataChannel ?? undefined;
  return {
    connection,
    channel,
    made,
    takeAnswer(sdp) {
      const payload = { type: mediaType, connectionId: call.connectionId, sdp: { type: "answer", sdp } };
      return applied(connection, peer, () => hear({ type: "ANSWER", src: there, payload }));
    },
    release() {
      connection.onicecandidate = null;
      if (channel) channel.onclose = null;
    },
  };
}

async function applied(connection: RTCPeerConnection, peer: Peer, apply: () => void): Promise<void> {
  const done = new AbortController();
  await new Promise<void>((resolve, reject) => {
    const look = () => connection.signalingState === "stable" && resolve();
    connection.addEventListener("signalingstatechange", look, { signal: done.signal });
    peer.once("error", cause => reject(new DialogLineError(cause)));
    apply();
  });
  done.abort();
}

export class DialogLineError extends EtherlynkError {
  constructor(cause: unknown) {
    super("media.connection", "The connection could not be made. Please call again.", { cause });
  }
}
