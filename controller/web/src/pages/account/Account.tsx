/** One's own login: second factor, where one is logged in, keys. */
import { words } from "../../lib/preferences";
import { Factor } from "./Factor";
import { Keys } from "./Keys";
import { Sessions } from "./Sessions";

export const ACCOUNT = "account";

export function Account() {
  const w = words.value.account;
  return (
    <>
      <section class="setting">
        <h2>{w.factor}</h2>
        <Factor />
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
