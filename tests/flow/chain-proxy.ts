import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { afterAll } from "vitest";

export interface Question {
  readonly id: unknown;
  readonly method: string;
  readonly params: readonly unknown[];
}

/** What a server between phone and chain does with a question: passes it on, changes the answer, or worse. */
export type Conduct = (context: {
  readonly question: Question;
  /** The chain's answer to this or another question. */
  pass(changed?: Partial<Question>): Promise<string>;
  readonly response: ServerResponse;
}) => Promise<string | undefined>;

export interface ChainProxy {
  readonly url: string;
  /** Round trips so far. */
  readonly count: number;
  conduct: Conduct;
}

export const honest: Conduct = ({ pass }) => pass();

/** A server of the chain whose conduct a test decides, and whose visitors it counts. */
export async function startChainProxy(rpc: string, first: Conduct = honest): Promise<ChainProxy> {
  const state = { count: 0, conduct: first };
  const server = createServer((request, response) => {
    // Pages and extensions ask too, as they ask a real one, and browsers ask first whether they may.
    response.setHeader("access-control-allow-origin", "*");
    response.setHeader("access-control-allow-headers", "content-type");
    if (request.method === "OPTIONS") return void response.writeHead(204).end();
    state.count += 1;
    void serve(request, response).catch(() => response.destroy());
  });
  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const question = JSON.parse(await bodyOf(request));
    const pass = async (changed?: Partial<Question>) => {
      const body = JSON.stringify({ ...question, ...changed });
      const answer = await fetch(rpc, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body,
      });
      return answer.text();
    };
    const text = await state.conduct({ question, pass, response });
    if (text !== undefined) response.end(text);
  }
  // A busy machine may let longer pass between two questions than Node's five seconds.
  server.keepAliveTimeout = 120_000;
  await new Promise<void>(resolve => server.listen(0, "127.0.0.1", resolve));
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    get count() {
      return state.count;
    },
    get conduct() {
      return state.conduct;
    },
    set conduct(conduct) {
      state.conduct = conduct;
    },
  };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const part of request.setEncoding("utf8")) text += part;
  return text;
}
