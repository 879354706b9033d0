import type { JSX } from "preact";
import { Icon } from "./icons.tsx";
import { initialsOf } from "./words.ts";

/** Who somebody is at a glance: the first letters of the name the user gave; of an address there is no face. */
export function Avatar({
  title,
  isBig = false,
}: {
  readonly title: string;
  readonly isBig?: boolean;
}): JSX.Element {
  const initials = initialsOf(title);
  return (
    <span class={isBig ? "avatar big" : "avatar"} aria-hidden="true">
      {initials === "" ? <Icon name="person" /> : initials}
    </span>
  );
}
