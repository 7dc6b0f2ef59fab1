/** The one-time code of somebody, as an address to send on: it is shown this once. */
import type { Invitation } from "../../api/types";
import { dateTime } from "../../lib/format";
import { words } from "../../lib/preferences";
import { Icon } from "../../ui/Icon";
import { Command } from "../../ui/parts";

export function Invited({ invitation, close }: { invitation: Invitation; close: () => void }) {
  const w = words.value.people;
  return (
    <div class="panel" role="status">
      <div class="card-line">
        <strong>{w.invited(invitation.user.name)}</strong>
        <span class="push" />
        <button type="button" class="icon-button" onClick={close} aria-label={w.close}>
          <Icon name="close" />
        </button>
      </div>
      <p>{w.once(dateTime(Date.parse(invitation.until)).slice(0, 16))}</p>
      <Command text={`${location.origin}/#/login?code=${invitation.code}`} />
    </div>
  );
}
