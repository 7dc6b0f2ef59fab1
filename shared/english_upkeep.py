"""The English of the site's own housekeeping: its nightly backup."""

from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from shared.english import Code

UpkeepCode = Literal["alarm_site_backup_none", "alarm_site_backup_old"]

UPKEEP: dict["Code", str] = {
    "alarm_site_backup_none": "the site has no backup that was put back on trial: `cctv backup create --try` says what "
    "keeps it from being made, and [backup] in the settings where it goes",
    "alarm_site_backup_old": "the last good backup of the site is {hours} hours old: `cctv status` tells what the last "
    "one failed of; put that right, and see whether the role sweep runs",
}
