import type { JSX } from "preact";
import { useLayoutEffect } from "preact/hooks";
import { Icon } from "../../ui/icons.tsx";
import type { CallProps } from "./panel.tsx";
import { showCamera } from "./show-camera.ts";

/**
 * Answer or decline. The window may open under somebody's typing: neither has the focus, and the keys that do it
 * from anywhere need Alt, which nobody types by accident.
 */
export function Ringing(props: CallProps): JSX.Element {
  const { call, bus, run, media } = props;
  const answer = () => run(() => bus.ask("phone.call.answer", { call: call.id }));
  // Two works at once: whoever has no camera, or allows none, has answered all the same.
  const answerSeen = () => {
    answer();
    run(() => showCamera(props));
  };
  const decline = () => run(() => bus.ask("phone.call.decline", { call: call.id }));
  useLayoutEffect(() => {
    const act = (event: KeyboardEvent) => {
      if (!event.altKey || event.ctrlKey || event.metaKey || event.repeat) return;
      // By place: on some keyboards Alt makes other letters.
      if (event.code === "KeyA") answer();
      else if (event.code === "KeyV" && media) answerSeen();
      else if (event.code === "KeyD") decline();
      else return;
      event.preventDefault();
    };
    addEventListener("keydown", act);
    return () => removeEventListener("keydown", act);
  }, [call.id, media]);
  return (
    <div class="controls asking">
      <div class="labelled">
        <button
          type="button"
          class="button round big stop"
          aria-label="Decline"
          aria-keyshortcuts="Alt+D"
          title="Decline (Alt+D)"
          onClick={decline}
        >
          <Icon name="hang-up" />
        </button>
        <span aria-hidden="true">Decline</span>
      </div>
      <div class="labelled">
        <button
          type="button"
          class="button round big answer"
          aria-label="Answer"
          aria-keyshortcuts="Alt+A"
          title="Answer (Alt+A)"
          onClick={answer}
        >
          <Icon name="call" />
        </button>
        <span aria-hidden="true">Answer</span>
      </div>
      <div class="labelled">
        <button
          type="button"
          class="button round big answer"
          aria-label="Answer with camera"
          aria-keyshortcuts="Alt+V"
          title="Answer with camera (Alt+V)"
          disabled={!media}
          onClick={answerSeen}
        >
          <Icon name="camera" />
        </button>
        <span aria-hidden="true">With camera</span>
      </div>
    </div>
  );
}
