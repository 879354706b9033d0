import type { JSX } from "preact";

const circle = "M11.500 19.500a8 8 0 1 0 0-16 8 8 0 0 0 0 16z";
const microphone =
  "M11.500 3a2.500 2.500 0 0 1 2.500 2.500v5a2.500 2.500 0 0 1-5 0v-5A2.500 2.500 0 0 1 11.500 3zM6 10.500a5.500 5.500 0 0 0 11 0M11.500 16v4";
const camera = "M3 7h11v10H3zM14 11l6-3.500v9L14 13z";
const bell = "M6 16v-5.500a5.500 5.500 0 0 1 11 0V16l1.500 1.500h-14zM9.500 20h4";
const stroke = "M3.500 3.500l16 16";

const paths = {
  call: "M5 4h3l1.5 4-2 1.5a11 11 0 0 0 5 5L14 12.500l4 1.5v3a2 2 0 0 1-2 2A13 13 0 0 1 3 6a2 2 0 0 1 2-2z",
  "hang-up":
    "M3 13.500c4.600-4.600 12.400-4.600 17 0l-2 2.500-3.500-1.500v-2.500a10 10 0 0 0-6 0v2.500L5 16z",
  microphone,
  "microphone-off": `${microphone}${stroke}`,
  camera,
  "camera-off": `${camera}${stroke}`,
  hold: "M8 5v13M15 5v13",
  keypad:
    "M6 6h.01M11.500 6h.01M17 6h.01M6 11.500h.01M11.500 11.500h.01M17 11.500h.01M6 17h.01M11.500 17h.01M17 17h.01",
  screen: "M3 5h17v11H3zM8 20h7M11.500 13V8.500M9 10.500l2.500-2.500 2.500 2.500",
  incoming: "M17 6L7 16M7 8.500V16h7.500",
  outgoing: "M6 17L16 7M8.500 7H16v7.500",
  missed: "M4 7l7.500 7.500L19 7M4 12.500V7h5.500",
  proven: "M11.500 3l7 2.500v5c0 4.500-3 7.500-7 9-4-1.500-7-4.500-7-9v-5zM8.500 11.500l2.200 2.200 4-4.400",
  doubtful: "M11.500 4L20 18.500H3zM11.500 9.500v4M11.500 16h.01",
  back: "M17 6H8l-5 5.500L8 17h9zM10 9.500l4 4M14 9.500l-4 4",
  search: "M10 16a6 6 0 1 0 0-12 6 6 0 0 0 0 12zM14.500 14.500l5 5",
  plus: "M11.500 5v13M5 11.500h13",
  edit: "M4 19l1-4L15.500 4.500l3 3L8 18zM13.500 6.500l3 3",
  remove: "M4.500 6.500h14M9 6.500V4h5v2.500M6.500 6.500l1 12.500h8l1-12.500M10 10v5.500M13 10v5.500",
  block: `${circle}M6 6l11 11`,
  sliders: "M4 7h9M17 7h2M4 16h2M10 16h9M15 9a2 2 0 1 0 0-4 2 2 0 0 0 0 4zM8 18a2 2 0 1 0 0-4 2 2 0 0 0 0 4z",
  bell,
  "bell-off": `${bell}${stroke}`,
  window: "M3.500 5h16v13h-16zM3.500 8.500h16",
  person: "M11.500 11a3.500 3.500 0 1 0 0-7 3.500 3.500 0 0 0 0 7zM4.500 19.500a7 7 0 0 1 14 0",
  keep: "M9.500 11a3.500 3.500 0 1 0 0-7 3.500 3.500 0 0 0 0 7zM3.500 19.500a6 6 0 0 1 12 0M18 8v5M15.500 10.500h5",
  close: "M6 6l11 11M17 6L6 17",
  clock: `${circle}M11.500 7v4.500l3 2`,
  more: "M5.500 11.500h.01M11.500 11.500h.01M17.500 11.500h.01",
  sound: "M4 9v5h3l4 3.500v-12L7 9zM14 9a3.500 3.500 0 0 1 0 5M16.500 6.500a7 7 0 0 1 0 10",
} as const;

export type IconName = keyof typeof paths;

export function Icon({ name }: { readonly name: IconName }): JSX.Element {
  return (
    <svg
      class={name === "keypad" || name === "more" ? "icon dots" : "icon"}
      viewBox="0 0 23 23"
      aria-hidden="true"
    >
      <path d={paths[name]} />
    </svg>
  );
}
