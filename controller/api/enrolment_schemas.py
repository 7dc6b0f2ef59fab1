"""The wire models of letting nodes in, as people use them; nodes' own are in `shared.enrolment`."""

from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from controller.api.schemas import Model
from controller.api.whole import Whole
from shared.fields import NodeName

_WEEK_MIN = 7 * 24 * 60
_CAMERAS_MAX = 16
_SOURCE = Field(min_length=1, max_length=2000)


class InvitedCameraIn(Model):
    """A camera that the node begins with."""

    name: NodeName
    source: Annotated[str, _SOURCE]
    sub_source: Annotated[str, _SOURCE] | None = None


class NodeInvitationIn(Model):
    """Whom to invite, for how long, and with which cameras it begins."""

    node: NodeName
    life_min: Annotated[int, Field(ge=1, le=_WEEK_MIN), Whole] = 60
    cameras: Annotated[list[InvitedCameraIn], Field(min_length=1, max_length=_CAMERAS_MAX)]


class NodeTokenOut(Model):
    """The token is told this once: whoever has it may ask to be let in as this node."""

    node: str
    token: str
    command: str  # what to run there


class NodeInvitationOut(Model):
    """A node on its way in."""

    node: str
    state: Literal["invited", "waiting", "approved"]
    until: AwareDatetime
    fingerprint: str | None  # in groups, as the node shows it
    address: str  # where it asked from
    invited_by: str
    invited_at: AwareDatetime
    asked_at: AwareDatetime | None


class NodeInvitationsOut(Model):
    """Every node on its way in."""

    invitations: list[NodeInvitationOut]


class NodeApprovalIn(Model):
    """The fingerprint that was compared with what the node shows."""

    fingerprint: Annotated[str, Field(min_length=32, max_length=100)]


class NodeRevocationIn(Model):
    """Why the node is cut off; it stands in the audit."""

    why: Annotated[str, Field(max_length=200)] = ""
