/** Lets a node in step by step, on a phone beside the pole: the command, the wait for it, its cameras, the first zone. */
import { signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import * as store from "../../api/store";
import type { Camera, Node } from "../../api/types";
import { isName } from "../../lib/address";
import { enrolCommand, enrolFault, runCommand, type WantedCamera } from "../../lib/enrol";
import { age } from "../../lib/format";
import { language, words } from "../../lib/preferences";
import { formatRoute } from "../../lib/route";
import { Icon } from "../../ui/Icon";
import { Command } from "../../ui/parts";
import { now_ms, useTop } from "../place";
import { TextField } from "../rules/fields";
import { Arrivals } from "./Arrivals";
import { Invite } from "./Invite";

/** What was typed; it outlives a look at another page. */
const wanted = signal<{ node: string; cameras: readonly WantedCamera[] }>({ node: "", cameras: [{ name: "front", source: "picamera://0" }] });
/** Nodes that were there when this page was opened first. */
const before = signal<readonly string[] | null>(null);

export function AddNode() {
  const w = words.value.wizard;
  const { node: name, cameras } = wanted.value;
  const nodes = store.nodes.value ?? [];
  useTop("add");
  before.value ??= nodes.map((node) => node.id);
  const fault = enrolFault(name, cameras, before.value);
  const node = nodes.find((one) => one.id === name);
  const own = (store.cameras.value ?? []).filter((camera) => camera.node === name);
  const put = (at: number, camera: Partial<WantedCamera>): void => {
    wanted.value = { node: name, cameras: cameras.map((one, index) => (index === at ? { ...one, ...camera } : one)) };
  };
  const faultAt = (at: number, field: "name" | "source"): string | undefined =>
    fault?.field === "camera" && fault.at === at && (fault.fault === "source") === (field === "source") ? w.fault[fault.fault] : undefined;
  return (
    <div class="document wizard edit-form">
      <header class="page-head">
        <a class="icon-button" href={formatRoute("site")} aria-label={words.value.nav.site} title={words.value.nav.site}>
          <Icon name="back" />
        </a>
        <h1>{words.value.site.add}</h1>
      </header>
      <Step number={1} title={w.nameTitle} done={fault === null}>
        <TextField label={w.node} value={name} help={w.nodeHelp} fault={name !== "" && fault?.field === "node" ? w.fault[fault.fault] : undefined} change={(text) => (wanted.value = { node: text.trim(), cameras })} />
        {cameras.map((camera, at) => (
          <div class="wizard-camera" key={at}>
            <TextField label={w.cameraName} value={camera.name} fault={faultAt(at, "name")} change={(text) => put(at, { name: text.trim() })} />
            <TextField label={w.source} value={camera.source} options={["picamera://0", "v4l2:///dev/video0", "rtsp://"]} fault={faultAt(at, "source")} change={(source) => put(at, { source })} />
            {cameras.length > 1 && (
              <button type="button" class="icon-button" aria-label={w.drop(camera.name)} onClick={() => (wanted.value = { node: name, cameras: cameras.filter((_, index) => index !== at) })}>
                <Icon name="trash" />
              </button>
            )}
          </div>
        ))}
        <button type="button" disabled={cameras.length >= 16} onClick={() => (wanted.value = { node: name, cameras: [...cameras, { name: `camera-${cameras.length + 1}`, source: "rtsp://" }] })}>
          <Icon name="plus" size={16} /> {w.addCamera}
        </button>
        <p class="muted">{w.discover}</p>
        <Command text="cctv-edge discover --user admin --out cameras.toml" />
      </Step>
      <Step number={2} title={w.commandTitle} done={node !== undefined}>
        {fault && !node ? (
          <p class="muted">{name === "" ? w.nameFirst : w.mendFirst}</p>
        ) : (
          <>
            <Invite node={name} cameras={cameras} />
            <Arrivals only={name} />
            <p class="muted">{words.value.enrol.byFile}</p>
            <p>{w.onServer}</p>
            <Command text={enrolCommand(name, cameras)} />
            <p>{w.onNode}</p>
            <Command text={runCommand(name)} />
            <p class="muted">{w.secret}</p>
          </>
        )}
      </Step>
      <Step number={3} title={w.waitTitle} done={node?.state === "online"}>
        <p role="status" class={node?.state === "online" ? "healthy" : "muted"}>
          {node?.state === "online" && <Icon name="check" size={16} />} {waited(name, node)}
        </p>
        {own.length > 0 && (
          <ul class="wizard-cameras">
            {own.map((camera) => (
              <li key={camera.id}>
                <Icon name="camera" />
                <span>
                  <strong>{camera.name || camera.id}</strong>
                  <span class={camera.state === "live" ? "muted block" : "bad block"}>
                    {words.value.camera[camera.state]} {camera.reason}
                  </span>
                </span>
                <a class="link" href={formatRoute("site", { camera: camera.id })}>
                  {w.see}
                </a>
              </li>
            ))}
          </ul>
        )}
      </Step>
      <Step number={4} title={w.zoneTitle} done={own.some(hasRule)}>
        <p>{w.zoneHelp}</p>
      </Step>
    </div>
  );
}

const hasRule = (camera: Camera): boolean => (store.rules.value?.rules ?? []).some((rule) => rule.camera === camera.id);

function waited(name: string, node: Node | undefined): string {
  const w = words.value.wizard;
  if (!isName(name)) return w.nobody;
  if (!node) return w.unknown(name);
  if (node.state === "online") return w.online(name, node.cameras.length);
  return node.last_seen_at ? w.offline(name, age(now_ms.value - Date.parse(node.last_seen_at), language.value)) : w.enrolled(name);
}

function Step({ number, title, done, children }: { number: number; title: string; done: boolean; children: ComponentChildren }) {
  return (
    <section class="step" data-done={done || undefined}>
      <h2>
        <span class="step-number" aria-hidden="true">
          {done ? <Icon name="check" size={16} /> : number}
        </span>
        {title}
      </h2>
      {children}
    </section>
  );
}
