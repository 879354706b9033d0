import type { JSX } from "preact";
import { Icon } from "../../ui/icons.tsx";
import type { CallProps } from "./panel.tsx";

export function Ended({ call, bus, run }: CallProps): JSX.Element {
  const { peer, context } = call;
  const again = () =>
    run(async () => {
      await bus.ask("phone.call.dial", { to: peer.address, ...(context && { context }) });
      window.close();
    });
  return (
    <div class="controls">
      <button type="button" class="button wide" onClick={() => window.close()}>
        Close
      </button>
      <button type="button" class="button go wide" onClick={again}>
        <Icon name="call" /> Call again
      </button>
    </div>
  );
}
