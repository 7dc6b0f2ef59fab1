/** Asks what the selected alarms turned out to be, with one note for all of them. */
import type { ManyDeed } from "../../api/review";
import type { Alarm, Assessment } from "../../api/types";
import { words } from "../../lib/preferences";
import { Choices, Dialog } from "../../ui/Dialog";

const ASSESSMENTS: readonly Assessment[] = ["true", "false", "nuisance"];
const MOST_NUMBERS = 12;

export interface BulkDialogProps {
  alarms: readonly Alarm[];
  chosen: Assessment | undefined;
  act: (deed: ManyDeed) => Promise<void>;
  close: () => void;
}

export function BulkDialog({ alarms, chosen, act, close }: BulkDialogProps) {
  const w = words.value;
  const submit = async (form: FormData): Promise<string | null> => {
    const assessment = ASSESSMENTS.find((one) => one === form.get("assessment"));
    const note = form.get("note");
    if (!assessment) return w.review.resolveTitle(alarms.length);
    await act({ verb: "resolve", assessment, note: typeof note === "string" ? note : "" });
    return null;
  };
  const numbers = alarms.slice(0, MOST_NUMBERS).map((alarm) => `#${alarm.number}`);
  return (
    <Dialog
      title={w.review.resolveTitle(alarms.length)}
      about={`${numbers.join(", ")}${alarms.length > MOST_NUMBERS ? ", …" : ""}. ${w.review.resolveAbout}`}
      deed={w.review.resolve}
      submit={submit}
      close={close}
    >
      <Choices label={w.alarms.resolveTitle} name="assessment" options={ASSESSMENTS.map((one) => [one, w.assessment[one]] as const)} chosen={chosen} />
      <label>
        {w.alarms.note}
        <textarea name="note" rows={3} maxLength={2000} placeholder={w.alarms.notePlaceholder} />
      </label>
    </Dialog>
  );
}
