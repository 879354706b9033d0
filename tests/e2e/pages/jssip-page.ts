import { debug, UA, WebSocketInterface } from "jssip";
import type {
  EndEvent,
  IncomingDTMFEvent,
  OutgoingDTMFEvent,
  OutgoingEvent,
  RTCSession,
} from "jssip/lib/RTCSession.js";
import type { RTCSessionEvent } from "jssip/lib/UA.js";
import { createJournal } from "./journal.ts";
import type { SipPart } from "./sip-part.ts";
import { createSound, type Voice } from "./sound.ts";

const journal = createJournal();
const sound = createSound();
const stage: { ua?: UA; session?: RTCSession; voice?: Voice } = {};
const pcConfig = { iceServers: [] };

function theUa(): UA {
  if (!stage.ua) throw new Error("This page has not started its user agent");
  return stage.ua;
}

function theSession(): RTCSession {
  if (!stage.session) throw new Error("This page has no call");
  return stage.session;
}

function streamOf(hertz: number): MediaStream {
  stage.voice = sound.voice(hertz);
  return new MediaStream([stage.voice.track]);
}

function follow({ session, originator }: RTCSessionEvent): void {
  // A second call while one is on: the first stays this page's call, the second is refused as busy.
  if (originator === "remote" && stage.session && !stage.session.isEnded()) {
    journal.write(`invite refused as busy ${session.remote_identity.uri}`);
    session.terminate({ status_code: 486 });
    return;
  }
  stage.session = session;
  session.on("progress", (event: Partial<OutgoingEvent>) => {
    // `response` is null where the call comes in.
    if (event.response) journal.write(`progress ${event.response.status_code}`);
  });
  session.on("accepted", () => journal.write("accepted"));
  session.on("confirmed", () => journal.write("talking"));
  session.on("ended", event => end("ended", event));
  session.on("failed", event => end("failed", event));
  session.on("hold", event => journal.write(`hold ${event.originator}`));
  session.on("unhold", event => journal.write(`unhold ${event.originator}`));
  session.on("newDTMF", ({ originator: whose, dtmf }: IncomingDTMFEvent | OutgoingDTMFEvent) =>
    journal.write(`dtmf ${whose} ${dtmf.tone}`),
  );
  if (originator === "remote") journal.write(`invite ${session.remote_identity.uri}`);
}

function end(how: "ended" | "failed", { originator, cause, message }: EndEvent): void {
  const status = message && "status_code" in message ? ` ${message.status_code}` : "";
  journal.write(`${how} ${originator} ${cause}${status}`);
  const reason = message?.getHeader("Reason");
  if (reason) journal.write(`reason ${reason}`);
}

function agreed(ask: (done: () => void) => boolean): Promise<void> {
  return new Promise((resolve, reject) => {
    if (!ask(resolve)) reject(new Error("JsSIP is still busy with what was agreed before"));
  });
}

function heardTrack(): MediaStreamTrack {
  const [receiver] = theSession().connection.getReceivers();
  if (!receiver) throw new Error("There is no sound from the other side");
  return receiver.track;
}

const part: SipPart = {
  see: journal.see,
  read: journal.read,
  journal: journal.journal,
  start({ url, uri, register = true, noAnswerSeconds = 60, sessionTimers = true, password }) {
    const ua = new UA({
      sockets: [new WebSocketInterface(url)],
      uri,
      register,
      no_answer_timeout: noAnswerSeconds,
      session_timers: sessionTimers,
      connection_recovery_min_interval: 1,
      connection_recovery_max_interval: 1,
      ...(password === undefined ? {} : { password }),
    });
    stage.ua = ua;
    ua.on("connected", () => journal.write("connected"));
    ua.on("disconnected", () => journal.write("disconnected"));
    ua.on("registered", () => journal.write("registered"));
    ua.on("unregistered", () => journal.write("unregistered"));
    ua.on("registrationFailed", ({ response, cause }) =>
      journal.write(`registration failed ${response?.status_code ?? cause}`),
    );
    ua.on("newRTCSession", follow);
    ua.start();
  },
  async call(target, hertz) {
    theUa().call(target, { mediaStream: streamOf(hertz), pcConfig });
  },
  async answer(hertz) {
    theSession().answer({ mediaStream: streamOf(hertz), pcConfig });
  },
  refuse: status => theSession().terminate({ status_code: status }),
  hangUp: () => theSession().terminate(),
  hold: () => agreed(done => theSession().hold({}, done)),
  unhold: () => agreed(done => theSession().unhold({}, done)),
  dtmf: tones => theSession().sendDTMF(tones),
  hears: async (wanted, unwanted) => sound.listen(heardTrack(), { wanted, unwanted }),
  hearsSpeech: async () => sound.listenForSpeech(heardTrack()),
  retune: hertz => stage.voice?.retune(hertz),
  unregister: () => theUa().unregister(),
  stop: () => theUa().stop(),
};
debug.disable();
Object.assign(globalThis, { part });
