/** The two views of the alarms: the list to work off, and the review to look through. */
import { words } from "../../lib/preferences";
import { formatRoute } from "../../lib/route";

export function Views({ query }: { query: Readonly<Record<string, string>> }) {
  const w = words.value.review;
  const reviewing = query["view"] === "review";
  const { camera, severity } = query;
  return (
    <nav class="segments views" aria-label={w.views}>
      <a href={formatRoute("alarms", { camera, severity })} aria-current={reviewing ? undefined : "page"}>
        {w.list}
      </a>
      <a href={formatRoute("alarms", { view: "review", camera, severity })} aria-current={reviewing ? "page" : undefined}>
        {w.title}
      </a>
    </nav>
  );
}
