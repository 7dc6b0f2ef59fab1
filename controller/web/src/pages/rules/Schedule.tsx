/** The hours of the week in which a rule holds, painted on a grid of days and hours; the site's named shifts are a click. */
import { useRef } from "preact/hooks";
import type { Rule } from "../../api/types";
import { words } from "../../lib/preferences";
import { weekSentence } from "../../lib/rules/sentence";
import { DAYS, hourOf, named, painted, weekOf, type Shifts, type Week } from "../../lib/rules/week";
import { Segments } from "../../ui/parts";

const HOURS = Array.from({ length: 24 }, (_, hour) => hour);
const OFFICE: Week = DAYS.map((_, day) => (day < 5 ? [[540, 1080]] : []));
type Holidays = NonNullable<Rule["on_holidays"]>;

export interface ScheduleProps {
  names: readonly string[];
  known: Shifts;
  stem: string;
  holidays: Holidays;
  change: (names: string[], fresh: Shifts, mark?: string) => void;
  changeHolidays: (holidays: Holidays) => void;
}

export function Schedule({ names, known, stem, holidays, change, changeHolidays }: ScheduleProps) {
  const w = words.value.builder;
  const painting = useRef<boolean | null>(null);
  const focus = useRef<readonly [number, number]>([0, 8]);
  const table = useRef<HTMLTableElement>(null);
  const week = weekOf(names, known);
  const put = (next: Week, mark = ""): void => {
    const { names: found, fresh } = named(next, known, stem || w.schedule);
    change(found, fresh, mark);
  };
  const paint = (day: number, hour: number): void => {
    if (painting.current === null || (hourOf(week, day, hour) === "all") === painting.current) return;
    const next = painted(week, day, hour, painting.current);
    if (next.some((spans) => spans.length > 0)) put(next, "week");
  };
  const cellAt = (event: PointerEvent): HTMLElement | null => {
    const found = document.elementFromPoint(event.clientX, event.clientY);
    return found instanceof HTMLElement && table.current?.contains(found) ? found.closest<HTMLElement>("td") : null;
  };
  const begin = (day: number, hour: number): void => {
    painting.current = hourOf(week, day, hour) !== "all";
    paint(day, hour);
  };
  const keys = (event: KeyboardEvent): void => {
    const [day, hour] = focus.current;
    const way = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key];
    if (way) {
      focus.current = [(day + (way[0] ?? 0) + 7) % 7, (hour + (way[1] ?? 0) + 24) % 24];
      table.current?.querySelector<HTMLElement>(`[data-cell="${focus.current.join(" ")}"]`)?.focus();
    } else if (event.key === " " || event.key === "Enter") {
      begin(day, hour);
      painting.current = null;
    } else return;
    event.preventDefault();
  };
  const shifts = Object.keys(known);
  return (
    <fieldset class="field schedule">
      <legend>{w.schedule}</legend>
      <p>{weekSentence(week, words.value)}</p>
      <div class="name-chips">
        <button type="button" aria-pressed={names.length === 0} onClick={() => change([], {})}>
          {w.always}
        </button>
        {shifts.map((name) => (
          <button type="button" key={name} aria-pressed={names.includes(name)} onClick={() => change(names.includes(name) ? names.filter((one) => one !== name) : [...names, name], {})}>
            {name}
          </button>
        ))}
        {names.length === 0 && (
          <button type="button" onClick={() => put(OFFICE)}>
            {w.choose}
          </button>
        )}
      </div>
      <table
        class="week"
        ref={table}
        role="grid"
        aria-label={w.schedule}
        onKeyDown={keys}
        onPointerMove={(event) => {
          if (painting.current === null) return;
          const [day, hour] = (cellAt(event)?.dataset["cell"] ?? "").split(" ").map(Number);
          if (day !== undefined && hour !== undefined) paint(day, hour);
        }}
        onPointerUp={() => (painting.current = null)}
        onPointerCancel={() => (painting.current = null)}
        onPointerLeave={() => (painting.current = null)}
      >
        <thead>
          <tr>
            <td />
            {[0, 6, 12, 18].map((hour) => (
              <th key={hour} colSpan={6} scope="colgroup">
                {hour}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {DAYS.map((name, day) => (
            <tr key={name}>
              <th scope="row">{w.day[name]}</th>
              {HOURS.map((hour) => (
                <td
                  key={hour}
                  role="gridcell"
                  data-cell={`${day} ${hour}`}
                  data-on={hourOf(week, day, hour)}
                  tabIndex={day === focus.current[0] && hour === focus.current[1] ? 0 : -1}
                  aria-selected={hourOf(week, day, hour) !== "none"}
                  aria-label={`${w.day[name]} ${hour}:00`}
                  onFocus={() => (focus.current = [day, hour])}
                  onPointerDown={(event) => {
                    if (event.button !== 0) return;
                    event.currentTarget.releasePointerCapture(event.pointerId);
                    begin(day, hour);
                  }}
                />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      <div class="card-line">
        <span class="muted">{w.holidays}</span>
        <Segments label={w.holidays} value={holidays} options={(["as usual", "off", "only"] as const).map((one) => [one, w.onHolidays[one]] as const)} choose={changeHolidays} />
      </div>
    </fieldset>
  );
}
