// `npm start`: all that a call needs on this machine, and two browsers to call from, until Ctrl-C. `--headless` plays
// a call by itself.
import { playDemo } from "./demo/play.ts";
import { sayByHand } from "./start/by-hand.ts";
import { hasDisplay } from "./start/display.ts";
import { EndingError, hearEnding, untilEnding } from "./start/ending.ts";
import { readOptions, type StartOptions } from "./start/options.ts";
import { openForPeople, ProfileError } from "./start/profiles.ts";
import { createThings } from "./start/things.ts";
import { runTwoTabs } from "./start/two-tabs.ts";
import { startWorld } from "./start/world.ts";

const ending = hearEnding();
const things = createThings();
try {
  await run(readOptions(process.argv.slice(2)));
} catch (error) {
  process.exitCode = error instanceof EndingError ? 0 : 1;
  if (!(error instanceof EndingError)) console.error(inWords(error));
} finally {
  await things.close();
}
// Whatever a library left behind must not keep the command from ending.
process.exit();

async function run(options: StartOptions): Promise<void> {
  const { headless, fresh, port, folder } = options;
  if (options.twoTabs) return runTwoTabs(port, ending);
  const world = await startWorld({ port, fresh, folder, forgets: headless }, things, ending);
  if (headless) {
    // Told to end in the middle, it has not come about either.
    const ended = untilEnding(ending).catch((cause: Error) => {
      throw new Error("The call was broken off.", { cause });
    });
    return Promise.race([playDemo(world, things), ended]);
  }
  const { byHand, fakeMedia } = options;
  if (byHand || !hasDisplay()) sayByHand(world);
  else {
    try {
      await openForPeople(world, { fresh, fakeMedia, folder, things });
    } catch (error) {
      if (!(error instanceof ProfileError)) throw error;
      console.error(error.message);
      sayByHand(world);
    }
  }
  return untilEnding(ending);
}

function inWords(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if ("code" in error && error.code === "EADDRINUSE") {
    return "The port is taken. Choose another: npm start -- --port 9090";
  }
  return error.message;
}
