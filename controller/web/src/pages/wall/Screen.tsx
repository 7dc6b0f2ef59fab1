/** The element that a live picture is shown on, by the way it is played. */
import type { LiveMode } from "../../api/live";
import type { Surface } from "./useLive";

export function Screen({ mode, look, take }: { mode: LiveMode; look: string; take: (element: Surface | null) => void }) {
  if (mode === "mse") return <video class={look} ref={take} muted playsInline />;
  if (mode === "stills" || mode === "derived") return <img class={look} ref={take} alt="" />;
  return <canvas class={look} ref={take} width={16} height={9} />;
}
