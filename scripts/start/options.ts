import { parseArgs } from "node:util";

export interface StartOptions {
  readonly headless: boolean;
  /** Profiles and chain of earlier runs are thrown away. */
  readonly fresh: boolean;
  /** Camera and microphone are made up. */
  readonly fakeMedia: boolean;
  readonly twoTabs: boolean;
  /** Of the node and the DApp; 0 is any free one. */
  readonly port: number;
  /** No browser is opened. */
  readonly byHand: boolean;
  /** Where profiles and chain are kept; the usual places unless given. */
  readonly folder: string | undefined;
}

/** Where a phone that was built by itself looks for its node. */
const usualPort = 9000;

/** @throws where an option is none, with the ones there are */
export function readOptions(args: readonly string[]): StartOptions {
  try {
    return read(args);
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    throw new Error(`${said}\n${usage}`, { cause: error });
  }
}

function read(args: readonly string[]): StartOptions {
  const flag = { type: "boolean", default: false } as const;
  const { values } = parseArgs({
    args: [...args],
    strict: true,
    options: {
      headless: flag,
      fresh: flag,
      "fake-media": flag,
      "two-tabs": flag,
      "by-hand": flag,
      port: { type: "string" },
      folder: { type: "string" },
    },
  });
  const { headless } = values;
  const port = Number(values.port ?? (headless ? 0 : usualPort));
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new Error("--port is a number from 0 to 65535.");
  }
  return {
    headless,
    fresh: values.fresh,
    fakeMedia: values["fake-media"],
    twoTabs: values["two-tabs"],
    byHand: values["by-hand"],
    port,
    folder: values.folder,
  };
}

const usage = `npm start takes, after a --:
  --headless      a scripted call between two browsers without windows, with a report
  --fresh         profiles and chain begin anew
  --fake-media    a made-up camera and microphone, where there are none
  --by-hand       opens no browser; says how to load the extension into yours
  --two-tabs      instead of all this, the page of examples/two-tabs on one node
  --port NUMBER   of the node and the DApp (${usualPort})
  --folder PATH   where profiles and chain are kept, instead of .output/`;
