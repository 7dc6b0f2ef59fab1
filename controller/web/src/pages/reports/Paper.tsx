/** What a report says of itself on paper: whose it is, of when, made by whom and when, and whether it names people. */
import { useEffect } from "preact/hooks";
import { serverNow_ms } from "../../api/client";
import * as store from "../../api/store";
import type { Report } from "../../api/types";
import { dateTime } from "../../lib/format";
import { words } from "../../lib/preferences";

export function Paper({ report, about }: { report: Report; about: string }) {
  const r = words.value.reports;
  const state = store.session.value;
  const session = state.kind === "in" ? state.session : null;
  const title = r.paper(session?.site ?? "");
  useTitleOnPaper(`${title} · ${about}`);
  return (
    <div class="paper">
      <p class="paper-title">{title}</p>
      <p>{about}</p>
      <p>
        {r.zoneOfTime(report.timezone)} · {r.made(session?.username ?? "", dateTime(serverNow_ms()))}
      </p>
      <p>{report.people ? r.named : r.anonymous}</p>
    </div>
  );
}

/** A printed file is named by the window's title. */
function useTitleOnPaper(title: string): void {
  useEffect(() => {
    let usual = "";
    const before = (): void => {
      usual = document.title;
      document.title = title;
    };
    const after = (): void => void (document.title = usual);
    addEventListener("beforeprint", before);
    addEventListener("afterprint", after);
    return () => {
      removeEventListener("beforeprint", before);
      removeEventListener("afterprint", after);
    };
  }, [title]);
}
