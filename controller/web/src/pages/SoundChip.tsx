/** Says truthfully whether alarms sound here, turns it on and off, and rings. */
import { useEffect } from "preact/hooks";
import * as store from "../api/store";
import { soundWanted, words } from "../lib/preferences";
import { ring, soundState, unlockSound } from "../lib/sound";
import { Icon } from "../ui/Icon";

/** A grave alarm that nobody acknowledges rings again. */
const AGAIN_MS = 10_000;

export function SoundChip() {
  const w = words.value.sound;
  const sounding = soundWanted.value && soundState.value === "ready";

  useEffect(() => {
    // The chip itself toggles: unlocking on its own press would turn its click into "off".
    const unlock = (event?: Event): void => {
      const own = event?.target instanceof Element && event.target.closest("[data-sound]") !== null;
      if (!own && soundWanted.value && soundState.value !== "ready") void unlockSound();
    };
    unlock();
    addEventListener("pointerdown", unlock);
    addEventListener("keydown", unlock);
    return () => {
      removeEventListener("pointerdown", unlock);
      removeEventListener("keydown", unlock);
    };
  }, []);

  const arrived = store.arrivals.value;
  useEffect(() => {
    if (arrived && soundWanted.value) ring(arrived.severity);
  }, [arrived]);

  const waiting = store.headline.value;
  const grave = waiting && (waiting.severity === "critical" || waiting.severity === "high") ? waiting.severity : null;
  useEffect(() => {
    if (!grave || !sounding) return;
    const timer = setInterval(() => ring(grave), AGAIN_MS);
    return () => clearInterval(timer);
  }, [grave, sounding]);

  const toggle = async (): Promise<void> => {
    if (sounding) {
      soundWanted.value = false;
      return;
    }
    soundWanted.value = true;
    if (await unlockSound()) ring("low");
  };
  const label = sounding ? w.on : soundWanted.value ? w.blocked : w.off;
  return (
    <button type="button" class="chip-button" data-sound aria-pressed={sounding} title={label} onClick={() => void toggle()}>
      <Icon name={sounding ? "sound" : "mute"} size={16} />
      <span class="wide-only">{label}</span>
      <span class="unseen narrow-only">{label}</span>
    </button>
  );
}
