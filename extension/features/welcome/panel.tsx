import type { ComponentChildren, JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { PanelProps } from "../../ui/panel.tsx";
import { lineInWords, shortAddress } from "../../ui/words.ts";
import { allowMicrophone, type MicrophoneState, watchMicrophone } from "./microphone.ts";
import "./welcome.css";

/** The account's own part of the page: how one signs in, and where the line is to be. */
export interface WelcomeProps extends PanelProps {
  readonly connect: ComponentChildren;
  readonly advanced: ComponentChildren;
}

/** From nothing to a telephone that rings: a wallet, a microphone, a test call. */
export function Welcome(props: WelcomeProps): JSX.Element {
  const { me } = props.snapshot;
  const [microphone, heard] = useState<MicrophoneState>("unknown");
  const isAllowed = microphone === "allowed";
  useEffect(() => {
    const stop = new AbortController();
    props.run(() => watchMicrophone(heard, stop.signal));
    return () => stop.abort();
  }, []);
  return (
    <main class="welcome">
      <header>
        <img src="/icon/128.png" width="72" height="72" alt="" />
        <h1>Etherlynk</h1>
        <p class="soft">A telephone for the people behind your transactions. Three steps, and it rings.</p>
      </header>
      <ol class="steps">
        <Step number={1} title="Connect a wallet" isDone={me !== null}>
          {me ? (
            <p>
              <b>{me.name ?? shortAddress(me.account)}</b>
              <br />
              {lineInWords(props.snapshot.line.state)}
            </p>
          ) : (
            <>
              <p>
                Your wallet signs once that this browser may answer calls for your account. It moves nothing
                and pays nothing.
              </p>
              {props.connect}
              {props.advanced}
            </>
          )}
        </Step>
        <Step number={2} title="Allow the microphone" isDone={isAllowed}>
          <p>The browser asks once. The microphone is opened in calls only, after both sides are known.</p>
          {!isAllowed && (
            <button
              type="button"
              class="button go"
              onClick={() => props.run(async () => heard(await allowMicrophone()))}
            >
              Allow the microphone
            </button>
          )}
          {microphone === "refused" && (
            <p class="said" role="alert">
              The browser refused it. Click on the icon beside the address bar, allow the microphone, and try
              again.
            </p>
          )}
          {microphone === "missing" && (
            <p class="said" role="alert">
              No microphone was found. Plug one in, and try again.
            </p>
          )}
        </Step>
        <Step number={3} title="Make a test call" isDone={false}>
          <p>A machine answers, says a sentence, and then gives back what you say.</p>
          <button
            type="button"
            class="button go"
            disabled={!me}
            onClick={() => props.run(() => props.bus.ask("phone.echo.dial", null))}
          >
            Call the echo
          </button>
          {!me && <p class="soft small">First connect a wallet.</p>}
        </Step>
      </ol>
      {me && (
        <p class="soft next">
          That is all. Etherlynk stands in the browser's toolbar (behind the puzzle piece, until you pin it):
          from there you call, and switch it on for the sites where you trade.
        </p>
      )}
    </main>
  );
}

interface StepProps {
  readonly number: number;
  readonly title: string;
  readonly isDone: boolean;
  readonly children: ComponentChildren;
}

function Step({ number, title, isDone, children }: StepProps): JSX.Element {
  return (
    <li class="card step">
      <span class={isDone ? "number done" : "number"} aria-hidden="true">
        {isDone ? "✓" : number}
      </span>
      <div class="step-text">
        <h2>
          {title}
          {isDone && <span class="soft"> (done)</span>}
        </h2>
        {children}
      </div>
    </li>
  );
}
