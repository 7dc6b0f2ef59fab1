/** Where messages go: one's own destinations, for administrators everyone's; quiet hours, and what became of each message. */
import { useEffect, useState } from "preact/hooks";
import { getDestinations } from "../../api/messageCalls";
import * as store from "../../api/store";
import type { Destination } from "../../api/types";
import { inOrder } from "../../lib/messages";
import { words } from "../../lib/preferences";
import { Icon } from "../../ui/Icon";
import { Command, Empty, Fault, Loading } from "../../ui/parts";
import { explain } from "../actions";
import { AddDialog } from "./AddDialog";
import { DestinationPanel } from "./DestinationPanel";
import { EditDialog } from "./EditDialog";
import { QuietHours } from "./QuietHours";
import { ReceiptTable } from "./Receipts";
import { RemoveDialog } from "./RemoveDialog";

/** How destinations fare is not on the feed. */
const AGAIN_MS = 10_000;

type Opened = { what: "add" } | { what: "edit" | "remove"; one: Destination };

export function Messages() {
  const w = words.value.messages;
  const [all, setAll] = useState<readonly Destination[] | null>(null);
  const [fault, setFault] = useState("");
  const [opened, setOpened] = useState<Opened | null>(null);
  const [key, setKey] = useState<{ name: string; text: string } | null>(null);
  const [again, setAgain] = useState(0);
  const reload = (): void => setAgain((count) => count + 1);

  useEffect(() => {
    let current = true;
    const load = async (): Promise<void> => {
      const answer = await getDestinations();
      if (!current) return;
      if (answer.ok) setAll(inOrder(answer.data));
      setFault(answer.ok ? "" : explain(answer.problem));
    };
    void load();
    const timer = setInterval(() => void load(), AGAIN_MS);
    return () => {
      current = false;
      clearInterval(timer);
    };
  }, [again]);

  if (!all) return fault ? <Fault>{fault}</Fault> : <Loading />;
  const close = (): void => {
    setOpened(null);
    reload();
  };
  return (
    <>
      <section>
        <div class="page-head">
          <p class="muted">{w.help}</p>
          <span class="push" />
          {all.length > 0 && <AddButton open={() => setOpened({ what: "add" })} />}
        </div>
        {fault && <Fault>{fault}</Fault>}
        {key && <SigningKey name={key.name} text={key.text} done={() => setKey(null)} />}
        {all.length === 0 ? (
          <Empty icon="out" title={w.empty} help={w.emptyHelp}>
            <AddButton open={() => setOpened({ what: "add" })} />
          </Empty>
        ) : (
          <Groups all={all} changed={reload} open={setOpened} />
        )}
      </section>
      <QuietHours />
      <ReceiptTable destinations={all.map((one) => one.name)} again={again} />
      {opened?.what === "add" && (
        <AddDialog taken={all.map((one) => one.name)} close={close} made={({ destination, key: text }) => text && setKey({ name: destination.name, text })} />
      )}
      {opened?.what === "edit" && <EditDialog one={opened.one} close={close} />}
      {opened?.what === "remove" && <RemoveDialog one={opened.one} close={close} />}
    </>
  );
}

function AddButton({ open }: { open: () => void }) {
  return (
    <button type="button" class="primary" onClick={open}>
      {words.value.messages.add}
    </button>
  );
}

/** One's own first; an administrator sees the site's and other people's too. */
function Groups({ all, changed, open }: { all: readonly Destination[]; changed: () => void; open: (what: Opened) => void }) {
  const w = words.value.messages;
  const state = store.session.value;
  const me = state.kind === "in" ? state.session.username : "";
  const groups: [string, readonly Destination[]][] = [
    [w.mine, all.filter((one) => one.owner === me)],
    [w.site, all.filter((one) => one.owner === null)],
    [w.others, all.filter((one) => one.owner !== null && one.owner !== me)],
  ];
  return (
    <>
      {groups.map(
        ([title, some], place) =>
          (some.length > 0 || place === 0) && (
            <section key={title}>
              <h2>{title}</h2>
              {some.length === 0 && <p class="muted">{w.noneOwn}</p>}
              <div class="panels">
                {some.map((one) => (
                  <DestinationPanel
                    key={one.name}
                    one={one}
                    changed={changed}
                    edit={() => open({ what: "edit", one })}
                    remove={() => open({ what: "remove", one })}
                  />
                ))}
              </div>
            </section>
          ),
      )}
    </>
  );
}

/** The key of a webhook's signatures, until the person says that it is kept. */
function SigningKey({ name, text, done }: { name: string; text: string; done: () => void }) {
  const w = words.value.messages;
  return (
    <div class="panel" role="status">
      <p>
        <Icon name="medium" size={16} /> {w.keyHelp(name)}
      </p>
      <Command text={text} />
      <button type="button" onClick={done}>
        {w.keyKept}
      </button>
    </div>
  );
}
