/** The models that judge: which does, which could, what each is, and where others come from; administrators alone. */
import { useEffect, useRef, useState } from "preact/hooks";
import { getModels } from "../../api/modelCalls";
import * as store from "../../api/store";
import type { Model, Models as Told } from "../../api/types";
import { dateTime } from "../../lib/format";
import { words } from "../../lib/preferences";
import { sentence } from "../../lib/said";
import { Icon } from "../../ui/Icon";
import { Chip, Command, Fault, Loading } from "../../ui/parts";
import { explain } from "../actions";
import { AddModel } from "./AddModel";
import { LookModel } from "./LookModel";
import { ModelPanel } from "./ModelPanel";
import { RemoveModel, UseModel } from "./UseModel";

const EVERY_MS = 3_000;
type Opened = { what: "use" | "look" | "remove"; one: Model } | { what: "back" } | { what: "add" };

export function Models() {
  const w = words.value.models;
  const [told, setTold] = useState<Told | null>(null);
  const [fault, setFault] = useState("");
  const [opened, setOpened] = useState<Opened | null>(null);
  const busy = useRef(false);
  const load = async (): Promise<void> => {
    if (busy.current) return;
    busy.current = true;
    const answer = await getModels();
    busy.current = false;
    if (answer.ok) setTold(answer.data);
    setFault(answer.ok ? "" : explain(answer.problem));
  };
  useEffect(() => {
    void load();
    const timer = window.setInterval(() => void load(), EVERY_MS);
    return () => clearInterval(timer);
  }, []);
  if (!store.mayConfigure.value) return <p class="muted">{w.adminsOnly}</p>;
  if (!told) return fault ? <Fault>{fault}</Fault> : <Loading />;
  const close = (): void => {
    setOpened(null);
    void load();
  };
  return (
    <>
      <section>
        <div class="page-head">
          <h2>{w.title}</h2>
          <span class="push" />
          <button type="button" class="primary" onClick={() => setOpened({ what: "add" })}>
            <Icon name="plus" size={16} /> {w.add}
          </button>
        </div>
        {fault && <Fault>{fault}</Fault>}
        <Now told={told} back={() => setOpened({ what: "back" })} />
        <ul class="export-list">
          {told.models.map((one) => (
            <ModelPanel key={one.name} one={one} open={(what) => setOpened({ what, one })} />
          ))}
        </ul>
      </section>
      <Others told={told} />
      {opened?.what === "add" && <AddModel taken={told.models.map((one) => one.name)} close={close} />}
      {opened?.what === "use" && <UseModel name={opened.one.name} lacks={opened.one.lacks} tag={told.tag} close={close} />}
      {opened?.what === "back" && <UseModel name={null} shown={told.in_settings} lacks={[]} tag={told.tag} close={close} />}
      {opened?.what === "look" && <LookModel name={opened.one.name} close={() => setOpened(null)} />}
      {opened?.what === "remove" && <RemoveModel name={opened.one.name} close={close} />}
    </>
  );
}

/** Whose word counts now, and whether the worker has followed it. */
function Now({ told, back }: { told: Told; back: () => void }) {
  const w = words.value.models;
  const chosen = told.models.find((one) => one.chosen);
  const refused = told.notices.find((one) => one.said?.code === "model_choice_refused");
  const follows = chosen !== undefined && !chosen.judging && !refused;
  return (
    <div class="model-now">
      <p>
        {told.by !== null && told.at !== null ? w.byPerson(told.chosen, told.by, dateTime(Date.parse(told.at)).slice(0, 16), told.in_settings) : w.bySettings(told.in_settings)}
        {told.beside.length > 0 && ` ${w.beside(told.beside.join(", "))}`}
      </p>
      {follows && (
        <p class="muted" role="status">
          <Icon name="clock" size={16} /> {w.follows}
        </p>
      )}
      {refused && <Fault>{sentence(refused.said, refused.text, words.value)}</Fault>}
      {told.by !== null && (
        <button type="button" onClick={back}>
          <Icon name="undo" size={16} /> {w.back(told.in_settings)}
        </button>
      )}
    </div>
  );
}

/** What the catalogue has beside these. */
function Others({ told }: { told: Told }) {
  const w = words.value.models;
  return (
    <section>
      <h2>{w.catalogue}</h2>
      <p class="muted">{w.catalogueHelp}</p>
      <ul class="export-list">
        {told.to_pull.map((one) => (
          <li key={one.name} class="export">
            <div class="export-head">
              <strong>{one.name}</strong>
              <Chip>{one.licence}</Chip>
              <span class="muted">
                {one.head}, {one.input[0]}×{one.input[1]}
              </span>
            </div>
            <Command text={`cctv model pull ${one.name}`} />
            <a class="target-place" href={one.address} rel="noreferrer">
              {one.file}
            </a>
            <span class="muted model-digest">SHA-256 {one.sha256}</span>
          </li>
        ))}
        {told.to_export.map((one) => (
          <li key={one.name} class="export">
            <details>
              <summary>
                {one.name} <Chip>{one.licence}</Chip> <span class="muted">{w.toExport}</span>
              </summary>
              {one.steps.map((step) => (
                <Command key={step} text={step} />
              ))}
            </details>
          </li>
        ))}
      </ul>
    </section>
  );
}
