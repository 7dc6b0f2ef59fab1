"""The English of what keeps messages and backups from where they are sent."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from shared.english import Code

DELIVERY: dict["Code", str] = {
    "alarm_backup_failing": (
        "the backup {name} does not reach {destination} ({why}): what is new since then is only here. Put that right "
        "and let it run again (`cctv archive run {name}`)"
    ),
    "alarm_backup_late": (
        "the backup {name} to {destination} is overdue: see whether the role export runs (`cctv status`), and whether "
        "the destination takes what it is sent (`cctv export-destination test {destination}`)"
    ),
    "backup_cancelled": "somebody cancelled its export",
    "backup_deleted": "somebody deleted its export",
    "backup_lost_too_often": "its export was begun too often without getting on",
    "backup_no_room": "no room on the disk of exports, or their quota is used up",
    "backup_store_away": "the store does not answer",
    "backup_target_altered": "the destination gives back other bytes than it was given",
    "backup_target_away": "the destination does not answer",
    "backup_target_full": "the destination is full",
    "backup_target_gone": "its directory or bucket is not there",
    "backup_target_refused": "the destination refuses: its rights or keys",
    "backup_target_shut": "this way out is closed: an administrator opens it under Privacy",
    "backup_target_unknown": "the destination is not known any more",
    "destination_used": "{count} exports or backups are still sent there: cancel or remove them first",
    "send_answered": "the receiver answered {status}",
    "send_broke": "the connection broke",
    "send_full": "the queue of its destination was full",
    "send_garbage": "the answer is not HTTP",
    "send_held": "the service still holds an earlier message",
    "send_over": "it was tried too often or waited too long",
    "send_refused": "the service refused it or cannot be reached",
    "send_refused_with": "the service refused it or cannot be reached (it answered {status})",
    "send_removed": "the destination was removed",
    "send_silent": "no answer in {seconds} s",
    "send_unreachable": "cannot be reached, or is not an address that is allowed",
    "send_unsealed": "cannot be unsealed with this site's key: add the destination again",
}
