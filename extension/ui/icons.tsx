import type { JSX } from "preact";

const paths = {
  call: "M5 4h3l1.5 4-2 1.5a11 11 0 0 0 5 5L14 12.500l4 1.5v3a2 2 0 0 1-2 2A13 13 0 0 1 3 6a2 2 0 0 1 2-2z",
  "hang-up":
    "M3 13.500c4.600-4.600 12.400-4.600 17 0l-2 2.500-3.500-1.500v-2.500a10 10 0 0 0-6 0v2.500L5 16z",
  microphone:
    "M11.500 3a2.500 2.500 0 0 1 2.500 2.500v5a2.500 2.500 0 0 1-5 0v-5A2.500 2.500 0 0 1 11.500 3zM6 10.500a5.500 5.500 0 0 0 11 0M11.500 16v4",
  camera: "M3 7h11v10H3zM14 11l6-3.500v9L14 13z",
  hold: "M8 5v13M15 5v13",
  keypad:
    "M6 6h.01M11.500 6h.01M17 6h.01M6 11.500h.01M11.500 11.500h.01M17 11.500h.01M6 17h.01M11.500 17h.01M17 17h.01",
  screen: "M3 5h17v11H3zM8 20h7",
  incoming: "M17 6L7 16M7 8.500V16h7.500",
  outgoing: "M6 17L16 7M8.500 7H16v7.500",
  proven: "M11.500 3l7 2.500v5c0 4.500-3 7.500-7 9-4-1.500-7-4.500-7-9v-5zM8.500 11.500l2.200 2.200 4-4.400",
  doubtful: "M11.500 4L20 18.500H3zM11.500 9.500v4M11.500 16h.01",
  back: "M17 6H8l-5 5.500L8 17h9zM10 9.500l4 4M14 9.500l-4 4",
} as const;

export type IconName = keyof typeof paths;

export function Icon({ name }: { readonly name: IconName }): JSX.Element {
  return (
    <svg class="icon" viewBox="0 0 23 23" aria-hidden="true">
      <path d={paths[name]} />
    </svg>
  );
}
