import type { Journal } from "./journal.ts";

export interface SipOpening {
  /** Of the node, `ws://127.0.0.1:9000/`. */
  readonly url: string;
  /** `sip:alice@test.example`. */
  readonly uri: string;
  readonly register?: boolean;
  /** How long it rings here before it gives up, in seconds. */
  readonly noAnswerSeconds?: number;
  readonly sessionTimers?: boolean;
  readonly password?: string;
}

/**
 * A page with a stock SIP client, played by the test. What it writes into its journal:
 * `registered`, `registration failed 401`, `disconnected`, `unregistered`; `invite sip:ann@test.example`,
 * `progress 180`, `talking`, `hold remote`, `unhold local`, `dtmf remote 5`;
 * `failed remote Busy 486`, `ended remote Terminated`, each followed by `reason SIP;cause=...` where it was told one.
 */
export interface SipPart extends Journal {
  /** Starts; `see("registered")` follows. */
  start(opening: SipOpening): void;
  call(target: string, hertz: number): Promise<void>;
  answer(hertz: number): Promise<void>;
  /** Refuses the incoming call. */
  refuse(status: number): void;
  /** Ends the call, or gives it up before it was answered. */
  hangUp(): void;
  /** Resolve when the other side has agreed. */
  hold(): Promise<void>;
  unhold(): Promise<void>;
  dtmf(tones: string): void;
  /** Waits until exactly `wanted` of these tones come from the other side. */
  hears(wanted: number[], unwanted: number[]): Promise<void>;
  /** Waits until a voice comes from the other side, or another sound of many tones at once. */
  hearsSpeech(): Promise<void>;
  retune(hertz: number): void;
  unregister(): void;
  /** Unregisters and closes. */
  stop(): void;
}
