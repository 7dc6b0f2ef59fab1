/** The setting of alarms on the desktop: the browser is asked only when a person switches it on. */
import { allowNotices, notice, noticeState } from "../lib/notices";
import { noticesWanted, words } from "../lib/preferences";
import { Segments } from "../ui/parts";

export function Notices() {
  const w = words.value.presence;
  const state = noticeState.value;
  const on = noticesWanted.value && state === "granted";
  const choose = async (value: "on" | "off"): Promise<void> => {
    noticesWanted.value = value === "on" && (await allowNotices()) === "granted";
  };
  return (
    <section class="setting">
      <h2>{w.notices}</h2>
      <div>
        {state !== "unsupported" && (
          <div class="card-line">
            <Segments
              label={w.notices}
              value={on ? "on" : "off"}
              options={[
                ["on", w.noticesOn],
                ["off", w.noticesOff],
              ]}
              choose={(value) => void choose(value)}
            />
            {on && (
              <button type="button" class="quiet" onClick={() => notice(w.testTitle, w.testBody, "test", () => undefined)}>
                {w.test}
              </button>
            )}
          </div>
        )}
        <p class={state === "denied" ? "bad" : "muted"} role="status">
          {state === "unsupported" ? w.unsupported : state === "denied" ? w.denied : w.noticesHelp}
        </p>
      </div>
    </section>
  );
}
