/** One camera's day: how its time divides, and every gap with its cause, each a way into the timeline. */
import { useEffect, useState } from "preact/hooks";
import { getGaps, type ProofDay, type ProofGap } from "../../api/fleetCalls";
import { clockTime, spell } from "../../lib/format";
import { language, words } from "../../lib/preferences";
import { view } from "../../lib/proof";
import { formatRoute } from "../../lib/route";
import { Icon } from "../../ui/Icon";
import { Fact, Facts, Fault, Loading } from "../../ui/parts";
import { explain } from "../actions";

interface Span {
  date: string;
  start_ms: number;
  end_ms: number;
}

export function ProofDetail({ camera, date, day, close }: { camera: string; date: Span; day: ProofDay; close: () => void }) {
  const w = words.value.fleet.proof;
  const cause = words.value.timeline.cause as Record<string, string>;
  const long = (ms: number): string => spell(ms, language.value);
  return (
    <div class="proof-detail">
      <header class="card-line">
        <h4>{date.date}</h4>
        <span class="push" />
        <button type="button" class="icon-button" aria-label={w.close} onClick={close}>
          <Icon name="close" size={16} />
        </button>
      </header>
      <Facts>
        <Fact name={w.counted}>{long(day.counted_ms)}</Fact>
        {(["recorded", "missing", "planned", "untold"] as const).map((part) => (
          <Fact key={part} name={w.part[part]}>
            {long(day[`${part}_ms`])}
          </Fact>
        ))}
      </Facts>
      {day.causes.length > 0 && (
        <ul class="proof-causes" aria-label={w.causes}>
          {day.causes.map((one) => (
            <li key={`${one.cause}/${one.planned}`} data-planned={one.planned || undefined}>
              {cause[one.cause] ?? one.cause}
              {one.planned && ` (${w.planned})`} <span class="muted">{`${long(one.ms)} · ${w.times(one.gaps)}`}</span>
            </li>
          ))}
        </ul>
      )}
      <Gaps key={date.date} camera={camera} date={date} untold={day.untold_ms > 0} />
    </div>
  );
}

function Gaps({ camera, date, untold }: { camera: string; date: Span; untold: boolean }) {
  const w = words.value.fleet.proof;
  const [gaps, setGaps] = useState<readonly ProofGap[] | null>(null);
  const [next, setNext] = useState<string | null>(null);
  const [fault, setFault] = useState("");
  const load = async (cursor: string | null): Promise<void> => {
    const answer = await getGaps(camera, date.start_ms, date.end_ms, cursor);
    if (!answer.ok) return setFault(explain(answer.problem));
    setGaps((known) => [...(cursor ? (known ?? []) : []), ...answer.data.items]);
    setNext(answer.data.next);
    setFault("");
  };
  useEffect(() => void load(null), []);
  if (fault) return <Fault>{fault}</Fault>;
  if (!gaps) return <Loading />;
  if (gaps.length === 0) return <p class="muted">{untold ? w.onlyUntold : w.noGaps}</p>;
  return (
    <>
      <ul class="proof-gaps" aria-label={w.gaps}>
        {gaps.map((gap) => (
          <GapLine key={`${gap.cause}/${gap.start_ms}`} camera={camera} gap={gap} />
        ))}
      </ul>
      {next && (
        <button type="button" onClick={() => void load(next)}>
          {w.more}
        </button>
      )}
    </>
  );
}

function GapLine({ camera, gap }: { camera: string; gap: ProofGap }) {
  const w = words.value;
  const cause = (w.timeline.cause as Record<string, string>)[gap.cause] ?? gap.cause;
  const from = clockTime(gap.start_ms);
  return (
    <li data-planned={gap.planned || undefined}>
      <a href={formatRoute("timeline", { ...view(gap), cameras: camera })} aria-label={w.fleet.proof.open(from)}>
        <Icon name={gap.planned ? "clock" : "medium"} size={16} />
        <span>
          {from}–{clockTime(gap.end_ms)}
        </span>
        <span>
          {cause}
          {gap.planned && ` (${w.fleet.proof.planned})`}
        </span>
        <span class="muted">{spell(gap.end_ms - gap.start_ms, language.value)}</span>
      </a>
    </li>
  );
}
