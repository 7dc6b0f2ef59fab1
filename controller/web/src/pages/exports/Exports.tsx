/** Exports: what was asked for, how far each is, its files. */
import { useEffect, useState } from "preact/hooks";
import { getExports } from "../../api/exportCalls";
import * as store from "../../api/store";
import type { Export } from "../../api/types";
import { isOpen } from "../../lib/exports";
import { words } from "../../lib/preferences";
import { Icon } from "../../ui/Icon";
import { Empty, Fault, Loading } from "../../ui/parts";
import { explain } from "../actions";
import { Archives } from "./Archives";
import { DeleteDialog, Deletions } from "./Deletions";
import { ExportPanel } from "./ExportPanel";
import { MakeDialog } from "./MakeDialog";
import { Targets } from "./Targets";

/** How far an export is is not on the feed. */
const RUNNING_MS = 1000;
const IDLE_MS = 10_000;

export function Exports() {
  const w = words.value.exports;
  const [all, setAll] = useState<readonly Export[] | null>(null);
  const [older, setOlder] = useState<readonly Export[]>([]);
  const [next, setNext] = useState<string | null>(null);
  const [fault, setFault] = useState("");
  const [making, setMaking] = useState(false);
  const [deleting, setDeleting] = useState(false);
  const [again, setAgain] = useState(0);
  const running = all?.some(isOpen) ?? false;

  useEffect(() => {
    let current = true;
    const load = async (): Promise<void> => {
      const answer = await getExports(null);
      if (!current) return;
      if (answer.ok) {
        setAll(answer.data.items);
        setNext((before) => before ?? answer.data.next);
      }
      setFault(answer.ok ? "" : explain(answer.problem));
    };
    void load();
    const timer = setInterval(() => void load(), running ? RUNNING_MS : IDLE_MS);
    return () => {
      current = false;
      clearInterval(timer);
    };
  }, [again, running]);

  const reload = (): void => setAgain((count) => count + 1);
  const more = async (): Promise<void> => {
    const answer = await getExports(next);
    if (!answer.ok) return setFault(explain(answer.problem));
    setOlder([...older, ...answer.data.items]);
    setNext(answer.data.next);
  };
  const newest = new Set(all?.map((one) => one.id));
  const shown = [...(all ?? []), ...older.filter((one) => !newest.has(one.id))];
  return (
    <section class="document exports">
      <div class="page-head">
        <h1>{w.title}</h1>
        <span class="push" />
        {store.mayDelete.value && (
          <button type="button" class="quiet" onClick={() => setDeleting(true)}>
            {words.value.deletions.make}
          </button>
        )}
        {store.mayExport.value && (
          <button type="button" class="primary" onClick={() => setMaking(true)}>
            <Icon name="download" size={16} />
            {w.make}
          </button>
        )}
      </div>
      <p class="muted">
        {w.help} {!store.mayExport.value && words.value.grants.notGiven}
      </p>
      {fault && <Fault>{fault}</Fault>}
      {!all && !fault && <Loading />}
      {all && shown.length === 0 && <Empty icon="download" title={w.empty} help={w.emptyHelp} />}
      <ul class="export-list">
        {shown.map((one) => (
          <ExportPanel key={one.id} one={one} changed={reload} />
        ))}
      </ul>
      {next && (
        <button type="button" class="quiet" onClick={() => void more()}>
          {w.more}
        </button>
      )}
      <Deletions changed={again} />
      {store.mayAct.value && <Archives />}
      {store.mayAct.value && <Targets />}
      {deleting && (
        <DeleteDialog
          close={() => {
            setDeleting(false);
            reload();
          }}
        />
      )}
      {making && (
        <MakeDialog
          close={() => {
            setMaking(false);
            reload();
          }}
        />
      )}
    </section>
  );
}
