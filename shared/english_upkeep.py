"""The English of the site's own housekeeping: its nightly backup, its sweep, its scrub."""

from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from shared.english import Code

UpkeepCode = Literal[
    "alarm_scrub_stopped", "alarm_scrub_wrong", "alarm_second_away", "alarm_second_differs", "alarm_second_full",
    "alarm_second_unnamed", "alarm_site_backup_none", "alarm_site_backup_old", "alarm_sweep_waits",
    "second_store_none", "sweep_changed", "sweep_none",
]  # fmt: skip

UPKEEP: dict["Code", str] = {
    "alarm_scrub_stopped": "{count} stored recordings are missing or have other bytes than were announced, and nothing "
    "more is read or asked for: is it the right store, and whole? `cctv fsck` tells all of them",
    "alarm_scrub_wrong": "stored recordings are not what was announced: {missing} missing, {other} with other bytes; "
    "{asked} were asked of their nodes again. Look at the store's disk; the audit names them, `cctv fsck --deep` "
    "reads all of them",
    "alarm_second_away": "the second store takes and gives nothing: what was moved there cannot be played, and nothing "
    "is moved. See whether its disk is mounted, its server runs and its keys are right (a new directory is made ready "
    "once: `cctv retention second --prepare`)",
    "alarm_second_differs": "the second store gives back other bytes than it was given, and nothing more is moved: "
    "look at its disk. Nothing was deleted in the first",
    "alarm_second_full": "the second store is full, and nothing more is moved: give it room, or keep footage for less "
    "time",
    "alarm_second_unnamed": "{count} recordings lie in a second store that the settings do not name: they cannot be "
    "played, and retention cannot delete them. Put [store.second] back into the settings and restart",
    "alarm_site_backup_none": "the site has no backup that was put back on trial: `cctv backup create --try` says what "
    "keeps it from being made, and [backup] in the settings where it goes",
    "alarm_site_backup_old": "the last good backup of the site is {hours} hours old: `cctv status` tells what the last "
    "one failed of; put that right, and see whether the role sweep runs",
    "alarm_sweep_waits": "retention would delete {count} recordings and pictures at once ({percent} % of the store's "
    "bytes), and deletes nothing until somebody has looked: is the clock right, is the retention what it should be? "
    "`cctv retention confirm` lets them go",
    "second_store_none": "the site has no second store: name one under [store.second] in its settings",
    "sweep_changed": "what would go is not what was shown: look again",
    "sweep_none": "nothing waits for leave to be deleted",
}
