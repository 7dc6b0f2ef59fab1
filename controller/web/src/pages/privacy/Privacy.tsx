/** What the site does with pictures of people: what is kept and for how long, who may see what, which ways lead out, the notice. */
import { useEffect, useState } from "preact/hooks";
import { loadMasks, masks } from "../../api/masks";
import { getPrivacy, type Privacy as Told } from "../../api/privacy";
import { getRetention } from "../../api/retentionCalls";
import * as store from "../../api/store";
import type { Retention } from "../../api/types";
import { words } from "../../lib/preferences";
import { formatRoute } from "../../lib/route";
import { Chip, Fault, Loading } from "../../ui/parts";
import { explain } from "../actions";
import { PURPOSES } from "../keeping/RetentionDialog";
import { NoticeForm } from "./NoticeForm";
import { Ways } from "./Ways";

export const PRIVACY = "privacy";
/** Footage that is kept for longer needs a reason. */
const LONG_DAYS = 30;
/** Rules of keeping, rights and ways are changed elsewhere: what hangs beside the cameras is as they are now. */
const LOOK_MS = 15_000;

export function Privacy() {
  const w = words.value.privacy;
  const [told, setTold] = useState<Told | null>(null);
  const [kept, setKept] = useState<Retention | null>(null);
  const [fault, setFault] = useState("");
  useEffect(() => {
    let current = true;
    const load = async (): Promise<void> => {
      const [privacy, retention] = await Promise.all([getPrivacy(), getRetention(), loadMasks()]);
      if (!current) return;
      // The notice stays as it was begun with: somebody may be writing it.
      if (privacy.ok) setTold((before) => (before ? { ...privacy.data, notice: before.notice, tag: before.tag } : privacy.data));
      setFault(privacy.ok ? "" : explain(privacy.problem));
      if (retention.ok) setKept(retention.data);
    };
    void load();
    const timer = setInterval(() => void load(), LOOK_MS);
    return () => {
      current = false;
      clearInterval(timer);
    };
  }, []);
  if (!store.mayConfigure.value) return <p class="muted">{w.adminsOnly}</p>;
  if (!told) return fault ? <Fault>{fault}</Fault> : <Loading />;
  const longest = kept ? Math.max(kept.default_days, ...kept.cameras.flatMap((one) => Object.values(one.days))) : 0;
  return (
    <div class="privacy">
      <div class="no-print">
        <p class="muted">{w.about}</p>
        {kept && <Keeping kept={kept} />}
        {kept && <Besides days={longest} />}
        {longest > LONG_DAYS && <p>{told.notice.longer ? w.longBecause(longest, told.notice.longer) : <Fault>{w.long(longest)}</Fault>}</p>}
        <Holders told={told} />
        <Ways told={told} changed={(next) => setTold({ ...told, ways: next.ways })} />
      </div>
      <NoticeForm told={told} days={longest} saved={setTold} />
    </div>
  );
}

function Keeping({ kept }: { kept: Retention }) {
  const w = words.value.privacy;
  const r = words.value.retention;
  const cameras = store.cameras.value ?? [];
  return (
    <section>
      <h2>{w.kept}</h2>
      <p class="muted">{w.keptHelp}</p>
      <div class="table-scroll">
        <table class="stacking">
          <thead>
            <tr>
              <th scope="col">{r.camera}</th>
              {PURPOSES.map((one) => (
                <th key={one} scope="col">
                  {r.purposes[one]}
                </th>
              ))}
              <th scope="col">{w.masks}</th>
              <th scope="col">{w.sound}</th>
            </tr>
          </thead>
          <tbody>
            {cameras.map((camera) => {
              const days = kept.cameras.find((one) => one.camera === camera.id)?.days;
              return (
                <tr key={camera.id}>
                  <th scope="row">
                    {camera.name || camera.id} <span class="muted block">{camera.id}</span>
                  </th>
                  {PURPOSES.map((one) => (
                    <td key={one} data-name={r.purposes[one]}>
                      {r.some(days?.[one] ?? kept.default_days)}
                    </td>
                  ))}
                  <td data-name={w.masks}>{masks.value.get(camera.id)?.privacy.length || w.none}</td>
                  <td data-name={w.sound}>{camera.has_audio ? w.live : w.off}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function Besides({ days }: { days: number }) {
  const w = words.value.privacy;
  return (
    <section>
      <h2>{w.besides}</h2>
      <table class="stacking besides">
        <tbody>
          {w.beside.map(([name, long]) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td>{long(days)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Holders({ told }: { told: Told }) {
  const w = words.value.privacy;
  return (
    <section>
      <div class="page-head">
        <h2>{w.holders}</h2>
        <span class="push" />
        <a class="link" href={formatRoute("settings", { view: "people" })}>
          {words.value.people.title}
        </a>
        <a class="link" href={formatRoute("settings", { view: "audit", group: "views" })}>
          {w.looked}
        </a>
      </div>
      <ul class="chips">
        {told.rights.map((one) => (
          <li key={one.right}>
            <Chip>{`${words.value.grants.right[one.right]} ${w.people(one.people)}`}</Chip>
          </li>
        ))}
      </ul>
    </section>
  );
}
