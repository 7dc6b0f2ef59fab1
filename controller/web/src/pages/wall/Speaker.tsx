/** Lets the selected tile be heard: off until it is switched on, and off again as soon as nobody looks at it. */
import { signal, useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { CameraSound, canListen, type SoundStatus } from "../../api/sound";
import { words } from "../../lib/preferences";
import { Icon } from "../../ui/Icon";
import type { Live } from "./useLive";

const LOOK_MS = 200;
const volume = signal(0.8);

export function Speaker({ camera, live }: { camera: string; live: Live }) {
  const w = words.value.hearing;
  const status = useSignal<SoundStatus | null>(null);
  const heard = useSignal({ peak: 0, skipped: 0 });
  const sound = useRef<CameraSound | null>(null);

  const hush = (): void => {
    sound.current?.close();
    sound.current = null;
    status.value = null;
  };
  const turn = (): void => {
    if (status.value) hush();
    else if (!canListen() || live.mode === "stills") status.value = "unsupported";
    else {
      status.value = "connecting";
      sound.current = new CameraSound(camera, volume.value, () => live.picture.current, (next) => (status.value = next));
    }
  };

  const turns = useRef(turn);
  turns.current = turn;
  useEffect(() => {
    const act = (event: Event): void => {
      if (event instanceof CustomEvent && event.detail === "sound") turns.current();
    };
    const hidden = (): void => {
      if (document.visibilityState !== "visible") hush();
    };
    const look = setInterval(() => sound.current && (heard.value = sound.current.figures()), LOOK_MS);
    addEventListener("wall-action", act);
    document.addEventListener("visibilitychange", hidden);
    return () => {
      clearInterval(look);
      removeEventListener("wall-action", act);
      document.removeEventListener("visibilitychange", hidden);
      hush();
    };
  }, [camera, live.mode]);
  const away = live.status.value === "paused";
  useEffect(() => {
    if (away) hush();
  }, [away]);

  const now = status.value;
  return (
    <>
      <button type="button" class="icon-button" onClick={turn} aria-pressed={now !== null} aria-label={now ? w.stop : w.listen} title={`${now ? w.stop : w.listen} (U)`}>
        <Icon name={now ? "sound" : "mute"} size={16} />
      </button>
      {now && (
        <span class="hearing" role="status" data-status={now} data-peak={heard.value.peak.toFixed(3)} data-skipped={heard.value.skipped}>
          <Icon name="sound" size={16} />
          <span>{w.status[now]}</span>
          {now === "playing" && (
            <>
              <span class="hearing-level" style={{ "--level": Math.min(1, heard.value.peak) }} aria-hidden="true" />
              <input
                type="range"
                min="0"
                max="1"
                step="0.05"
                value={volume.value}
                aria-label={w.volume}
                title={w.volume}
                onInput={(event) => {
                  volume.value = Number(event.currentTarget.value);
                  if (sound.current) sound.current.volume = volume.value;
                }}
              />
            </>
          )}
        </span>
      )}
    </>
  );
}
