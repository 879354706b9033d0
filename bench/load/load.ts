import { fileURLToPath } from "node:url";
import type { Stage } from "../stage.ts";
import type { Answers, Command, Reply } from "./command.ts";

/** The benchmark's end of a load process. */
export interface Load {
  readonly pid: number;
  ask<Name extends Command["name"]>(command: Command & { readonly name: Name }): Promise<Answers[Name]>;
  stop(): Promise<void>;
}

/** No command takes longer; a load that does not answer is broken. */
const longestMs = 120_000;

export function startLoad(stage: Stage): Load {
  const file = fileURLToPath(new URL("main.ts", import.meta.url));
  const running = stage.start({ role: "load", command: [process.execPath, file], ipc: true });
  const { child } = running;
  const waiting = new Map<number, { resolve: (value: unknown) => void; reject: (reason: Error) => void }>();
  let lastId = 0;
  child.on("message", message => {
    const reply = message as Reply;
    const asked = waiting.get(reply.id);
    waiting.delete(reply.id);
    if ("error" in reply) asked?.reject(new Error(reply.error));
    else asked?.resolve(reply.value);
  });
  child.on("exit", () => {
    for (const { reject } of waiting.values()) reject(new Error("The load process ended."));
    waiting.clear();
  });
  return {
    pid: running.pid,
    ask: async command => {
      const id = ++lastId;
      const answer = new Promise((resolve, reject) => {
        const late = setTimeout(
          () => reject(new Error(`The load did not finish "${command.name}".`)),
          longestMs,
        );
        waiting.set(id, {
          resolve: value => {
            clearTimeout(late);
            resolve(value);
          },
          reject: reason => {
            clearTimeout(late);
            reject(reason);
          },
        });
      });
      child.send({ id, command });
      return (await answer) as Answers[typeof command.name];
    },
    stop: () => running.stop(),
  };
}
