/** Nodes, cameras and server parts with their health, and what to do about each trouble. */
import * as store from "../api/store";
import { words } from "../lib/preferences";
import { formatRoute } from "../lib/route";
import { sentence } from "../lib/said";
import { findTroubles, type Trouble } from "../lib/troubles";
import { Icon } from "../ui/Icon";
import { Empty, Loading } from "../ui/parts";
import { route } from "./place";
import { CameraPage } from "./shapes/CameraPage";
import { AddNode } from "./site/AddNode";
import { Cameras } from "./site/Cameras";
import { NodePanel } from "./site/NodePanel";
import { Verification } from "./site/Verification";

export function Site() {
  const w = words.value;
  const nodes = store.nodes.value;
  const cameras = store.cameras.value;
  if (!nodes || !cameras) return <Loading />;
  const { camera: looked, add } = route.value.query;
  const camera = cameras.find((one) => one.id === looked);
  if (camera) return <CameraPage camera={camera} />;
  if (add && store.mayConfigure.value) return <AddNode />;
  return (
    <div class="document">
      <header class="page-head">
        <h1>{w.site.title}</h1>
        <span class="push" />
        {nodes.length > 0 && <AddLink />}
      </header>
      <Troubles />
      <section>
        <h2>{w.site.nodes}</h2>
        {nodes.length === 0 ? (
          <Empty icon="node" title={w.site.emptyNodes} help={w.site.addHelp}>
            <AddLink />
          </Empty>
        ) : (
          <div class="panels">
            {nodes.map((node) => (
              <NodePanel key={node.id} node={node} />
            ))}
          </div>
        )}
      </section>
      {cameras.length > 0 && <Cameras cameras={cameras} nodes={nodes} />}
      {store.system.value && <Verification system={store.system.value} />}
      <Services />
    </div>
  );
}

function AddLink() {
  if (!store.mayConfigure.value) return null;
  return (
    <a class="button primary" href={formatRoute("site", { add: "1" })}>
      <Icon name="plus" size={16} /> {words.value.site.add}
    </a>
  );
}

function Troubles() {
  const w = words.value;
  const found = findTroubles(store.cameras.value ?? [], store.nodes.value ?? [], store.system.value);
  return (
    <section>
      <h2>{w.site.troubles}</h2>
      {found.length === 0 ? (
        <p class="healthy">
          <Icon name="check" size={16} /> {w.site.healthy}
        </p>
      ) : (
        <ul class="troubles">
          {found.map((trouble) => (
            <li key={trouble.key} data-grave={trouble.grave || undefined}>
              <Icon name={trouble.grave ? "high" : "medium"} />
              <div>
                <strong>{subjectOf(trouble)}</strong>
                <p>{w.remedy[trouble.remedy].replace("{bound}", trouble.bound)}</p>
                {trouble.detail && <p class="muted">{sentence(trouble.said, trouble.detail, w)}</p>}
              </div>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function subjectOf(trouble: Trouble): string {
  const w = words.value;
  if (trouble.remedy === "verification") return w.settings.verification;
  return trouble.remedy === "role" ? (w.site.roleName[trouble.subject] ?? trouble.subject) : trouble.subject;
}

function Services() {
  const w = words.value.site;
  const system = store.system.value;
  if (!system) return null;
  return (
    <section>
      <h2>{w.services}</h2>
      <ul class="services">
        {system.roles.map((role) => (
          <li key={role.name}>
            <strong title={role.name}>{w.roleName[role.name] ?? role.name}</strong>
            <span class={role.state === "running" || role.state === "starting" ? "muted" : "bad"}>{w.roleState[role.state]}</span>
            {role.restarts > 0 && (
              <span class="muted">
                {w.restarts} {role.restarts}
              </span>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}
