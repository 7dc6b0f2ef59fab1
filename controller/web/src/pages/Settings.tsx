/** Language, appearance, sound, one's own password, and what runs here; messages to people have a part of their own. */
import { useState } from "preact/hooks";
import * as store from "../api/store";
import { providerName } from "../lib/format";
import { language, soundWanted, theme, words } from "../lib/preferences";
import { sentence } from "../lib/said";
import { ring, unlockSound } from "../lib/sound";
import { formatRoute } from "../lib/route";
import { Fact, Facts, Segments } from "../ui/parts";
import { Account, ACCOUNT } from "./account/Account";
import { leaveSite } from "./actions";
import { Audit, AUDIT } from "./audit/Audit";
import { Messages } from "./messages/Messages";
import { Models } from "./models/Models";
import { Notices } from "./Notices";
import { People } from "./people/People";
import { PasswordForm } from "./PasswordForm";
import { Privacy, PRIVACY } from "./privacy/Privacy";
import { route, useTop } from "./place";

const MESSAGES = "messages";
const PEOPLE = "people";
const MODELS = "models";

export function Settings() {
  const w = words.value;
  const tabs: readonly (readonly [string, string])[] = [
    [ACCOUNT, w.account.title],
    [MESSAGES, w.messages.title],
    ...(store.mayConfigure.value ? ([[PEOPLE, w.people.title], [MODELS, w.models.title], [AUDIT, w.audit.title], [PRIVACY, w.privacy.title]] as const) : []),
  ];
  const asked = route.value.query["view"];
  useTop(asked ?? "");
  const view = [ACCOUNT, MESSAGES, PEOPLE, MODELS, AUDIT, PRIVACY].find((one) => one === asked);
  return (
    <div class={view ? "document" : "document settings"}>
      <header class="page-head">
        <h1>{w.settings.title}</h1>
        <nav class="tabs" aria-label={w.messages.tabs}>
          <a href={formatRoute("settings")} aria-current={view ? undefined : "page"}>
            {w.messages.general}
          </a>
          {tabs.map(([one, title]) => (
            <a key={one} href={formatRoute("settings", { view: one })} aria-current={one === view ? "page" : undefined}>
              {title}
            </a>
          ))}
        </nav>
      </header>
      {view === ACCOUNT ? <Account /> : view === MESSAGES ? <Messages /> : view === PEOPLE ? <People /> : view === MODELS ? <Models /> : view === AUDIT ? <Audit /> : view === PRIVACY ? <Privacy /> : <General />}
    </div>
  );
}

function General() {
  const w = words.value.settings;
  const state = store.session.value;
  const system = store.system.value;
  const [changed, setChanged] = useState(false);
  if (state.kind !== "in") return null;
  const { session } = state;
  return (
    <>
      <section class="setting">
        <h2>{w.language}</h2>
        <Segments
          label={w.language}
          value={language.value}
          options={[
            ["ko", "한국어"],
            ["en", "English"],
          ]}
          choose={(value) => (language.value = value)}
        />
      </section>
      <section class="setting">
        <h2>{w.theme}</h2>
        <Segments
          label={w.theme}
          value={theme.value}
          options={[
            ["dark", w.dark],
            ["light", w.light],
            ["system", w.system],
          ]}
          choose={(value) => (theme.value = value)}
        />
      </section>
      <section class="setting">
        <h2>{w.sound}</h2>
        <div class="card-line">
          <Segments
            label={w.sound}
            value={soundWanted.value ? "on" : "off"}
            options={[
              ["on", w.soundOn],
              ["off", w.soundOff],
            ]}
            choose={(value) => (soundWanted.value = value === "on")}
          />
          <button type="button" class="quiet" onClick={() => void unlockSound().then((ready) => ready && ring("high"))}>
            {words.value.sound.test}
          </button>
        </div>
      </section>
      <Notices />
      <section class="setting">
        <h2>{w.account}</h2>
        <div class="card-line">
          <span>
            {session.username} <span class="muted">{words.value.role[session.role]}</span>
          </span>
          <button type="button" onClick={() => void leaveSite()}>
            {w.signOut}
          </button>
        </div>
      </section>
      <section class="setting">
        <h2>{w.password}</h2>
        {session.provider ? (
          <p class="muted">{words.value.oidc.by(session.provider)}</p>
        ) : (
          <div>
            <PasswordForm username={session.username} needsCurrent factor={session.second_factor} submit={w.change} done={() => setChanged(true)} />
            <p class="muted" role="status">
              {changed && w.changed}
            </p>
          </div>
        )}
      </section>
      <section class="setting">
        <h2>{w.about}</h2>
        <Facts>
          <Fact name={w.siteName}>
            {session.site}
            {session.demo && <span class="muted block">{words.value.common.demoNote}</span>}
          </Fact>
          {system && (
            <>
              <Fact name={w.version}>{system.version}</Fact>
              <Fact name={w.model}>
                {system.model}
                {system.model_note && <span class="muted block">{sentence(system.model_said, system.model_note, words.value)}</span>}
              </Fact>
              <Fact name={w.provider}>
                {system.models.length < 2 && providerName(system.provider)}
                {system.models.map((one) => (
                  <span key={one.sha256 + one.name} class={system.models.length < 2 ? "" : "block"}>
                    {system.models.length > 1 && `${one.name}: ${providerName(one.provider)}`}
                    {one.fallback && <span class="muted block">{sentence(one.fallback_said, one.fallback, words.value)}</span>}
                  </span>
                ))}
              </Fact>
              <Fact name={w.verification}>
                {w.verificationState[system.verification]}
                {system.verification_reason && (
                  <span class="muted block">{sentence(system.verification_said, system.verification_reason, words.value)}</span>
                )}
              </Fact>
            </>
          )}
        </Facts>
        <p class="muted">
          <a class="link" href="/licences.txt" target="_blank" rel="noreferrer">
            {w.licences}
          </a>
        </p>
      </section>
    </>
  );
}
