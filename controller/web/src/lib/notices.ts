/** Tells of new alarms on the desktop while this page is not looked at; only where a person switched it on. */
import { signal } from "@preact/signals";

export type NoticeState = "unsupported" | "asked" | "granted" | "denied";

function now(): NoticeState {
  if (!("Notification" in globalThis) || !isSecureContext) return "unsupported";
  return Notification.permission === "default" ? "asked" : Notification.permission;
}

/** asked: the browser has not been asked yet, and asks its user once it is. */
export const noticeState = signal<NoticeState>(now());

/** Ask the browser for leave; call it from a person's click only. */
export async function allowNotices(): Promise<NoticeState> {
  if (noticeState.value === "asked") await Notification.requestPermission();
  noticeState.value = now();
  return noticeState.value;
}

/** Show one; a second one of the same `tag` takes its place. */
export function notice(title: string, body: string, tag: string, opened: () => void): void {
  if (now() !== "granted") return;
  try {
    const shown = new Notification(title, { body, tag, icon: "/icon.svg" });
    shown.onclick = () => {
      window.focus();
      opened();
      shown.close();
    };
  } catch {
    // Browsers of phones give them to service workers only.
    noticeState.value = "unsupported";
  }
}
