import type { JSX } from "preact";
import { createClock } from "../../../background/base/clock.ts";
import { findWallets } from "../../features/account/wallet-choices.ts";
import { Numbers } from "../../features/numbers/panel.tsx";
import { api } from "../../platform.ts";
import type { PanelProps } from "../../ui/panel.tsx";
import { lineInWords } from "../../ui/words.ts";

/** The desk: what one does sitting down, in a tab of its own. It opens with the numbers. */
export function Desk(props: PanelProps): JSX.Element {
  const { me, line } = props.snapshot;
  return (
    <main class="desk">
      <header class="row">
        <img src="/icon/48.png" width="40" height="40" alt="" />
        <div class="grow">
          <h1>Numbers</h1>
          <p class="soft small">
            {me ? (
              <>
                <code>{me.account}</code> · {line.said ?? lineInWords(line.state)}
              </>
            ) : (
              "Nobody is signed in"
            )}
          </p>
        </div>
      </header>
      <Numbers {...props} findWallets={find} />
    </main>
  );
}

function find(signal: AbortSignal): ReturnType<typeof findWallets> {
  return findWallets({ api, isFirefox: import.meta.env.FIREFOX, after: createClock().after, signal });
}
