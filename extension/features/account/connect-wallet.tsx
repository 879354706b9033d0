import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { createClock } from "../../../background/base/clock.ts";
import { WalletError } from "../../../background/wallet/wallet-error.ts";
import { api } from "../../platform.ts";
import type { PanelProps } from "../../ui/panel.tsx";
import { errorInWords, shortAddress } from "../../ui/words.ts";
import { type SignInStep, signIn } from "./sign-in.ts";
import { findWallets, type WalletChoice, type WalletChoices } from "./wallet-choices.ts";
import "./account.css";

/** The wallet that is being asked, and how far it is. */
interface Asking {
  readonly choice: WalletChoice;
  readonly step: SignInStep;
  readonly stop: AbortController;
}

/** Lists the wallets that were found, says whom each will name as the one who asks, and has one sign. */
export function ConnectWallet({ bus }: PanelProps): JSX.Element {
  const [said, say] = useState("");
  const { found, look } = useWallets(error => say(errorInWords(error)));
  const [asking, ask] = useState<Asking>();

  const connect = async (choice: WalletChoice) => {
    const stop = new AbortController();
    say("");
    const step = (next: SignInStep) => ask({ choice, step: next, stop });
    step({ kind: "accounts" });
    try {
      const stopped = new Promise<never>((_, reject) =>
        stop.signal.addEventListener("abort", () => reject(stop.signal.reason), { once: true }),
      );
      const signing = choice
        .open(stop.signal)
        .then(wallet => signIn({ wallet, bus, step, signal: stop.signal }));
      await Promise.race([signing, stopped]);
    } catch (error) {
      if (error === stop.signal.reason) return;
      say(errorInWords(error));
      // A page that was left takes its wallets with it.
      const isGone = error instanceof WalletError && error.why === "gone";
      if (isGone && choice.about.way === "page") look();
    } finally {
      stop.abort();
      ask(undefined);
    }
  };

  if (asking) return <Progress asking={asking} />;
  return (
    <div class="wallets">
      {said && (
        <p class="said" role="alert">
          {said}
        </p>
      )}
      {!found && <p role="status">Looking for wallets…</p>}
      {found && found.choices.length === 0 && found.late.length === 0 && (
        <p role="status">{new WalletError("missing").message}</p>
      )}
      {found && found.choices.length > 0 && <Choices choices={found.choices} pick={connect} />}
      {found?.late.map(origin => (
        <p key={origin} class="soft">
          <b>{origin}</b> was open before Etherlynk was switched on there. Reload it to use its wallets.
        </p>
      ))}
      <button type="button" class="button" disabled={!found} onClick={look}>
        Look again
      </button>
    </div>
  );
}

function Choices(props: {
  readonly choices: readonly WalletChoice[];
  readonly pick: (choice: WalletChoice) => Promise<void>;
}): JSX.Element {
  return (
    <ul class="wallet-list">
      {props.choices.map(choice => (
        <Choice key={choice.key} choice={choice} pick={() => void props.pick(choice)} />
      ))}
    </ul>
  );
}

function Choice({ choice, pick }: { readonly choice: WalletChoice; readonly pick: () => void }): JSX.Element {
  const { name, icon, way, shownOrigin, isLocked } = choice.about;
  const isPage = way === "page";
  return (
    <li class="card wallet">
      {icon ? (
        <img src={icon} width="36" height="36" alt="" />
      ) : (
        <span class="wallet-letter" aria-hidden="true">
          {name.slice(0, 1)}
        </span>
      )}
      <div class="grow">
        <h3>{isPage ? `“${name}”` : name}</h3>
        <p class="soft">
          {isPage &&
            "So a page calls it, and everything goes through that page: use it only where you trust it. "}
          The wallet will name <code>{shownOrigin}</code> as the one who asks.
          {isLocked && " It is locked, and will ask for its password first."}
        </p>
      </div>
      <button
        type="button"
        class="button go"
        onClick={pick}
        aria-label={`Connect ${name}, by ${shownOrigin}`}
      >
        Connect
      </button>
    </li>
  );
}

function Progress({ asking: { choice, step, stop } }: { readonly asking: Asking }): JSX.Element {
  return (
    <div class="wallets">
      <div role="status" class="said">
        <StepInWords step={step} name={choice.about.name} origin={choice.about.shownOrigin} />
      </div>
      <button type="button" class="button" onClick={() => stop.abort()}>
        Cancel
      </button>
    </div>
  );
}

interface StepProps {
  readonly step: SignInStep;
  readonly name: string;
  readonly origin: string;
}

function StepInWords({ step, name, origin }: StepProps): JSX.Element {
  switch (step.kind) {
    case "accounts":
      return (
        <p>
          {name} opens a window. There <b>{origin}</b> asks to see your account: choose it, and say yes.
        </p>
      );
    case "chain":
      return (
        <p>
          {name} is on another chain. In its window, let it change to chain {step.chainId}.
        </p>
      );
    case "sign":
      return (
        <>
          <p>
            {name} opens a window once more. There <b>{origin}</b> asks {shortAddress(step.account)} to sign a
            “Delegation”: that this browser may answer calls for it, for a year.
          </p>
          <p>
            Compare <code>signKeyX</code>: it must begin with <code>{step.check}</code>. Where it does not,
            say no.
          </p>
        </>
      );
    case "save":
      return <p>Signed. Checking the signature, and putting the line up…</p>;
  }
}

interface Looking {
  /** Undefined while it looks. */
  readonly found: WalletChoices | undefined;
  readonly look: () => void;
}

const nothing: WalletChoices = { choices: [], late: [] };

/** Looks at once, and whenever it is asked to. */
function useWallets(failed: (error: unknown) => void): Looking {
  const [found, show] = useState<WalletChoices>();
  const current = useRef(new AbortController());
  const look = async () => {
    // Ports into pages end with it.
    current.current.abort();
    current.current = new AbortController();
    const { signal } = current.current;
    show(undefined);
    const isFirefox = import.meta.env.FIREFOX;
    const next = await findWallets({ api, isFirefox, after: createClock().after, signal }).catch(error => {
      failed(error);
      return nothing;
    });
    if (!signal.aborted) show(next);
  };
  useEffect(() => {
    void look();
    return () => current.current.abort();
  }, []);
  return { found, look: () => void look() };
}
