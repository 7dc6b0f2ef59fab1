/** What is drawn over the pictures, each part switchable by itself. */
import { agesWanted, boxesWanted, figuresWanted, masksWanted, namesWanted, words, zonesWanted } from "../../lib/preferences";
import { Icon } from "../../ui/Icon";

export function Overlays() {
  const w = words.value.wall;
  const o = words.value.overlay;
  const switches = [
    [boxesWanted, o.boxes, "B"],
    [namesWanted, o.names, "N"],
    [agesWanted, o.ages, ""],
    [zonesWanted, o.zones, "Z"],
    [masksWanted, o.masks, "M"],
    [figuresWanted, o.figures, "I"],
  ] as const;
  return (
    <details class="menu">
      <summary class="quiet" title={o.title}>
        <Icon name="boxes" size={16} />
        <span class="wide-only">{o.title}</span>
        <span class="unseen narrow-only">{o.title}</span>
      </summary>
      <fieldset class="menu-list">
        <legend class="unseen">{o.title}</legend>
        {switches.map(([wanted, text, key]) => (
          <label key={text} class="menu-item">
            <input type="checkbox" checked={wanted.value} onChange={(event) => (wanted.value = event.currentTarget.checked)} />
            <span>{text}</span>
            {key && <kbd class="muted wide-only">{key}</kbd>}
          </label>
        ))}
        <p class="muted menu-note">{w.keys}</p>
      </fieldset>
    </details>
  );
}
