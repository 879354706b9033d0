import type { CallOffer, OfferState, Presence } from "../protocol/bus/page-contract.ts";
import { type PageNews, type PageQuestion, takeDoor } from "./handshake.ts";
import { serveWallets } from "./wallet-provider.ts";

/** `window.etherlynk`: asks and hears in the manners of EIP-1193. It offers calls; only the user places one. */
export interface PageApi {
  readonly isEtherlynk: true;
  request(request: { readonly method: string; readonly params?: unknown }): Promise<unknown>;
  call(offer: CallOffer): Promise<{ readonly offer: string }>;
  withdraw(offer: string): Promise<null>;
  presence(of: string): Promise<{ readonly presence: Presence }>;
  on(event: string, listener: PageListener): PageApi;
  removeListener(event: string, listener: PageListener): PageApi;
}

/** `call`: `{offer, state}` of an offer of this page. `presence`: `{of, presence}`. */
export type PageListener = (
  news:
    | { readonly offer: string; readonly state: OfferState }
    | { readonly of: string; readonly presence: Presence },
) => void;

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: PageApiError) => void;
}

const methods: Readonly<Record<string, string>> = {
  etherlynk_call: "page.call.offer",
  etherlynk_withdraw: "page.call.withdraw",
  etherlynk_presence: "page.presence.read",
};
const events: Readonly<Record<string, string>> = {
  "page.call.changed": "call",
  "page.presence.changed": "presence",
};

/** The numbers of EIP-1193 and EIP-1474 for our codes; what is not here is -32603, an internal error. */
const numbers: Readonly<Record<string, number>> = {
  "page.name": 4200,
  "page.rate": -32005,
  "bus.nobody": 4900,
  "phone.signed-out": 4100,
  "offer.gone": -32001,
};
const invalidParams = -32602;
const most = 64;

/** Runs in the page's own world, before the page: whatever it needs later it takes now. */
export function installPageApi(window: Window): void {
  const waiting = new Map<number, Waiting>();
  const listeners = new Map<string, Set<PageListener>>();
  let count = 0;
  let port: MessagePort | undefined;
  let post: (question: PageQuestion) => void = () => undefined;

  const ask = (name: string, body: unknown): Promise<unknown> =>
    new Promise((resolve, reject) => {
      if (!port) return reject(new PageApiError("bus.nobody", "Etherlynk is not there. Reload this page."));
      if (waiting.size >= most) return reject(new PageApiError("page.rate", "Wait for the answers first."));
      const id = ++count;
      try {
        post({ id, name, body });
        waiting.set(id, { resolve, reject });
      } catch {
        reject(new PageApiError("page.size", "This is not plain data (texts, numbers, lists, objects)."));
      }
    });

  const api: PageApi = {
    isEtherlynk: true,
    async request(request) {
      const name = Object.hasOwn(methods, request?.method) ? methods[request.method] : undefined;
      if (!name) throw new PageApiError("page.name", `Etherlynk knows no method "${request?.method}".`);
      const { params } = request;
      // EIP-1193 lets params be a list or an object.
      return ask(name, Array.isArray(params) ? params[0] : params);
    },
    call: offer => ask("page.call.offer", offer) as ReturnType<PageApi["call"]>,
    withdraw: offer => ask("page.call.withdraw", { offer }) as ReturnType<PageApi["withdraw"]>,
    presence: of => ask("page.presence.read", { of }) as ReturnType<PageApi["presence"]>,
    on(event, listener) {
      listeners.set(event, (listeners.get(event) ?? new Set()).add(listener));
      return api;
    },
    removeListener(event, listener) {
      listeners.get(event)?.delete(listener);
      return api;
    },
  };

  takeDoor(window, given => {
    port = given;
    post = given.postMessage.bind(given);
    given.onmessage = ({ data }: MessageEvent<PageNews>) => hear(data, waiting, listeners);
    serveWallets(window, given);
  });
  Object.defineProperty(window, "etherlynk", { value: Object.freeze(api) });
}

function hear(
  news: PageNews,
  waiting: Map<number, Waiting>,
  listeners: ReadonlyMap<string, ReadonlySet<PageListener>>,
): void {
  if ("name" in news) {
    for (const listener of listeners.get(events[news.name] ?? "") ?? []) {
      // One listener's bug is reported as the page's, and stops no other.
      queueMicrotask(() => listener(news.body as Parameters<PageListener>[0]));
    }
    return;
  }
  const asked = waiting.get(news.id);
  waiting.delete(news.id);
  if (news.ok) asked?.resolve(news.value);
  else asked?.reject(new PageApiError(news.error.code, news.error.message));
}

/** EIP-1193 ProviderRpcError: a number, a sentence, and our own code in `data`. */
export class PageApiError extends Error {
  readonly code: number;
  readonly data: { readonly code: string };

  constructor(code: string, sentence: string) {
    super(sentence);
    this.name = "EtherlynkError";
    this.code = numbers[code] ?? (code.startsWith("page.") ? invalidParams : -32603);
    this.data = { code };
  }
}
