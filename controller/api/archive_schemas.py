"""The wire models of archives: alarms and held evidence that are copied to a destination again and again."""

from typing import Annotated

from pydantic import Field

from controller.api.schemas import Model
from controller.api.target_schemas import TargetName
from controller.api.whole import WholeMs
from controller.core.archive import Every
from controller.core.export_words import Language
from shared.kinds import Severity


class ArchiveIn(Model):
    """Which alarms go where and when; what is held goes too."""

    destination: TargetName
    severities: Annotated[list[Severity], Field(min_length=1, max_length=4)]
    every: Every = "day"
    at: Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")] = "03:00"  # of daily ones, in the site's zone
    since_ms: WholeMs | None = None  # alarms raised from then on; none: as it was, from now on at first
    language: Language = "en"  # of the summaries of its alarms


class ArchiveOut(Model):
    name: TargetName
    destination: str
    severities: list[Severity]
    every: Every
    at_min: int  # minutes of the site's own day
    since_ms: int
    next_ms: int
    ran_ms: int  # 0: never
    ok_ms: int  # when all that was asked for was there; at first when it was made
    failures: int  # runs in a row of which something failed
    fault: str  # why: a reason of exports
    failing: bool  # something of it failed, or waits for its destination, or it is late
    failing_ms: int  # since when; 0: it is not
    language: Language  # of the summaries of its alarms
    tag: str = ""  # for `If-Match` at `PUT`
    late: bool
    copied: int  # alarms and holds that are at the destination, or of which nothing was left
    waiting: int
    bytes: int
    created_by: str
