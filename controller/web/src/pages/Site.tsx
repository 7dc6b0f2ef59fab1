/** The site: nodes and cameras with what is wrong, the recording proof, and the server, each a view of its own. */
import * as store from "../api/store";
import { words } from "../lib/preferences";
import { formatRoute } from "../lib/route";
import { Command, Empty, Loading } from "../ui/parts";
import { route } from "./place";
import { Cameras } from "./site/Cameras";
import { Nodes } from "./site/Nodes";
import { Proof } from "./site/Proof";
import { Services } from "./site/Services";
import { Storage } from "./site/Storage";
import { Troubles } from "./site/Troubles";
import { Verification } from "./site/Verification";

const ADD_NODE = "cctv node add gate --out gate.toml";
const VIEWS = ["overview", "proof", "storage", "server"] as const;

export function Site() {
  const w = words.value;
  const view = VIEWS.find((one) => one === route.value.query["view"]) ?? "overview";
  return (
    <div class="document">
      <header class="page-head">
        <h1>{w.site.title}</h1>
        <nav class="tabs" aria-label={w.fleet.viewsLabel}>
          {VIEWS.map((one) => (
            <a key={one} href={formatRoute("site", one === "overview" ? {} : { view: one })} aria-current={one === view ? "page" : undefined}>
              {w.fleet.views[one]}
            </a>
          ))}
        </nav>
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
      {nodes.length === 0 ? (
        <section>
          <h2>{w.site.nodes}</h2>
          <Empty icon="node" title={w.site.emptyNodes} help={w.site.addHelp}>
            <Command text={ADD_NODE} />
          </Empty>
        </section>
      ) : (
        <Nodes nodes={nodes} cameras={cameras} />
      )}
      {cameras.length > 0 && <Cameras cameras={cameras} nodes={nodes} />}
      {nodes.length > 0 && (
        <section>
          <h2>{w.site.add}</h2>
          <p class="muted">{w.site.addHelp}</p>
          <Command text={ADD_NODE} />
        </section>
      )}
    </>
  );
}

function Server() {
  const system = store.system.value;
  if (!system) return <Loading />;
  return (
    <>
      <Verification system={system} />
      <Services system={system} />
    </>
  );
}
