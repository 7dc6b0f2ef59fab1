/** Where something moved, over a picture: what never moved is dark, what moved most is bright. */
import type { MotionHeat } from "../api/types";
import { heatCells } from "../lib/motion";
import type { Size } from "../lib/shapes/geometry";

export function HeatMap({ heat, size }: { heat: MotionHeat; size: Size }) {
  return (
    <g class="motion-heat" aria-hidden="true" shape-rendering="crispEdges">
      {heatCells(heat.cells_ms, heat.columns, heat.rows).map((cell) => (
        <rect key={`${cell.x} ${cell.y}`} x={cell.x * size.width} y={cell.y * size.height} width={cell.width * size.width} height={cell.height * size.height} data-level={cell.level} />
      ))}
    </g>
  );
}
