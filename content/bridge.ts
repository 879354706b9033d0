import type { PageAskName } from "../protocol/bus/page-contract.ts";
import { EtherlynkError } from "../protocol/errors.ts";
import type { AskPhone } from "./ask-phone.ts";
import type { PageNews, PageQuestion } from "./handshake.ts";

/** What of the page's questions passes; the phone reads them once more, and for good. */
const passing: ReadonlySet<string> = new Set<PageAskName>([
  "page.call.offer",
  "page.call.withdraw",
  "page.presence.read",
]);

const limits = {
  /** Questions under way; a page's half keeps to it, a page with the port might not. */
  open: 64,
  /** JSON of the largest body that is one, with room for its escapes. */
  characters: 16_384,
} as const;

export interface Bridge {
  /** An event for the page. */
  tell(name: string, body: unknown): void;
}

/** Carries questions of the page to the phone, and answers back. */
export function startBridge(
  port: MessagePort,
  ask: AskPhone,
  heard: (name: string, value: unknown) => void,
): Bridge {
  let open = 0;
  const post = (news: PageNews) => port.postMessage(news);
  const answer = async ({ id, name, body }: PageQuestion) => {
    open += 1;
    try {
      checkSize(body);
      const value = await ask(name as PageAskName, body as never);
      post({ id, ok: true, value });
      heard(name, { asked: body, value });
    } catch (error) {
      post({ id, ok: false, error: toError(error) });
    } finally {
      open -= 1;
    }
  };
  port.onmessage = ({ data }: MessageEvent<unknown>) => {
    if (!isQuestion(data)) return;
    if (!passing.has(data.name)) {
      post({ id: data.id, ok: false, error: refusal("page.name", "A page cannot ask this of Etherlynk.") });
    } else if (open >= limits.open) {
      post({ id: data.id, ok: false, error: refusal("page.rate", "Wait for the answers first.") });
    } else void answer(data);
  };
  return { tell: (name, body) => post({ name, body }) };
}

function isQuestion(value: unknown): value is PageQuestion {
  if (typeof value !== "object" || value === null) return false;
  const { id, name } = value as Partial<Record<keyof PageQuestion, unknown>>;
  return typeof id === "number" && Number.isSafeInteger(id) && typeof name === "string";
}

/** JSON is what the browser's messages are; what it cannot write would not arrive as it was meant. */
function checkSize(body: unknown): void {
  const text = toJson(body);
  if (text !== undefined && text.length <= limits.characters) return;
  throw new QuestionError(
    "page.size",
    "This is too much, or not plain data (texts, numbers, lists, objects).",
  );
}

function toJson(body: unknown): string | undefined {
  try {
    return JSON.stringify(body);
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}

function toError(error: unknown): { code: string; message: string } {
  if (error instanceof EtherlynkError) return refusal(error.code, error.message);
  return refusal("bus.bug", "Something went wrong inside Etherlynk. Please report it.");
}

function refusal(code: string, message: string) {
  return { code, message };
}

export class QuestionError extends EtherlynkError {}
