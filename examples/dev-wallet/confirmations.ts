import type { Description } from "./describe.ts";
import { RpcError, refused } from "./rpc-error.ts";

export interface Question extends Description {
  readonly origin: string;
  readonly account: string;
  readonly chainId: number;
}

export interface Confirmations {
  /** Opens a window for it. Resolves when somebody said yes. @throws RpcError 4001 where they said no */
  ask(question: Question): Promise<void>;
  /** The window of a question is there. */
  attach(port: chrome.runtime.Port): void;
}

export const confirmPort = "confirm:";

const size = { width: 440, height: 680 } as const;
/** Open at once from one origin; more would be a flood of windows. */
const mostOpen = 4;

interface Open {
  readonly question: Question;
  readonly settle: (isApproved: boolean) => void;
}

export function createConfirmations(api: typeof chrome): Confirmations {
  const open = new Map<string, Open>();
  return {
    async ask(question) {
      const asked = [...open.values()].filter(one => one.question.origin === question.origin);
      if (asked.some(({ question: { title } }) => title === question.title && isConnect(title)))
        throw new RpcError(-32_002, "This is already being asked. Please answer in the wallet.");
      if (asked.length >= mostOpen) throw new RpcError(-32_005, "Too much is asked at once.");
      const id = crypto.randomUUID();
      const answered = new Promise<boolean>(resolve => {
        open.set(id, { question, settle: resolve });
      });
      try {
        await api.windows.create({
          type: "popup",
          focused: true,
          ...size,
          url: api.runtime.getURL(`confirm.html?id=${id}`),
        });
        if (!(await answered)) throw refused();
      } finally {
        open.delete(id);
      }
    },
    attach(port) {
      const one = open.get(port.name.slice(confirmPort.length));
      // The worker died meanwhile, and whoever asked was told so.
      if (!one) return port.postMessage({ kind: "over" });
      port.onMessage.addListener(message => {
        // Anything else keeps the worker awake while somebody reads.
        if (typeof message?.isApproved === "boolean") one.settle(message.isApproved);
      });
      port.onDisconnect.addListener(() => one.settle(false));
      port.postMessage({ kind: "question", question: one.question });
    },
  };
}

function isConnect(title: string): boolean {
  return title.endsWith("onnect");
}
