/** Asks before a rule is deleted, and says what refers to it. */
import { useEffect, useState } from "preact/hooks";
import { getDestinations } from "../../api/messageCalls";
import * as store from "../../api/store";
import type { Rule } from "../../api/types";
import { words } from "../../lib/preferences";
import { Dialog } from "../../ui/Dialog";
import { save } from "./save";

export function DeleteRule({ rule, close, done }: { rule: Rule; close: () => void; done: () => void }) {
  const w = words.value.builder;
  const [told, setTold] = useState<string[]>([]);
  useEffect(() => {
    void getDestinations().then((answer) => answer.ok && setTold(answer.data.filter((one) => one.lines?.some((line) => line.rule === rule.name)).map((one) => one.name)));
  }, [rule.name]);
  const open = store.openAlarms.value.filter((alarm) => alarm.rule === rule.id).length;
  return (
    <Dialog
      title={w.deleteTitle(store.shownName(rule.name))}
      about={w.deleteHelp}
      deed={w.delete}
      close={close}
      submit={async () => {
        const refused = await save({ changes: [{ base: rule, mine: null }] });
        if (!refused) done();
        return refused?.text ?? null;
      }}
    >
      {(open > 0 || told.length > 0) && (
        <ul class="refers">
          {open > 0 && <li>{w.refersAlarms(open)}</li>}
          {told.length > 0 && <li>{w.refersMessages(told.join(", "))}</li>}
        </ul>
      )}
    </Dialog>
  );
}
