/** Where a site wants a second factor: it is set up before anything else. */
import { words } from "../lib/preferences";
import { SetUp } from "./account/SetUp";
import { leaveSite } from "./actions";
import { Frame } from "./Frame";
import { Proof } from "./Proof";

export function FirstFactor() {
  const w = words.value;
  return (
    <Frame title={w.account.firstTitle} help={w.account.firstHelp}>
      <SetUp done={() => undefined} />
      <Proof />
      <button type="button" class="quiet" onClick={() => void leaveSite()}>
        {w.settings.signOut}
      </button>
    </Frame>
  );
}
