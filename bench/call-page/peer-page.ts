import { Peer } from "peerjs";
import { type First, startEar } from "./ear.ts";

/** A page that calls without a phone: by stock PeerJS, or by a bare connection. Its devices are open beforehand. */
export interface PeerPage {
  open(opening: Opening): Promise<void>;
  /** Calls, and gives the moment of it and the first of the other side. */
  call(to: string): Promise<{ readonly began: number; readonly first: First }>;
  /** The next call that comes is answered at once; gives the first of the other side. */
  answer(): Promise<First>;
  /**
   * Of two that are connected and silent, the least that "prepared" can mean: one sends its microphone, and says so,
   * and the other sends its own. Gives the moment of it, or of the first sound of the other.
   */
  speak(): Promise<number>;
  hear(): Promise<number>;
  close(): void;
}

export interface Opening {
  readonly way: "peerjs" | "raw";
  readonly id: string;
  readonly url: string;
  readonly camera: boolean;
  /** Silence is sent until somebody speaks. */
  readonly silent: boolean;
}

interface Way {
  /** Sends another track, and asks the other page to do so too. */
  speak(): void;
  call(to: string, stream: MediaStream): Promise<MediaStream>;
  answer(stream: MediaStream): Promise<MediaStream>;
  hangUp(): void;
  close(): void;
}

const stage: { way?: Way; own?: MediaStream; sent?: MediaStream; theirs?: MediaStream } = {};
const ear = startEar();

const page: PeerPage = {
  async open({ way, id, url, camera, silent }) {
    stage.own = await navigator.mediaDevices.getUserMedia({ audio: true, video: camera });
    stage.sent = silent ? new AudioContext().createMediaStreamDestination().stream : stage.own;
    stage.way = await (way === "peerjs" ? openPeer(id, url) : openRaw(id, url, stage.own));
  },
  async call(to) {
    const { way, sent } = theStage();
    const began = performance.timeOrigin + performance.now();
    return { began, first: await heard(way.call(to, sent)) };
  },
  async answer() {
    const { way, sent } = theStage();
    return heard(way.answer(sent));
  },
  async speak() {
    const began = performance.timeOrigin + performance.now();
    theStage().way.speak();
    return began;
  },
  async hear() {
    if (!stage.theirs) throw new Error("This page is in no call");
    return ear.firstSound(stage.theirs);
  },
  close() {
    stage.way?.hangUp();
    stage.way?.close();
    // A camera that two windows of one browser share sends, now and then, no picture at all to the second one.
    for (const track of stage.own?.getTracks() ?? []) track.stop();
    delete stage.way;
    delete stage.own;
  },
};
Object.assign(globalThis, { page });

function theStage() {
  const { way, own, sent } = stage;
  if (!way || !own || !sent) throw new Error("This page was not opened");
  return { way, own, sent };
}

/** The first of all that the other side sends; of silence, nothing. */
async function heard(theirs: Promise<MediaStream>): Promise<First> {
  const stream = await theirs;
  stage.theirs = stream;
  const { own, sent } = theStage();
  if (own !== sent) return { sound: Number.NaN, frame: Number.NaN };
  const frame = own.getVideoTracks().length > 0 ? ear.firstFrame(stream) : Number.NaN;
  const [sound, picture] = await Promise.all([ear.firstSound(stream), frame]);
  return { sound, frame: picture };
}

async function openPeer(id: string, url: string): Promise<Way> {
  const { hostname, port } = new URL(url);
  const peer = new Peer(id, { host: hostname, port: Number(port), path: "/", config: { iceServers: [] } });
  await new Promise<void>((resolve, reject) => {
    peer.once("open", () => resolve());
    peer.once("error", reject);
  });
  const heard = (call: ReturnType<Peer["call"]>) =>
    new Promise<MediaStream>(resolve => call.once("stream", resolve));
  const calls = new Set<{ close(): void }>();
  // Heard from the beginning: the other browser may call before this one was told to answer.
  const comes = new Promise<ReturnType<Peer["call"]>>(resolve => peer.once("call", resolve));
  return {
    call(to, stream) {
      const call = peer.call(to, stream);
      calls.add(call);
      return heard(call);
    },
    async answer(stream) {
      const call = await comes;
      calls.add(call);
      call.answer(stream);
      return heard(call);
    },
    speak: () => undefined,
    hangUp: () => calls.forEach(call => void call.close()),
    close: () => peer.destroy(),
  };
}

/** The least that connects two pages: a socket that passes on what the other one says, candidates as they come. */
async function openRaw(id: string, url: string, own: MediaStream): Promise<Way> {
  const socket = new WebSocket(`${url}?id=${id}`);
  await new Promise(resolve => socket.addEventListener("open", resolve, { once: true }));
  const connection = new RTCPeerConnection();
  const say = (to: string, said: object) => socket.send(JSON.stringify({ to, from: id, ...said }));
  let other = "";
  const { promise: offered, resolve: offer } = Promise.withResolvers<RTCSessionDescriptionInit>();
  const early: RTCIceCandidateInit[] = [];
  connection.onicecandidate = ({ candidate }) => candidate && say(other, { candidate });
  socket.onmessage = async ({ data }) => {
    const { from, sdp, candidate, speaks } = JSON.parse(String(data));
    other = from;
    if (speaks) sendOwn();
    else if (candidate) {
      if (connection.remoteDescription) await connection.addIceCandidate(candidate);
      else early.push(candidate);
    } else if (sdp.type === "offer") offer(sdp);
    else await take(sdp);
  };
  const take = async (sdp: RTCSessionDescriptionInit) => {
    await connection.setRemoteDescription(sdp);
    for (const candidate of early.splice(0)) await connection.addIceCandidate(candidate);
  };
  const heard = new Promise<MediaStream>(resolve => {
    connection.ontrack = ({ streams: [stream] }) => stream && resolve(stream);
  });
  const sendOwn = () => {
    const [track] = own.getAudioTracks();
    const [sender] = connection.getSenders();
    if (track && sender) void sender.replaceTrack(track);
  };
  const add = (stream: MediaStream) =>
    stream.getTracks().forEach(track => void connection.addTrack(track, stream));
  return {
    async call(to, stream) {
      other = to;
      add(stream);
      const sdp = await connection.createOffer();
      await connection.setLocalDescription(sdp);
      say(to, { sdp });
      return heard;
    },
    async answer(stream) {
      await take(await offered);
      add(stream);
      const answer = await connection.createAnswer();
      await connection.setLocalDescription(answer);
      say(other, { sdp: answer });
      return heard;
    },
    speak() {
      sendOwn();
      say(other, { speaks: true });
    },
    hangUp: () => connection.close(),
    close: () => socket.close(),
  };
}
