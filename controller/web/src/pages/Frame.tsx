/** What stands around the pages before every other: the mark, a title, the choice of language. */
import type { ComponentChildren } from "preact";
import { language, words } from "../lib/preferences";
import { Segments } from "../ui/parts";

export function Frame({ title, help, children }: { title: string; help: string; children: ComponentChildren }) {
  return (
    <main class="login" id="main">
      <div class="login-box">
        <div class="login-mark">
          <img src="/icon.svg" width={28} height={28} alt="" />
          <span>SHT-CCTV</span>
        </div>
        <h1>{title}</h1>
        {help && <p class="muted" id="frame-help">{help}</p>}
        {children}
      </div>
      <Segments
        label={words.value.settings.language}
        value={language.value}
        options={[
          ["ko", "한국어"],
          ["en", "English"],
        ]}
        choose={(value) => (language.value = value)}
      />
    </main>
  );
}
