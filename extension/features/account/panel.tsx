import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { PanelProps } from "../../ui/panel.tsx";
import "./account.css";

/** Who is signed in here, and the way out. */
export function Account({ snapshot, bus, run }: PanelProps): JSX.Element {
  const { me, home } = snapshot;
  const [isAsked, ask] = useState(false);
  if (!me) {
    return (
      <section class="account">
        <h2>Account</h2>
        <p>Nobody is signed in.</p>
        <button
          type="button"
          class="button go"
          onClick={() => run(() => bus.ask("worker.window.open", { page: "welcome" }))}
        >
          Connect a wallet
        </button>
      </section>
    );
  }
  const signOut = () =>
    run(async () => {
      ask(false);
      await bus.ask("account.session.end", null);
    });
  return (
    <section class="account">
      <h2>Account</h2>
      {me.name && <p>{me.name}</p>}
      <p>
        <code>{me.account}</code>
      </p>
      <p class="soft">Its line is at {home.domain}.</p>
      {isAsked ? (
        <SignOut domain={home.domain} keep={() => ask(false)} signOut={signOut} />
      ) : (
        <button type="button" class="button" onClick={() => ask(true)}>
          Sign out…
        </button>
      )}
    </section>
  );
}

interface SignOutProps {
  readonly domain: string;
  readonly keep: () => void;
  readonly signOut: () => void;
}

/** Says what is lost, before it is. */
function SignOut({ domain, keep, signOut }: SignOutProps): JSX.Element {
  // The harmless one is where the focus goes.
  const harmless = useRef<HTMLButtonElement>(null);
  useEffect(() => harmless.current?.focus(), []);
  return (
    <div class="said sign-out" role="alertdialog" aria-labelledby="sign-out" aria-describedby="sign-out-why">
      <h3 id="sign-out">Sign out of this browser?</h3>
      <div id="sign-out-why">
        <p>These are deleted here, and cannot be brought back:</p>
        <ul>
          <li>your recent calls, contacts and preferences</li>
          <li>the keys of this device; a call that is on ends</li>
          <li>what opens the claims of numbers that are not finished; only their gas is lost</li>
        </ul>
        <p>
          Nobody reaches you at {domain} through this browser any more. Your wallet and what it holds stay as
          they are.
        </p>
      </div>
      <div class="row">
        <button type="button" class="button" onClick={keep} ref={harmless}>
          Stay signed in
        </button>
        <button type="button" class="button stop" onClick={signOut}>
          Sign out and delete
        </button>
      </div>
    </div>
  );
}
