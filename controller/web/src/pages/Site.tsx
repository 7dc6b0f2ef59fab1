/** Troubles with their remedy, nodes and cameras, the proof of what was recorded, what room is left, the server. */
import * as store from "../api/store";
import { words } from "../lib/preferences";
import { formatRoute } from "../lib/route";
import { Icon } from "../ui/Icon";
import { Empty, Loading } from "../ui/parts";
import { route } from "./place";
import { CameraPage } from "./shapes/CameraPage";
import { AddNode } from "./site/AddNode";
import { Arrivals } from "./site/Arrivals";
import { Cameras } from "./site/Cameras";
import { Features } from "./site/Features";
import { Machine } from "./site/Machine";
import { Nodes } from "./site/Nodes";
import { Proof } from "./site/Proof";
import { Services } from "./site/Services";
import { Storage } from "./site/Storage";
import { Troubles } from "./site/Troubles";
import { Verification } from "./site/Verification";

const VIEWS = ["overview", "proof", "storage", "server"] as const;

/** Recordings are told to those who may play them, and the store to those who see the whole site. */
const isOpen = (view: (typeof VIEWS)[number]): boolean => (view === "proof" ? store.mayPlay.value : view !== "storage" || store.seesSite.value);

export function Site() {
  const w = words.value;
  const { camera: looked, add, view: asked } = route.value.query;
  const camera = store.cameras.value?.find((one) => one.id === looked);
  if (camera) return <CameraPage camera={camera} />;
  if (add && store.mayConfigure.value) return <AddNode />;
  const view = VIEWS.find((one) => one === asked && isOpen(one)) ?? "overview";
  return (
    <div class="document" data-wide>
      <header class="page-head">
        <h1>{w.site.title}</h1>
        <nav class="tabs" aria-label={w.fleet.viewsLabel}>
          {VIEWS.filter(isOpen).map((one) => (
            <a key={one} href={formatRoute("site", one === "overview" ? {} : { view: one })} aria-current={one === view ? "page" : undefined}>
              {w.fleet.views[one]}
            </a>
          ))}
        </nav>
        <span class="push" />
        {view === "overview" && (store.nodes.value?.length ?? 0) > 0 && <AddLink />}
      </header>
      {view === "proof" ? <Proof /> : view === "storage" ? <Storage /> : view === "server" ? <Server /> : <Overview />}
    </div>
  );
}

function Overview() {
  const w = words.value;
  const nodes = store.nodes.value;
  const cameras = store.cameras.value;
  if (!nodes || !cameras) return <Loading />;
  return (
    <>
      <Troubles />
      {store.mayConfigure.value && store.seesSite.value && <Arrivals />}
      {nodes.length === 0 ? (
        <section>
          <h2>{w.site.nodes}</h2>
          <Empty icon="node" title={w.site.emptyNodes} help={w.site.addHelp}>
            <AddLink />
          </Empty>
        </section>
      ) : (
        <Nodes nodes={nodes} cameras={cameras} />
      )}
      {cameras.length > 0 && <Cameras cameras={cameras} nodes={nodes} />}
    </>
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

function Server() {
  const system = store.system.value;
  if (!system) return <Loading />;
  return (
    <>
      <Machine />
      <Verification system={system} />
      <Services system={system} />
      {store.mayConfigure.value && store.seesSite.value && <Features />}
    </>
  );
}
