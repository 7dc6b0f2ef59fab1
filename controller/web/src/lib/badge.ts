/** Shows in the tab's own icon how many alarms wait, and how grave the gravest is. */
import type { Severity } from "../api/types";

const SIDE_PX = 64;
const MOST = 99;
/** As in the dark theme: a tab's icon stands on the browser's ground, not on ours. */
const COLOURS: Readonly<Record<Severity, string>> = { critical: "#e5403f", high: "#e8731a", medium: "#c98a00", low: "#3b78d8" };

const link = (): HTMLLinkElement | null => document.querySelector("link[rel=icon]");
let plain: HTMLImageElement | null = null;
let turn = 0;

/** What the badge says of so many. */
export const badgeText = (count: number): string => (count > MOST ? `${MOST}+` : String(count));

/** Put the number into the icon; none: the plain icon. */
export async function badge(count: number, severity: Severity | null): Promise<void> {
  const element = link();
  if (!element) return;
  const mine = ++turn;
  if (count === 0 || !severity) {
    element.href = "/icon.svg";
    return;
  }
  if (!plain) {
    const image = new Image(SIDE_PX, SIDE_PX);
    image.src = "/icon.svg";
    // Without the picture below it the number says all the same.
    await image.decode().catch(() => undefined);
    plain = image;
  }
  if (mine !== turn) return;
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = SIDE_PX;
  const context = canvas.getContext("2d");
  if (!context) return;
  if (plain.naturalWidth > 0) context.drawImage(plain, 0, 0, SIDE_PX, SIDE_PX);
  const text = badgeText(count);
  const width = text.length > 2 ? SIDE_PX : text.length > 1 ? 52 : 40;
  context.fillStyle = COLOURS[severity];
  context.beginPath();
  context.roundRect(SIDE_PX - width, SIDE_PX - 40, width, 40, 20);
  context.fill();
  context.fillStyle = "#fff";
  context.font = "700 32px system-ui, sans-serif";
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.fillText(text, SIDE_PX - width / 2, SIDE_PX - 18);
  element.href = canvas.toDataURL("image/png");
}
