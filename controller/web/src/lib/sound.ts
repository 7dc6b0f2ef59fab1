/** Rings for alarms with WebAudio, and knows whether this browser lets it. */
import { signal } from "@preact/signals";
import type { Severity } from "../api/types";

/** blocked: the browser wants a gesture of the user first. */
export const soundState = signal<"ready" | "blocked">("blocked");

const TONES: Readonly<Record<Severity, readonly number[]>> = {
  critical: [988, 740, 988, 740, 988, 740],
  high: [880, 660, 880],
  medium: [660, 880],
  low: [660],
};
const TONE_S = 0.22;
const LOUD = 0.22;

let context: AudioContext | null = null;

/** Ask for leave to sound; call it from a click or a key. Without a gesture the browser keeps it blocked. */
export async function unlockSound(): Promise<boolean> {
  context ??= new AudioContext();
  context.onstatechange = () => (soundState.value = context?.state === "running" ? "ready" : "blocked");
  // A browser that wants a gesture leaves this promise open, so it is not waited for without end.
  await Promise.race([context.resume(), new Promise((done) => setTimeout(done, 300))]);
  soundState.value = context.state === "running" ? "ready" : "blocked";
  return soundState.value === "ready";
}

/** Ring once, graver alarms longer. Nothing sounds while blocked. */
export function ring(severity: Severity): void {
  const audio = context;
  if (audio?.state !== "running") return;
  TONES[severity].forEach((frequency, index) => {
    const from = audio.currentTime + index * TONE_S;
    const tone = new OscillatorNode(audio, { type: "triangle", frequency });
    const volume = new GainNode(audio, { gain: 0 });
    volume.gain.setValueAtTime(0, from);
    volume.gain.linearRampToValueAtTime(LOUD, from + 0.015);
    volume.gain.setValueAtTime(LOUD, from + TONE_S - 0.05);
    volume.gain.linearRampToValueAtTime(0, from + TONE_S - 0.01);
    tone.connect(volume).connect(audio.destination);
    tone.start(from);
    tone.stop(from + TONE_S);
  });
}
