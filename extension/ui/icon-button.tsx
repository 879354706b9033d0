import type { JSX } from "preact";
import { Icon, type IconName } from "./icons.tsx";

export interface IconButtonProps {
  readonly icon: IconName;
  /** What it does; said by screen readers, and shown to who points at it. */
  readonly label: string;
  readonly press: () => void;
  readonly look?: "go" | "answer" | "stop" | "plain";
  readonly isExpanded?: boolean;
  readonly isOff?: boolean;
}

export function IconButton(props: IconButtonProps): JSX.Element {
  const { icon, label, press, look = "plain", isExpanded, isOff = false } = props;
  return (
    <button
      type="button"
      class={`button icon-button ${look}`}
      aria-label={label}
      title={label}
      aria-expanded={isExpanded}
      disabled={isOff}
      onClick={press}
    >
      <Icon name={icon} />
    </button>
  );
}
