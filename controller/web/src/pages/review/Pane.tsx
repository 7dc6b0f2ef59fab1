/** What was opened in the review: an alarm, or an event. */
import { useState } from "preact/hooks";
import * as store from "../../api/store";
import { ActDialog, type Asking } from "../alarms/ActDialog";
import { AlarmDetail } from "../alarms/AlarmDetail";
import { EventDetail } from "./EventDetail";

export function Pane({ query, back }: { query: Readonly<Record<string, string>>; back: () => void }) {
  const [asking, setAsking] = useState<Asking | null>(null);
  const { id, event } = query;
  const alarm = id ? store.alarms.value.get(id) : undefined;
  return (
    <section class="review-pane">
      {id ? <AlarmDetail key={id} id={id} back={back} ask={setAsking} /> : event && <EventDetail key={event} id={event} back={back} />}
      {asking && alarm && <ActDialog asking={asking} alarm={alarm} close={() => setAsking(null)} />}
    </section>
  );
}
