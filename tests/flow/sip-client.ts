import { randomBytes } from "node:crypto";
import { WebSocket } from "ws";
import { createInbox } from "./inbox.ts";
import { allOf, cseqOf, oneOf, readSip, type SipText, tagOf, uriOf, writeSip } from "./sip-text.ts";

type Header = readonly [name: string, value: string];

export interface ClientOptions {
  readonly user: string;
  readonly domain: string;
  /** `+sip.instance`; made up unless told, and stays over `createSipClient` with the same value. */
  readonly instance?: string;
  /** The host of Via and Contact, and the user of the Contact; made up unless told, as JsSIP does. */
  readonly host?: string;
  readonly contactUser?: string;
  /** Where the connection comes from. */
  readonly localAddress?: string;
  /** Told of every message, in order. */
  onWire?(direction: ">" | "<", message: SipText): void;
}

export interface RequestOptions {
  readonly to?: string;
  readonly from?: string;
  readonly callId?: string;
  readonly seq?: number;
  readonly fromTag?: string;
  readonly route?: readonly string[];
  readonly contact?: string | null;
  readonly maxForwards?: number;
  readonly branch?: string;
  readonly headers?: readonly Header[];
  readonly body?: string;
}

/** One side of an established dialog, as its owner sees it. */
export interface Dialog {
  readonly callId: string;
  readonly local: string;
  readonly remote: string;
  readonly target: string;
  readonly route: readonly string[];
  seq: number;
}

export interface SipClient {
  readonly aor: string;
  readonly contact: string;
  readonly instance: string;
  readonly host: string;
  /** Options by which a later connection is the same device. */
  readonly identity: Pick<ClientOptions, "instance" | "host" | "contactUser">;
  /** Sends bytes as they are. */
  write(text: string): void;
  /** Sends a request and gives it as sent. */
  send(method: string, uri: string, options?: RequestOptions): SipText;
  /** `send`, then the final response. */
  ask(method: string, uri: string, options?: RequestOptions): Promise<SipText>;
  /** The final response to a request that was sent. */
  final(request: SipText): Promise<SipText>;
  register(options?: { expires?: number; headers?: readonly Header[] }): Promise<SipText>;
  respond(
    request: SipText,
    status: number,
    options?: { headers?: readonly Header[]; body?: string; tag?: string },
  ): void;
  /** The next request of this method. */
  request(method: string): Promise<SipText>;
  /** The next response to `request` with this status. */
  response(request: SipText, status: number): Promise<SipText>;
  /** The next response with this status, whatever it answers. */
  any(status: number): Promise<SipText>;
  /** The next line ends that came without a message. */
  pong(): Promise<string>;
  /** The ACK of a 2xx, and the dialog that the caller has from now on. */
  confirm(invite: SipText, ok: SipText, answer?: Pick<RequestOptions, "headers" | "body">): Dialog;
  /** The dialog of who answers `invite` with the tag `respond` used. */
  answered(invite: SipText): Dialog;
  inDialog(method: string, dialog: Dialog, options?: RequestOptions): SipText;
  cancel(invite: SipText, headers?: readonly Header[]): SipText;
  /** All that was sent to this client before now has arrived; gives what nobody has taken. */
  settle(): Promise<readonly SipText[]>;
  /** Resolves with the close code. */
  readonly closed: Promise<number>;
  close(): Promise<number>;
  /** Cuts the connection without a goodbye. */
  drop(): void;
}

export async function createSipClient(url: string, options: ClientOptions): Promise<SipClient> {
  const socket = new WebSocket(url, "sip", {
    ...(options.localAddress === undefined ? {} : { localAddress: options.localAddress }),
  });
  const inbox = createInbox<SipText>(({ start }) => start);
  const pongs = createInbox<string>(text => JSON.stringify(text));
  const closed = new Promise<number>(resolve => {
    socket.on("close", code => {
      inbox.close(`The connection of ${options.user} closed (${code})`);
      pongs.close("closed");
      resolve(code);
    });
  });
  socket.on("message", (payload: Buffer) => {
    const text = payload.toString();
    if (text.trim() === "") return pongs.push(text);
    const message = readSip(text);
    options.onWire?.("<", message);
    inbox.push(message);
  });
  await new Promise<void>((resolve, reject) => {
    socket.on("open", () => resolve());
    socket.on("error", reject);
  });

  const host = options.host ?? `${randomBytes(6).toString("hex")}.invalid`;
  const instance = options.instance ?? `<urn:uuid:${crypto.randomUUID()}>`;
  const aor = `sip:${options.user}@${options.domain}`;
  const contactUser = options.contactUser ?? randomBytes(4).toString("hex");
  const contact = `<sip:${contactUser}@${host};transport=ws>`;
  const registration = { callId: randomBytes(8).toString("hex"), seq: 0 };
  const tags = new Map<string, string>();

  const client: SipClient = {
    aor,
    contact,
    instance,
    host,
    identity: { instance, host, contactUser },
    closed,
    write(text) {
      socket.send(text);
      if (text.trim() !== "" && text.includes("\r\n\r\n")) options.onWire?.(">", readSip(text));
    },
    send(method, uri, request = {}) {
      const text = writeSip(
        `${method} ${uri} SIP/2.0`,
        [
          [
            "Via",
            `SIP/2.0/WS ${host};branch=${request.branch ?? `z9hG4bK${randomBytes(6).toString("hex")}`}`,
          ],
          ["Max-Forwards", String(request.maxForwards ?? 70)],
          ...(request.route ?? []).map(value => ["Route", value] as const),
          ["From", request.from ?? `<${aor}>;tag=${request.fromTag ?? randomBytes(5).toString("hex")}`],
          ["To", request.to ?? `<${uri}>`],
          ["Call-ID", request.callId ?? randomBytes(10).toString("hex")],
          ["CSeq", `${request.seq ?? 1} ${method}`],
          ...(request.contact === null ? [] : [["Contact", request.contact ?? contact] as const]),
          ...(request.headers ?? []),
        ],
        request.body,
      );
      client.write(text);
      return readSip(text);
    },
    ask: (method, uri, request) => client.final(client.send(method, uri, request)),
    final: sent =>
      inbox.take(
        `a final response to ${sent.method}`,
        answer => answer.status >= 200 && isAnswer(answer, sent),
      ),
    register({ expires = 600, headers = [] } = {}) {
      registration.seq++;
      return client.ask("REGISTER", `sip:${options.domain}`, {
        to: `<${aor}>`,
        callId: registration.callId,
        seq: registration.seq,
        contact: `${contact};reg-id=1;+sip.instance="${instance}";expires=${expires}`,
        headers: [["Supported", "path,gruu,outbound,etherlynk.v1"], ...headers],
      });
    },
    respond(request, status, { headers = [], body = "", tag } = {}) {
      const key = oneOf(request, "Call-ID") + tagOf(oneOf(request, "From"));
      const ownTag = tag ?? tags.get(key) ?? randomBytes(5).toString("hex");
      if (status > 100) tags.set(key, ownTag);
      const to = oneOf(request, "To");
      client.write(
        writeSip(
          `SIP/2.0 ${status} ${reasons[status] ?? "Some Reason"}`,
          [
            ...allOf(request, "Via").map(value => ["Via", value] as const),
            ...allOf(request, "Record-Route").map(value => ["Record-Route", value] as const),
            ["From", oneOf(request, "From")],
            ["To", status === 100 || tagOf(to) !== "" ? to : `${to};tag=${ownTag}`],
            ["Call-ID", oneOf(request, "Call-ID")],
            ["CSeq", oneOf(request, "CSeq")],
            ...(status > 100 && status < 300 ? [["Contact", contact] as const] : []),
            ...headers,
          ],
          body,
        ),
      );
    },
    request: method => inbox.take(`a request ${method}`, message => message.method === method),
    response: (request, status) =>
      inbox.take(
        `${status} to ${request.start}`,
        answer => answer.status === status && isAnswer(answer, request),
      ),
    any: status => inbox.take(`a ${status}`, answer => answer.status === status),
    pong: () => pongs.take("a pong", () => true),
    confirm(invite, ok, answer = {}) {
      const dialog: Dialog = {
        callId: oneOf(invite, "Call-ID"),
        local: oneOf(invite, "From"),
        remote: oneOf(ok, "To"),
        target: uriOf(oneOf(ok, "Contact")),
        route: allOf(ok, "Record-Route").flatMap(splitList).reverse(),
        seq: cseqOf(invite).seq,
      };
      client.send("ACK", dialog.target, { ...ofDialog(dialog), contact: null, ...answer });
      return dialog;
    },
    answered(invite) {
      const tag = tags.get(oneOf(invite, "Call-ID") + tagOf(oneOf(invite, "From"))) ?? "";
      return {
        callId: oneOf(invite, "Call-ID"),
        local: `${oneOf(invite, "To")};tag=${tag}`,
        remote: oneOf(invite, "From"),
        target: uriOf(oneOf(invite, "Contact")),
        route: allOf(invite, "Record-Route").flatMap(splitList),
        seq: 100,
      };
    },
    inDialog(method, dialog, request = {}) {
      if (method !== "ACK") dialog.seq++;
      return client.send(method, dialog.target, { ...ofDialog(dialog), ...request });
    },
    cancel(invite, headers = []) {
      const text = writeSip(`CANCEL ${invite.uri} SIP/2.0`, [
        ["Via", oneOf(invite, "Via")],
        ["Max-Forwards", "70"],
        ["From", oneOf(invite, "From")],
        ["To", oneOf(invite, "To")],
        ["Call-ID", oneOf(invite, "Call-ID")],
        ["CSeq", `${cseqOf(invite).seq} CANCEL`],
        ...headers,
      ]);
      client.write(text);
      return readSip(text);
    },
    async settle() {
      // A connection keeps its order: what was sent before this answer has come before it.
      await client.ask("OPTIONS", `sip:${options.domain}`, { contact: null });
      return inbox.left;
    },
    async close() {
      socket.close(1000);
      return closed;
    },
    drop: () => socket.terminate(),
  };
  return client;
}

const reasons: Readonly<Record<number, string>> = {
  100: "Trying",
  180: "Ringing",
  183: "Session Progress",
  200: "OK",
  480: "Temporarily Unavailable",
  486: "Busy Here",
  487: "Request Terminated",
  488: "Not Acceptable Here",
  603: "Decline",
};

function ofDialog({ local, remote, callId, seq, route }: Dialog): RequestOptions {
  return { from: local, to: remote, callId, seq, route };
}

function isAnswer(answer: SipText, request: SipText): boolean {
  const [theirs, ours] = [cseqOf(answer), cseqOf(request)];
  return (
    answer.status > 0 &&
    oneOf(answer, "Call-ID") === oneOf(request, "Call-ID") &&
    theirs.seq === ours.seq &&
    theirs.method === ours.method
  );
}

function splitList(value: string): string[] {
  return value.split(/,(?=\s*<)/).map(part => part.trim());
}
