/** Changes what a destination is told of, in which language, and what may be sent to it. */
import { useState } from "preact/hooks";
import { changeDestination, putLines, type DestinationChange } from "../../api/messageCalls";
import type { Destination, SubscriptionLine } from "../../api/types";
import { words } from "../../lib/preferences";
import { Dialog } from "../../ui/Dialog";
import { explain } from "../actions";
import { Lines } from "./Lines";
import { Switches, type Options } from "./Switches";

export function EditDialog({ one, close }: { one: Destination; close: () => void }) {
  const w = words.value.messages;
  const before = one.lines ?? [];
  const [lines, setLines] = useState<readonly SubscriptionLine[]>(before);
  const [options, setOptions] = useState<Options>({ language: one.language, pictures: one.pictures, private: one.private });

  const submit = async (): Promise<string | null> => {
    const change: DestinationChange = {};
    if (options.language !== one.language) change.language = options.language;
    if (options.pictures !== one.pictures) change.pictures = options.pictures;
    if (options.private !== one.private) change.private = options.private;
    let tag = one.tag;
    if (Object.keys(change).length > 0) {
      const answer = await changeDestination(one, change);
      if (!answer.ok) return explain(answer.problem);
      tag = answer.data.tag;
    }
    if (lines !== before) {
      const answer = await putLines(one.name, tag, lines);
      if (!answer.ok) return explain(answer.problem);
    }
    return null;
  };
  return (
    <Dialog title={w.editTitle(one.name)} about={w.help} deed={w.save} submit={submit} close={close} wide>
      <Lines lines={lines} change={setLines} />
      <Switches options={options} change={setOptions} />
    </Dialog>
  );
}
