/** Every node as a panel, in an order of choice. */
import { useState } from "preact/hooks";
import * as store from "../../api/store";
import type { Camera, Node } from "../../api/types";
import { ORDERS, sorted, type Order } from "../../lib/fleet";
import { words } from "../../lib/preferences";
import { findTroubles } from "../../lib/troubles";
import { Select } from "../../ui/parts";
import { now_ms } from "../place";
import { NodePanel } from "./NodePanel";

export function Nodes({ nodes, cameras }: { nodes: readonly Node[]; cameras: readonly Camera[] }) {
  const w = words.value;
  const [by, setBy] = useState<Order>("trouble");
  const troubles = troublesOf(nodes, cameras);
  return (
    <section>
      <div class="section-head">
        <h2>{w.site.nodes}</h2>
        {nodes.length > 1 && <Select label={w.fleet.sort} value={by} options={ORDERS.map((one) => [one, w.fleet.order[one]] as const)} choose={setBy} />}
      </div>
      <div class="panels">
        {sorted(nodes, by, troubles, now_ms.value).map((node) => (
          <NodePanel key={node.id} node={node} cameras={cameras} troubles={troubles.get(node.id) ?? 0} />
        ))}
      </div>
    </section>
  );
}

/** How many troubles each node and its cameras have. */
function troublesOf(nodes: readonly Node[], cameras: readonly Camera[]): ReadonlyMap<string, number> {
  return new Map(
    nodes.map((node) => {
      const mine = cameras.filter((camera) => camera.node === node.id);
      return [node.id, findTroubles(mine, [node], store.system.value).filter((one) => !["verification", "notice", "role"].includes(one.remedy)).length] as const;
    }),
  );
}
