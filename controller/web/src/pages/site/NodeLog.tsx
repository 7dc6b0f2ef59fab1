/** A node's log while somebody looks at it: the newest lines, asked for every two seconds, at most five hundred. */
import { useEffect, useRef, useState } from "preact/hooks";
import { getLog } from "../../api/fleetCalls";
import { words } from "../../lib/preferences";
import { isLoud, kept, readable } from "../../lib/nodeAnswer";
import { Fault } from "../../ui/parts";
import { explain } from "../actions";

const PAUSE_MS = 2000;

export function NodeLog({ node }: { node: string }) {
  const w = words.value.fleet.tools;
  const [lines, setLines] = useState<readonly string[]>([]);
  const [fault, setFault] = useState("");
  const [paused, setPaused] = useState(false);
  const newest = useRef(0);
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (paused) return;
    let current = true;
    let timer = 0;
    const look = async (): Promise<void> => {
      if (!document.hidden) {
        const answer = await getLog(node, newest.current);
        if (!current) return;
        if (!answer.ok) setFault(explain(answer.problem));
        else if (!answer.data.ok) setFault(w.refused(answer.data.reason));
        else {
          const more = answer.data.lines;
          newest.current = answer.data.newest;
          setFault("");
          if (more.length > 0) setLines((known) => kept(known, more));
        }
      }
      timer = window.setTimeout(() => void look(), PAUSE_MS);
    };
    void look();
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [node, paused]);
  useEffect(() => {
    if (box.current && !paused) box.current.scrollTop = box.current.scrollHeight;
  }, [lines]);
  return (
    <div class="node-log">
      <p class="muted">
        {w.logHelp}{" "}
        <button type="button" class="quiet" aria-pressed={paused} onClick={() => setPaused(!paused)}>
          {paused ? w.goOn : w.paused}
        </button>
      </p>
      {fault && <Fault>{fault}</Fault>}
      <div class="node-lines" ref={box} role="log" aria-label={w.logOf(node)} tabIndex={0}>
        {lines.length === 0 && !fault ? w.nothing : lines.map((line, place) => (
          <p key={`${newest.current - lines.length + place}`} data-loud={isLoud(line) || undefined}>
            {readable(line)}
          </p>
        ))}
      </div>
    </div>
  );
}
