/** The cards of the review under their headings; more are loaded when the end comes near. */
import { useEffect, useRef } from "preact/hooks";
import * as store from "../../api/store";
import { words } from "../../lib/preferences";
import type { Fold, Item, Section } from "../../lib/review";
import { formatRoute } from "../../lib/route";
import { Icon } from "../../ui/Icon";
import { dayText } from "./Days";
import { ReviewCard } from "./ReviewCard";

const AHEAD = "600px";

export interface SectionsProps {
  sections: readonly Section[];
  at: string;
  selected: ReadonlySet<string>;
  isReviewed: (item: Item) => boolean;
  toggle: (id: string) => void;
  hrefOf: (fold: Fold) => Record<string, string | undefined>;
  markAll: (folds: readonly Fold[]) => void;
  more: (() => void) | null;
}

export function Sections(props: SectionsProps) {
  const w = words.value.review;
  return (
    <>
      {props.sections.map((section) => {
        const left = section.folds.flatMap((fold) => fold.items).filter((item) => !props.isReviewed(item)).length;
        const all = section.folds.reduce((count, fold) => count + fold.items.length, 0);
        const heading = headingOf(section);
        return (
          <section key={section.key} class="review-section" aria-label={heading}>
            <header class="review-section-head">
              <h2>{heading}</h2>
              <span class="muted">{w.left(left, all)}</span>
              <button type="button" class="quiet push" disabled={left === 0} onClick={() => props.markAll(section.folds)} aria-label={`${w.markAll}: ${heading}`}>
                <Icon name="check" size={16} />
                {w.markAll}
              </button>
            </header>
            <div class="review-grid">
              {section.folds.map((fold) => (
                <ReviewCard
                  key={fold.id}
                  fold={fold}
                  href={formatRoute("alarms", props.hrefOf(fold))}
                  current={fold.id === props.at}
                  selected={props.selected.has(fold.id)}
                  reviewed={fold.items.every(props.isReviewed)}
                  toggle={() => props.toggle(fold.id)}
                />
              ))}
            </div>
          </section>
        );
      })}
      {props.more && <End more={props.more} />}
    </>
  );
}

function headingOf({ day_ms, place }: Section): string {
  if (place === null) return dayText(day_ms);
  return `${dayText(day_ms)} · ${store.cameraNames.value.get(place) ?? (place || words.value.reason.site)}`;
}

/** What is near the end of the list loads more; a button for those to whom nothing comes near. */
function End({ more }: { more: () => void }) {
  const end = useRef<HTMLButtonElement>(null);
  const newest = useRef(more);
  newest.current = more;
  useEffect(() => {
    const observer = new IntersectionObserver((entries) => entries.some((entry) => entry.isIntersecting) && newest.current(), { rootMargin: AHEAD });
    if (end.current) observer.observe(end.current);
    return () => observer.disconnect();
  }, []);
  return (
    <button type="button" class="quiet more" ref={end} onClick={more}>
      {words.value.search.more}
    </button>
  );
}
