"""The wire models of the audit."""

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, Field

from controller.api.schemas import Model
from controller.api.whole import Written
from controller.core.audit_search import AuditSearch

Verb = Annotated[str, Field(pattern=r"^[a-z_]{1,40}\.?([a-z_-]{1,40})?$", max_length=80)]
Text = Annotated[str, Field(min_length=1, max_length=120)]


class AuditSearchIn(Model):
    """Everything that is given must fit."""

    who: Text | None = Field(default=None, description="user name, node id or `system`")
    what: list[Verb] = Field(default=[], max_length=40, description="verbs, or beginnings that end with a dot")
    subject: Text | None = Field(default=None, description="part of it: a camera, an alarm's id, a user name")
    address: Text | None = Field(default=None, description="from where")
    start: Annotated[AwareDatetime, Written] | None = Field(default=None, alias="from")
    end: Annotated[AwareDatetime, Written] | None = Field(default=None, alias="to")

    def search(self) -> AuditSearch:
        return AuditSearch(self.who, tuple(self.what), self.subject, self.address, self.start, self.end)


class AuditPageIn(AuditSearchIn):
    cursor: Annotated[str, Field(pattern=r"^[0-9]{1,18}$")] | None = None
    limit: int = Field(default=50, ge=1, le=200)


class AuditLinesIn(AuditSearchIn):
    format: Literal["jsonl", "syslog"] = "jsonl"


class AuditEntry(Model):
    """Who did what. `seq`: its place in the chain; none: it is sealed within seconds."""

    id: int
    at: AwareDatetime
    who: str
    what: str
    subject: str
    address: str
    detail: dict[str, Any]
    seq: int | None


class AuditPage(Model):
    """The newest first; `next`: the cursor of what is older, none at the end."""

    items: list[AuditEntry]
    next: str | None


class AuditHeadOut(Model):
    """How far the chain had come when a day (UTC) was over, signed by the site's audit key."""

    day: date
    seq: int
    chain: str
    signature: str


class AuditStanding(Model):
    """How long the chain is. `unsealed`: entries that wait for their seal."""

    seq: int
    chain: str
    unsealed: int
    head: AuditHeadOut | None


class AuditFaultOut(Model):
    """What was done to the audit, at which place of the chain, or to which day's head."""

    kind: Literal["changed", "removed", "seal_changed", "seal_removed", "head_changed", "head_signature", "cut"]
    seq: int
    day: date | None


class AuditChecked(Model):
    """What a part of a check found. `next`: where to go on; none: the chain is at its end."""

    checked: int
    forgotten: int = Field(description="refused logins of long ago, of which the seals alone are kept")
    faults: list[AuditFaultOut]
    next: int | None
    last: int


class AuditCheckIn(Model):
    after: int = Field(default=0, ge=0, le=9_007_199_254_740_991, description="`next` of the part before")
