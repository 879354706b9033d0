import {
  type Core,
  Invitation,
  Inviter,
  Registerer,
  RegistererState,
  type Session,
  SessionState,
  UserAgent,
  Web,
} from "sip.js";
import { createJournal } from "./journal.ts";
import type { SipPart } from "./sip-part.ts";
import { createSound, type Voice } from "./sound.ts";

const journal = createJournal();
const sound = createSound();
const stage: { agent?: UserAgent; registerer?: Registerer; session?: Session; voice?: Voice } = {};

function theSession(): Session {
  if (!stage.session) throw new Error("This page has no call");
  return stage.session;
}

function follow(session: Session): void {
  stage.session = session;
  let failed = false;
  session.stateChange.addListener(state => {
    if (state === SessionState.Established) journal.write("talking");
    if (state === SessionState.Terminated && !failed) journal.write("ended");
  });
  session.delegate = {
    onBye: bye => {
      const reason = bye.request.getHeader("Reason");
      if (reason) journal.write(`reason ${reason}`);
      void bye.accept();
    },
    onCancel: ({ request }) => {
      failed = true;
      journal.write("failed remote Canceled");
      const reason = request.getHeader("Reason");
      if (reason) journal.write(`reason ${reason}`);
    },
    onInfo: info => {
      const tone = /Signal\s*=\s*(\S)/i.exec(info.request.body)?.[1];
      journal.write(`dtmf remote ${tone ?? "?"}`);
      void info.accept();
    },
    onInvite: () => journal.write("invited again"),
  };
}

function reinvite(hold: boolean): Promise<void> {
  const session = theSession();
  session.sessionDescriptionHandlerOptionsReInvite = { hold } as Web.SessionDescriptionHandlerOptions;
  return new Promise((resolve, reject) => {
    const requestDelegate = {
      onAccept: () => resolve(),
      onReject: (response: Core.IncomingResponse) => reject(new Error(statusOf(response))),
    };
    session.invite({ requestDelegate }).catch(reject);
  });
}

const statusOf = ({ message }: Core.IncomingResponse) => `${message.reasonPhrase} ${message.statusCode}`;

function heardTrack(): MediaStreamTrack {
  const description = theSession().sessionDescriptionHandler;
  if (!(description instanceof Web.SessionDescriptionHandler)) throw new Error("There is no media yet");
  const [receiver] = description.peerConnection?.getReceivers() ?? [];
  if (!receiver) throw new Error("There is no sound from the other side");
  return receiver.track;
}

const part: SipPart = {
  see: journal.see,
  read: journal.read,
  journal: journal.journal,
  start({ url, uri, register = true, noAnswerSeconds = 60, password }) {
    const own = UserAgent.makeURI(uri);
    if (!own) throw new Error(`SIP.js does not take ${uri}`);
    const agent = new UserAgent({
      uri: own,
      transportOptions: { server: url },
      noAnswerTimeout: noAnswerSeconds,
      logLevel: "error",
      ...(password === undefined
        ? {}
        : { authorizationUsername: own.user ?? "", authorizationPassword: password }),
      sessionDescriptionHandlerFactory: Web.defaultSessionDescriptionHandlerFactory(async () => {
        if (!stage.voice) throw new Error("No tone was chosen");
        return new MediaStream([stage.voice.track]);
      }),
      sessionDescriptionHandlerFactoryOptions: {
        iceGatheringTimeout: 500,
        peerConnectionConfiguration: { iceServers: [] },
      },
      delegate: {
        onConnect: () => journal.write("connected"),
        onDisconnect: () => journal.write("disconnected"),
        onInvite: invitation => {
          follow(invitation);
          journal.write(`invite ${invitation.remoteIdentity.uri}`);
        },
      },
    });
    stage.agent = agent;
    const registerer = new Registerer(agent, { expires: 600 });
    stage.registerer = registerer;
    registerer.stateChange.addListener(state => {
      if (state === RegistererState.Registered) journal.write("registered");
      if (state === RegistererState.Unregistered) journal.write("unregistered");
    });
    void agent.start().then(() => {
      if (!register) return undefined;
      return registerer.register({
        requestDelegate: {
          onReject: ({ message }) => journal.write(`registration failed ${message.statusCode}`),
        },
      });
    });
  },
  async call(target, hertz) {
    const to = UserAgent.makeURI(target);
    if (!stage.agent || !to) throw new Error(`SIP.js cannot call ${target}`);
    stage.voice = sound.voice(hertz);
    const inviter = new Inviter(stage.agent, to);
    follow(inviter);
    await inviter.invite({
      requestDelegate: {
        onProgress: ({ message }) => journal.write(`progress ${message.statusCode}`),
        onReject: response => journal.write(`failed remote ${statusOf(response)}`),
      },
    });
  },
  async answer(hertz) {
    stage.voice = sound.voice(hertz);
    const session = theSession();
    if (!(session instanceof Invitation)) throw new Error("This page is the caller");
    await session.accept();
  },
  refuse(status) {
    const session = theSession();
    if (session instanceof Invitation) void session.reject({ statusCode: status });
  },
  hangUp() {
    const session = theSession();
    if (session.state === SessionState.Established) void session.bye();
    else if (session instanceof Inviter) void session.cancel();
    else if (session instanceof Invitation) void session.reject();
  },
  hold: () => reinvite(true),
  unhold: () => reinvite(false),
  dtmf(tones) {
    for (const tone of tones) {
      void theSession().info({
        requestOptions: {
          body: {
            contentDisposition: "render",
            contentType: "application/dtmf-relay",
            content: `Signal=${tone}\r\nDuration=100`,
          },
        },
      });
    }
  },
  hears: async (wanted, unwanted) => sound.listen(heardTrack(), { wanted, unwanted }),
  hearsSpeech: async () => sound.listenForSpeech(heardTrack()),
  retune: hertz => stage.voice?.retune(hertz),
  unregister: () => void stage.registerer?.unregister(),
  stop: () => void stage.agent?.stop(),
};
Object.assign(globalThis, { part });
