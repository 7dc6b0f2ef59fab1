/** What can be done with what is selected; what was done last, and the way back. */
import * as store from "../../api/store";
import type { Alarm } from "../../api/types";
import { isOpen, isUnacknowledged } from "../../lib/alarms";
import { words } from "../../lib/preferences";
import { Icon } from "../../ui/Icon";
import type { Reviewing } from "./useReview";

export interface SelectionBarProps {
  review: Reviewing;
  chosen: number;
  alarms: readonly Alarm[];
  mark: () => void;
  acknowledge: () => void;
  resolve: () => void;
  takeAway: () => void;
  clear: () => void;
}

export function SelectionBar({ review, chosen, alarms, mark, acknowledge, resolve, takeAway, clear }: SelectionBarProps) {
  const w = words.value.review;
  const mayAct = store.mayAct.value;
  return (
    <div class="review-selection" data-empty={(chosen === 0 && !review.told && !review.undo) || undefined}>
      <span class="review-told" role="status">
        {chosen > 0 ? w.selected(chosen, alarms.length) : review.told}
      </span>
      {chosen === 0 && review.undo && (
        <button type="button" class="quiet" title="U" onClick={review.undo}>
          {w.undo}
        </button>
      )}
      {chosen > 0 && (
        <>
          <button type="button" title="V" onClick={mark}>
            <Icon name="check" size={16} />
            {w.mark}
          </button>
          {mayAct && alarms.some(isUnacknowledged) && (
            <button type="button" title="A" onClick={acknowledge}>
              {w.acknowledge}
            </button>
          )}
          {mayAct && alarms.some(isOpen) && (
            <button type="button" title="R" onClick={resolve}>
              {w.resolve}
            </button>
          )}
          {store.mayExport.value && alarms.some((alarm) => alarm.camera !== null) && (
            <button type="button" title="E" onClick={takeAway}>
              {w.export}
            </button>
          )}
          <button type="button" class="quiet" title="Esc" onClick={clear}>
            {w.clear}
          </button>
        </>
      )}
    </div>
  );
}
