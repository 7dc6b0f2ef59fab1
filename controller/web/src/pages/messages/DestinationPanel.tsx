/** One destination: how it fares and why, what it is told of, and what can be done with it. */
import { useState } from "preact/hooks";
import { changeDestination, getDeliveries, testDestination } from "../../api/messageCalls";
import * as store from "../../api/store";
import type { Delivery, Destination } from "../../api/types";
import { age, clockTime, dateTime } from "../../lib/format";
import { fareOf, faultOf, isUnsettled, toldOf, type Fare } from "../../lib/messages";
import { language, words } from "../../lib/preferences";
import { sentence } from "../../lib/said";
import { Icon, type IconName } from "../../ui/Icon";
import { Chip, Fault } from "../../ui/parts";
import { explain } from "../actions";
import { now_ms } from "../place";

const ICONS: Record<Fare, IconName> = { well: "check", untried: "clock", failing: "medium", dead: "high", paused: "pause" };
const POLL_MS = 500;
const MOST_POLLS = 80;

interface PanelProps {
  one: Destination;
  changed: () => void;
  edit: () => void;
  remove: () => void;
}

export function DestinationPanel({ one, changed, edit, remove }: PanelProps) {
  const w = words.value.messages;
  const fare = fareOf(one);
  const session = store.session.value;
  const me = session.kind === "in" ? session.session.username : "";
  const [busy, setBusy] = useState(false);
  const [tried, setTried] = useState<Delivery | null>(null);
  const [fault, setFault] = useState("");

  const test = async (): Promise<void> => {
    setBusy(true);
    setTried(null);
    const asked = await testDestination(one.name);
    if (asked.ok) {
      setFault("");
      setTried(await settled(asked.data, setTried));
    } else setFault(explain(asked.problem));
    setBusy(false);
    changed();
  };
  const pause = async (): Promise<void> => {
    const answer = await changeDestination(one, { enabled: !one.enabled });
    setFault(answer.ok ? "" : explain(answer.problem));
    changed();
  };
  const why = sentence(one.last_error_said, one.last_error, words.value);
  return (
    <article class="panel destination" aria-label={one.name}>
      <header class="card-line">
        <h3>{one.name}</h3>
        <span class="muted">{w.schemes[one.scheme] ?? one.scheme}</span>
        <span class="push" />
        <span class={fare === "dead" ? "fare bad" : "fare muted"}>
          <Icon name={ICONS[fare]} size={16} />
          {w.state[fare]}
        </span>
      </header>
      {one.shut && <Fault>{w.shut}</Fault>}
      {one.dead_since !== null && (
        <p class="bad" role="status">
          {w.deadSince(dateTime(Date.parse(one.dead_since)))} {why}
        </p>
      )}
      {fare === "failing" && (
        <p>
          {w.failures(one.failures)}: {why}
        </p>
      )}
      <p>{toldOf(one.lines ?? [], words.value, store.shownName)}</p>
      <p class="muted destination-facts">
        <span>{one.last_ok_at === null ? w.neverOk : w.lastOk(age(now_ms.value - Date.parse(one.last_ok_at), language.value))}</span>
        <span>{one.language === "ko" ? "한국어" : "English"}</span>
        {one.owner !== null && one.owner !== me && <Chip icon="person">{one.owner}</Chip>}
        {one.waiting > 0 && <Chip icon="clock">{w.waiting(one.waiting)}</Chip>}
        {one.pictures && <Chip icon="photo">{w.withPictures}</Chip>}
        {one.private && <Chip>{w.inPrivate}</Chip>}
      </p>
      <div class="detail-actions">
        <button type="button" disabled={busy || !one.enabled} title={one.enabled ? undefined : w.state.paused} onClick={() => void test()}>
          {w.test}
        </button>
        <button type="button" onClick={edit}>
          {w.edit}
        </button>
        <button type="button" class="quiet" onClick={() => void pause()}>
          {one.enabled ? w.pause : w.resume}
        </button>
        <button type="button" class="quiet" onClick={remove}>
          {w.remove}
        </button>
      </div>
      <div class="outcome" role="status">{tried && <Tried message={tried} busy={busy} />}</div>
      {fault && <Fault>{fault}</Fault>}
    </article>
  );
}

function Tried({ message, busy }: { message: Delivery; busy: boolean }) {
  const w = words.value.messages;
  if (message.state === "delivered")
    return (
      <p class="fare">
        <Icon name="check" size={16} /> {w.testOk(clockTime(Date.parse(message.done_at ?? message.created_at)))}
      </p>
    );
  if (!isUnsettled(message)) return <Fault>{w.testFailed(faultOf(message, words.value))}</Fault>;
  return <p class="muted">{busy ? w.testing : w.testWaits}</p>;
}

/** Ask for a message's receipt until nothing more becomes of it, or long enough. */
async function settled(message: Delivery, tell: (state: Delivery) => void): Promise<Delivery> {
  let now = message;
  for (let poll = 0; poll < MOST_POLLS && isUnsettled(now); poll++) {
    tell(now);
    await new Promise((done) => setTimeout(done, POLL_MS));
    const answer = await getDeliveries({ destination: message.destination });
    if (answer.ok) now = answer.data.find((one) => one.id === message.id) ?? now;
  }
  return now;
}
