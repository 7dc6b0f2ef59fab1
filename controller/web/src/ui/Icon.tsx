/** Line icons on a 20-pixel grid; they take the colour of the text around them. */
const PATHS = {
  wall: "M3 4.5h6v5H3zM11 4.5h6v5h-6zM3 11.5h6v4H3zM11 11.5h6v4h-6z",
  alarms: "M10 3a4.5 4.5 0 0 0-4.5 4.5c0 4-1.5 5-1.5 6h12c0-1-1.5-2-1.5-6A4.5 4.5 0 0 0 10 3zM8.5 16a1.6 1.6 0 0 0 3 0",
  timeline: "M3 5.5h9M3 10h14M3 14.5h6M14 3v14",
  next: "M4 4.5 11 10l-7 5.5zM11 4.5 18 10l-7 5.5z",
  before: "M16 4.5 9 10l7 5.5zM9 4.5 2 10l7 5.5z",
  plus: "M10 4v12M4 10h12",
  minus: "M4 10h12",
  search: "M9 3.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11zM13 13l4 4",
  reports: "M3 17h14M5 17v-5M9 17V8M13 17v-7M17 17V4",
  exports: "M10 3v9M6 8.5l4 4 4-4M4 16.5h12",
  rules: "M4 5h12M4 10h12M4 15h12M7 3.5v3M13 8.5v3M8.5 13.5v3",
  site: "M3 17h14M5 17V8l5-4 5 4v9M8.5 17v-4h3v4",
  settings: "M10 7.2a2.8 2.8 0 1 0 0 5.6 2.8 2.8 0 0 0 0-5.6zM10 2.5v2M10 15.5v2M2.5 10h2M15.5 10h2M4.7 4.7l1.4 1.4M13.9 13.9l1.4 1.4M4.7 15.3l1.4-1.4M13.9 6.1l1.4-1.4",
  critical: "M7 3h6l4 4v6l-4 4H7l-4-4V7zM10 6.5v4.5M10 13.4v.2",
  high: "M10 3.5 17.5 16.5h-15zM10 8.5v3.5M10 14.2v.2",
  medium: "M10 2.8 17.2 10 10 17.2 2.8 10zM10 6.8v3.8M10 13v.2",
  low: "M10 3a7 7 0 1 0 0 14 7 7 0 0 0 0-14zM10 9.3v4M10 6.6v.2",
  check: "M4 10.5l4 4 8-9",
  close: "M5 5l10 10M15 5L5 15",
  back: "M12.5 4.5 7 10l5.5 5.5",
  forward: "M7.5 4.5 13 10l-5.5 5.5",
  full: "M3.5 7.5v-4h4M16.5 7.5v-4h-4M3.5 12.5v4h4M16.5 12.5v4h-4",
  photo: "M3 6.5h3l1.2-2h5.6l1.2 2h3v9.5H3zM10 8.2a2.9 2.9 0 1 0 0 5.8 2.9 2.9 0 0 0 0-5.8z",
  boxes: "M3.5 7V3.5H7M13 3.5h3.5V7M16.5 13v3.5H13M7 16.5H3.5V13M7 8h6v4.5H7z",
  drawer: "M3 4h14v12H3zM12.5 4v12",
  sound: "M3.5 8v4h3l4 3.2V4.8L6.5 8zM13 7.5a3.6 3.6 0 0 1 0 5M15 5.5a6.4 6.4 0 0 1 0 9",
  mute: "M3.5 8v4h3l4 3.2V4.8L6.5 8zM13.2 8l4 4M17.2 8l-4 4",
  eye: "M2.5 10C5 6 7.5 4.8 10 4.8S15 6 17.5 10c-2.5 4-5 5.2-7.5 5.2S5 14 2.5 10zM10 7.6a2.4 2.4 0 1 0 0 4.8 2.4 2.4 0 0 0 0-4.8z",
  play: "M6 4l10 6-10 6z",
  pause: "M6.5 4v12M13.5 4v12",
  frameBack: "M14 4.5 8 10l6 5.5zM5.5 4.5v11",
  frameForward: "M6 4.5 12 10l-6 5.5zM14.5 4.5v11",
  download: "M10 3v9M6 8.5l4 4 4-4M4 16.5h12",
  offline: "M3 3l14 14M6.5 12a5 5 0 0 1 5-1.3M4 9a9 9 0 0 1 3.5-2M10.5 6.2A9 9 0 0 1 16 9M10 15.3v.2",
  copy: "M7 7h9v9H7zM4 13V4h9",
  clock: "M10 3a7 7 0 1 0 0 14 7 7 0 0 0 0-14zM10 6v4.2l2.8 1.8",
  camera: "M3 6h10v8H3zM13 9l4-2.5v7L13 11z",
  node: "M4 5h12v6H4zM7 15h6M10 11v4M7 8h.2",
  person: "M10 3.5a3 3 0 1 0 0 6 3 3 0 0 0 0-6zM4 16.5c.6-3.2 3-5 6-5s5.4 1.8 6 5",
  up: "M10 16V4.5M5.5 9 10 4.5 14.5 9",
  wrench: "M12.5 3.5a4 4 0 0 0-3.6 5.7L3.5 14.6l1.9 1.9 5.4-5.4a4 4 0 0 0 5.5-4.6l-2.4 2.4-2.2-.6-.6-2.2 2.4-2.4a4 4 0 0 0-1-.2z",
  note: "M4 3.5h12v9l-4 4H4zM12 16.5v-4h4M7 7h6M7 10h4",
  shelf: "M3 4.5h14v3H3zM4.5 7.5v9h11v-9M8 11h4",
  pencil: "M4 16v-3.2L13 3.8l3.2 3.2L7.2 16zM11 5.8 14.2 9",
  move: "M10 3v14M3 10h14M8 5l2-2 2 2M8 15l2 2 2-2M5 8l-2 2 2 2M15 8l2 2-2 2",
  undo: "M7 4 3 8l4 4M3.5 8H12a4.5 4.5 0 0 1 0 9H8",
  redo: "M13 4l4 4-4 4M16.5 8H8a4.5 4.5 0 0 0 0 9h4",
  trash: "M4 6h12M8 6V4h4v2M5.5 6l.7 10.5h7.6L14.5 6M8.5 9v4.5M11.5 9v4.5",
  shape: "M4 6l8-2 4 7-5 5-6-3zM4 6h.1M12 4h.1M16 11h.1M11 16h.1M5 13h.1",
  out: "M8 4H4v12h4M12 6.5 15.5 10 12 13.5M15 10H8",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name, size = 20 }: { name: IconName; size?: number }) {
  return (
    <svg class="icon" viewBox="0 0 20 20" width={size} height={size} aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}
