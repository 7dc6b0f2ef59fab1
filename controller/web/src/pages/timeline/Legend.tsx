/** What the shapes of the rows mean. */
import { words } from "../../lib/preferences";

export function Legend() {
  const w = words.value.timeline;
  const names = [
    ["retrieved", w.state.retrieved],
    ["retrieving", w.state.retrieving],
    ["retrievable", w.state.retrievable],
    ["gap", w.gaps],
    ["heat", w.heat],
    ["alarm", w.alarms],
  ] as const;
  return (
    <ul class="legend" aria-label={w.legend}>
      {names.map(([kind, name]) => (
        <li key={kind}>
          <i data-kind={kind} aria-hidden="true" />
          {name}
        </li>
      ))}
    </ul>
  );
}
