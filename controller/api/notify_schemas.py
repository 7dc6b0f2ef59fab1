"""The wire models of telling people: destinations, what each is told of, quiet hours, receipts."""

from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from controller.api.schemas import Model
from controller.api.system_schemas import SaidOut
from controller.api.whole import Flag
from controller.core.delivery import State
from controller.core.dispatch import Threshold, Why
from shared.fields import NodeName, Uuid
from shared.kinds import Severity

RuleName = Annotated[str, Field(min_length=1, max_length=100)]
Time = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]


class SubscriptionLine(Model):
    """The least severity that is told; of one rule (or system.KIND), or of all that no other line names."""

    rule: RuleName | None = None
    threshold: Threshold


class DestinationIn(Model):
    """A new destination. The address is a secret: it is sealed and never answered."""

    name: NodeName
    address: Annotated[str, Field(min_length=1, max_length=2000)]
    owner: Annotated[str, Field(max_length=64)] | None = None  # whose own it is; none: the site's
    language: Literal["ko", "en"] = "ko"
    pictures: Flag = False  # whether pictures may leave the site for it
    private: Flag = False  # whether it may be inside a private network
    lines: list[SubscriptionLine] = Field(default_factory=lambda: [SubscriptionLine(threshold="low")], max_length=100)


class DestinationChangeIn(Model):
    """What is left out stays as it is."""

    language: Literal["ko", "en"] | None = None
    pictures: Flag | None = None
    private: Flag | None = None
    enabled: Flag | None = None


class DestinationOut(Model):
    name: str
    kind: Literal["apprise", "webhook"]
    scheme: str  # all that is shown of its address
    owner: str | None
    language: Literal["ko", "en"]
    pictures: bool
    private: bool
    enabled: bool
    shut: bool = False  # an administrator closed this way out: what is for it waits
    created_by: str
    failures: int  # tries in a row
    dead_since: AwareDatetime | None  # nothing has got through since
    last_ok_at: AwareDatetime | None
    last_error: str
    last_error_said: SaidOut | None = None
    waiting: int  # messages
    lines: list[SubscriptionLine] = Field(default_factory=list)
    tag: str = ""  # for `If-Match` at `PATCH` and at `PUT` of its lines


class DestinationAddedOut(Model):
    destination: DestinationOut
    key: str | None  # of a webhook's signatures: answered this once


class LinesIn(Model):
    lines: Annotated[list[SubscriptionLine], Field(max_length=100)]


class QuietModel(Model):
    """Hours of the day in which messages wait; not after the first: over midnight."""

    from_time: Time
    until_time: Time
    timezone: Annotated[str, Field(max_length=64)] = "Asia/Seoul"
    critical_through: Flag = True


class QuietOut(Model):
    quiet: QuietModel | None  # none: every hour is fine
    timezone: str  # what new quiet hours begin with
    tag: str = ""  # for `If-Match` at `PUT`


class QuietIn(Model):
    quiet: QuietModel | None


class DeliveryOut(Model):
    """A message with what became of it."""

    id: Uuid
    destination: str
    alarm: str | None  # none: a test
    alarm_number: int | None
    why: Why
    severity: Severity
    digest: bool
    state: State
    attempts: int
    error: str
    error_said: SaidOut | None = None
    created_at: AwareDatetime
    due_at: AwareDatetime
    done_at: AwareDatetime | None
