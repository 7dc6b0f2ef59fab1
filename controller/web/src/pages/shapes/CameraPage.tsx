/** One camera: its live picture, the rules on it, and what is drawn for it. */
import * as store from "../../api/store";
import type { Camera } from "../../api/types";
import { words } from "../../lib/preferences";
import { ruleSentence } from "../../lib/rules/sentence";
import { formatRoute } from "../../lib/route";
import { Icon } from "../../ui/Icon";
import { Chip, SeverityMark } from "../../ui/parts";
import { go, route, useTop } from "../place";
import { buildFor } from "../Rules";
import { Tile } from "../wall/Tile";
import { CameraTools } from "./CameraTools";
import { GroundEditor } from "./GroundEditor";
import { MaskEditor } from "./MaskEditor";

const VIEWS = ["live", "privacy", "masks", "ground"] as const;
type ViewName = (typeof VIEWS)[number];

export function CameraPage({ camera }: { camera: Camera }) {
  const w = words.value.views;
  const view: ViewName = VIEWS.find((one) => one === route.value.query["view"]) ?? "live";
  useTop(`${camera.id} ${view}`);
  return (
    <div class="document">
      <header class="page-head">
        <a class="icon-button" href={formatRoute("site")} aria-label={words.value.nav.site} title={words.value.nav.site}>
          <Icon name="back" />
        </a>
        <h1>{camera.name || camera.id}</h1>
        <span class={camera.state === "live" ? "muted" : "bad"}>{words.value.camera[camera.state]}</span>
        <a class="link" href={formatRoute("search", { of: "motion", camera: camera.id })}>
          {words.value.motion.search}
        </a>
        {store.mayConfigure.value && (
          <nav class="tabs" aria-label={camera.name || camera.id}>
            {VIEWS.map((one) => (
              <a key={one} href={formatRoute("site", { camera: camera.id, view: one === "live" ? undefined : one })} aria-current={one === view ? "page" : undefined}>
                {w.tab[one]}
              </a>
            ))}
          </nav>
        )}
      </header>
      {view === "live" ? <LiveView camera={camera} /> : view === "ground" ? <GroundEditor key={camera.id} camera={camera} /> : <MaskEditor key={camera.id + view} camera={camera} kind={view} />}
    </div>
  );
}

function LiveView({ camera }: { camera: Camera }) {
  const w = words.value;
  const rules = store.shownRules.value.filter((rule) => rule.camera === null || rule.camera === camera.id);
  return (
    <>
      <div class="camera-live">
        <Tile camera={camera} position={99} quality="main" selected={false} select={() => undefined} />
      </div>
      {store.mayConfigure.value && <CameraTools camera={camera} />}
      <section>
        <div class="page-head">
          <h2>{w.nav.rules}</h2>
          <span class="push" />
          {store.mayConfigure.value && (
            <button
              type="button"
              class="primary"
              onClick={() => {
                buildFor(camera.id);
                go("rules");
              }}
            >
              <Icon name="shape" size={16} /> {w.views.drawZone}
            </button>
          )}
        </div>
        {rules.length === 0 && <p class="muted">{w.views.noRules}</p>}
        <ul class="camera-rules">
          {rules.map((rule) => (
            <li key={rule.id}>
              <SeverityMark severity={rule.severity} bare />
              <span>
                <strong>{rule.name}</strong> {!rule.enabled && <Chip>{w.rules.disabled}</Chip>}
                <span class="muted block">{ruleSentence(rule, w)}</span>
              </span>
            </li>
          ))}
        </ul>
      </section>
    </>
  );
}
