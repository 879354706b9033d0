import "../../ui/theme.css";
import type { JSX } from "preact";
import { useEffect, useReducer, useRef } from "preact/hooks";
import type { CallStage, CallView } from "../../../background/bus/phone-contract.ts";
import type { CallMediaControls } from "../../../background/media/call-media.ts";
import { startMediaHome } from "../../../background/media/media-home.ts";
import { openStore } from "../../../background/store/store.ts";
import type { CallId } from "../../../protocol/ids.ts";
import { CallWindow } from "../../features/call-window/panel.tsx";
import { play, streamOf } from "../../features/call-window/talking-stream.ts";
import { openBus } from "../../open-bus.ts";
import { Empty, type PanelProps, showPanel } from "../../ui/panel.tsx";
import { useClosing } from "./use-closing.ts";

const id = new URLSearchParams(location.search).get("call") as CallId | null;
const media = id === null ? undefined : openMedia(id);
showPanel(CallOfThisWindow);

/**
 * Several changes come at once with an answer, and the connection goes before the drawing of them; the voice is there
 * before the connection is.
 */
const afterMediaMs = { voice: 30, picture: 50, drawing: 100 } as const;

interface WindowMedia {
  now(): CallMediaControls | undefined;
  /** What people see of the call. */
  shown(stage: CallStage | undefined): void;
  watch(listener: () => void): void;
}

/** The media of the call live in this window, from its opening to its end. */
function openMedia(call: CallId): WindowMedia {
  const end = new AbortController();
  const { signal } = end;
  const { bus, log, failed } = openBus(signal);
  const listeners = new Set<() => void>();
  const store = openStore({ now: Date.now(), signal });
  let controls: CallMediaControls | undefined;
  let stage: CallStage | undefined;
  let isDue = false;
  const isConnecting = () => {
    const isOpen = controls !== undefined && controls.remote.size > 0;
    return isOpen && (stage === "ringing" || stage === "calling" || stage === "connecting");
  };
  const tell = () => {
    if (isDue) return;
    isDue = true;
    setTimeout(
      () => {
        isDue = false;
        for (const listener of listeners) listener();
      },
      isConnecting() ? afterMediaMs.drawing : 0,
    );
    setTimeout(() => play("voice", streamOf(controls)?.stream), afterMediaMs.voice);
    setTimeout(() => play("picture", streamOf(controls)?.stream), afterMediaMs.picture);
  };
  startMediaHome({
    call,
    take: async name => (await store).keys.take(name),
    changed(opened) {
      controls = opened;
      tell();
    },
    // Where the phone is gone, the next one says by what it shows that it knows nothing of this call.
    released: () => void bus.ask("worker.phone.wake", null).catch((error: unknown) => failed("wake", error)),
    log,
    signal,
  });
  addEventListener("pagehide", () => end.abort(), { once: true });
  return {
    now: () => controls,
    shown(now) {
      stage = now;
    },
    watch: listener => void listeners.add(listener),
  };
}

function CallOfThisWindow(props: PanelProps): JSX.Element {
  const call = useLastKnown(props.snapshot.calls.find(each => each.id === id));
  const [, drawAnew] = useReducer<number, void>(times => times + 1, 0);
  useEffect(() => {
    media?.watch(() => drawAnew());
    // Media that were there between the first drawing and this told nobody.
    drawAnew();
  }, []);
  media?.shown(call?.stage);
  useClosing(call);
  useReadyMicrophone(call);
  if (!call) return <Over />;
  return <CallWindow {...props} call={call} media={media?.now()} />;
}

function Over(): JSX.Element {
  return (
    <Empty>
      <span>This call is over.</span>
      <button type="button" class="button" onClick={() => window.close()}>
        Close
      </button>
    </Empty>
  );
}

/** The phone forgets a call some time after its end; the window goes on saying how it ended. */
function useLastKnown(call: CallView | undefined): CallView | undefined {
  const last = useRef<CallView | undefined>(undefined);
  if (call) last.current = call;
  if (call || !last.current) return call;
  const isForgotten = last.current.stage === "ended";
  return isForgotten ? last.current : { ...last.current, stage: "ended", said: restarted };
}

const restarted = "Etherlynk was restarted, and this call ended with it.";

/** Whoever calls means to speak: once it rings at somebody who was proven, the microphone is opened, and not sent. */
function useReadyMicrophone(call: CallView | undefined): void {
  const isReady = call?.direction === "outgoing" && call.stage === "ringing" && call.peer.proof === "account";
  const controls = media?.now();
  useEffect(() => {
    if (isReady) controls?.sources.readyMicrophone();
  }, [isReady, controls]);
}
