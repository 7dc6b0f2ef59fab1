/** What both forms of a destination ask for: its language, and what an administrator alone allows. */
import * as store from "../../api/store";
import { words } from "../../lib/preferences";
import { Segments } from "../../ui/parts";

export interface Options {
  language: "ko" | "en";
  pictures: boolean;
  private: boolean;
}

export function Switches({ options, change }: { options: Options; change: (options: Options) => void }) {
  const w = words.value.messages;
  return (
    <>
      <div class="field">
        <span>{w.language}</span>
        <Segments
          label={w.language}
          value={options.language}
          options={[
            ["ko", "한국어"],
            ["en", "English"],
          ]}
          choose={(language) => change({ ...options, language })}
        />
      </div>
      {store.mayConfigure.value ? (
        <div class="choices">
          <Check label={w.pictures} help={w.picturesHelp} on={options.pictures} change={(pictures) => change({ ...options, pictures })} />
          <Check label={w.private} help={w.privateHelp} on={options.private} change={(reach) => change({ ...options, private: reach })} />
        </div>
      ) : (
        <p class="muted">{w.adminsOnly}</p>
      )}
    </>
  );
}

export function Check({ label, help, on, change }: { label: string; help?: string; on: boolean; change: (on: boolean) => void }) {
  return (
    <label class="choice">
      <input type="checkbox" checked={on} onChange={(event) => change(event.currentTarget.checked)} />
      <span>
        {label}
        {help && <span class="muted block">{help}</span>}
      </span>
    </label>
  );
}
