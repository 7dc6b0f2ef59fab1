/** One's own login: second factor, where one is logged in, keys. */
import { session } from "../../api/store";
import { words } from "../../lib/preferences";
import { Factor } from "./Factor";
import { Keys } from "./Keys";
import { Sessions } from "./Sessions";

export const ACCOUNT = "account";

export function Account() {
  const w = words.value.account;
  const provider = session.value.kind === "in" ? session.value.session.provider : null;
  return (
    <>
      <section class="setting">
        <h2>{w.factor}</h2>
        {provider ? <p class="muted">{words.value.oidc.by(provider)}</p> : <Factor />}
      </section>
      <section class="setting">
        <h2>{w.sessions}</h2>
        <Sessions name={null} />
      </section>
      <section class="setting">
        <h2>{w.keys}</h2>
        <Keys name={null} />
      </section>
    </>
  );
}
