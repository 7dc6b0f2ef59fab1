/** Where a rule counts: the whole picture, a zone that another rule has, or corners drawn over the camera's picture. */
import { useState } from "preact/hooks";
import * as store from "../../api/store";
import type { Camera, Rule } from "../../api/types";
import { words } from "../../lib/preferences";
import { has, type RuleSchema } from "../../lib/rules/form";
import { LINE, middle, ZONE, type Path, type Size } from "../../lib/shapes/geometry";
import { share } from "../../lib/zones";
import { FieldNote } from "../../ui/Field";
import { percent } from "../../lib/format";
import { Segments, Select } from "../../ui/parts";
import { Arrow, type Named } from "../shapes/Outlines";
import { ShapeEditor } from "../shapes/ShapeEditor";
import { TextField } from "./fields";
import type { Draft, Faults } from "./RuleForm";

export interface ZonePartProps {
  schema: RuleSchema;
  base: Rule | null;
  rule: Draft;
  change: (next: Draft, mark: string) => void;
  undo: (() => void) | undefined;
  redo: (() => void) | undefined;
  faults: Faults;
}

export function ZonePart({ schema, base, rule, change, undo, redo, faults }: ZonePartProps) {
  const w = words.value.builder;
  const cameras = store.cameras.value ?? [];
  const [viewed, setViewed] = useState("");
  const camera = cameras.find((one) => one.id === (rule.camera ?? viewed)) ?? cameras[0] ?? null;
  const key = has(schema, rule.kind, "line") ? "line" : "zone";
  const may = has(schema, rule.kind, key);
  const others = others_of(camera, base);
  const path: Path = rule[key] ?? [];
  const drawn = rule[key] !== undefined && rule[key] !== null;
  const drawnAny = path.length > 0;
  const must = key === "line" || rule.kind === "zone_entry" || rule.kind === "zone_exit";
  const put = (points: Path | undefined, mark = "", more: Partial<Draft> = {}): void => {
    // Corners fit one picture: a shape that is begun is its camera's, until somebody says otherwise.
    const begun = !drawnAny && points !== undefined && camera && !rule.camera ? { camera: camera.id } : {};
    change({ ...rule, ...begun, ...more, [key]: points?.map(([x, y]) => [x, y]) ?? null }, mark);
  };
  if (!may) return null;
  return (
    <section class="zone-part">
      <div class="page-head">
        <h2>{key === "line" ? w.line : w.zone}</h2>
        {!rule.camera && cameras.length > 1 && <Select label={w.viewed} value={camera?.id ?? ""} options={cameras.map((one) => [one.id, one.name || one.id] as const)} choose={setViewed} />}
        {key === "zone" && (
          <Segments
            label={w.zone}
            value={drawn || must ? "drawn" : "whole"}
            options={[...(must ? [] : [["whole", words.value.rules.whole] as const]), ["drawn", w.drawn] as const]}
            choose={(value) => put(value === "drawn" ? path : undefined)}
          />
        )}
        {key === "zone" && others.length > 0 && (
          <Select label={w.take} value="" options={[["", w.take], ...others.map((one, at) => [String(at), one.name ?? String(at + 1)] as const)]} choose={(at) => at && put(others[Number(at)]?.points, "", { zone_name: others[Number(at)]?.name ?? null })} />
        )}
      </div>
      {drawn || must ? (
        <ShapeEditor
          camera={camera}
          demand={key === "line" ? LINE : ZONE}
          paths={[path]}
          selected={0}
          others={others}
          change={([points = []], mark) => put(points, mark)}
          undo={undo}
          redo={redo}
          label={key === "line" ? w.line : (rule.zone_name ?? w.zone)}
        >
          {(size) => <Ways rule={rule} path={path} size={size} />}
        </ShapeEditor>
      ) : (
        <p class="muted">{w.wholeHelp}</p>
      )}
      {drawnAny && !rule.camera && cameras.length > 1 && (
        <p class="bad" role="status">
          {words.value.care.everyCamera(camera ? camera.name || camera.id : "")}
        </p>
      )}
      <FieldNote fault={faults[key]} help={drawn && key === "zone" && path.length > 2 ? w.covers(percent(share(path))) : undefined} />
      {key === "zone" && (drawn || must) && <TextField label={w.field.zone_name} value={rule.zone_name ?? ""} fault={faults.zone_name} change={(text) => change({ ...rule, zone_name: text || null }, "zone_name")} />}
    </section>
  );
}

function others_of(camera: Camera | null, base: Rule | null): Named[] {
  return store.shownRules.value
    .filter((rule) => rule.id !== base?.id && (rule.camera === null || rule.camera === camera?.id))
    .flatMap((rule): Named[] => [...(rule.zone ? [{ points: rule.zone, closed: true, name: rule.zone_name ?? rule.name }] : []), ...(rule.line ? [{ points: rule.line, closed: false, name: rule.name }] : [])])
    .filter((one, at, all) => all.findIndex((first) => JSON.stringify(first.points) === JSON.stringify(one.points)) === at);
}

/** Which way is counted over a line, or allowed in a zone. */
function Ways({ rule, path, size }: { rule: Draft; path: Path; size: Size }) {
  const [first, last] = [path[0], path.at(-1)];
  if (rule.kind === "line_crossing" && first && last && path.length > 1) {
    const [x, y] = middle(first, last);
    const [dx, dy] = [(last[0] - first[0]) * size.width, (last[1] - first[1]) * size.height];
    const length = Math.hypot(dx, dy) || 1;
    const [ax, ay] = [((-dy / length) * 36) / size.width, ((dx / length) * 36) / size.height];
    const to = [x + ax, y + ay] as const;
    const back = [x - ax, y - ay] as const;
    return (
      <>
        {rule.direction !== "right_to_left" && <Arrow from={[x, y]} to={to} size={size} />}
        {rule.direction !== "left_to_right" && <Arrow from={[x, y]} to={back} size={size} />}
      </>
    );
  }
  if (rule.kind !== "wrong_way" || rule.heading_deg == null) return null;
  const centre = path.length > 2 ? path.reduce<readonly [number, number]>(([sx, sy], [x, y]) => [sx + x / path.length, sy + y / path.length], [0, 0]) : ([0.5, 0.5] as const);
  const angle = (rule.heading_deg * Math.PI) / 180;
  return <Arrow from={centre} to={[centre[0] + (Math.sin(angle) * 60) / size.width, centre[1] - (Math.cos(angle) * 60) / size.height]} size={size} />;
}
