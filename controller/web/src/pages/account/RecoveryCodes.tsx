/** Recovery codes, shown this once. */
import { words } from "../../lib/preferences";
import { Icon } from "../../ui/Icon";

export function RecoveryCodes({ codes, done }: { codes: readonly string[]; done: () => void }) {
  const w = words.value.account;
  const file = URL.createObjectURL(new Blob([`SHT-CCTV ${location.host}\n\n${codes.join("\n")}\n`], { type: "text/plain" }));
  return (
    <div class="form factor" role="status">
      <p>{w.codesOnce}</p>
      <ol class="recovery">
        {codes.map((code) => (
          <li key={code}>
            <code>{code}</code>
          </li>
        ))}
      </ol>
      <div class="card-line">
        <a class="button" href={file} download="sht-cctv-recovery.txt">
          <Icon name="download" size={16} /> {w.saveCodes}
        </a>
        <button type="button" class="primary" onClick={done}>
          {w.codesKept}
        </button>
      </div>
    </div>
  );
}
