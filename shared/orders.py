"""Commands by which controller and node compare what they have: hello, back-fill."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from shared.fields import CameraName, Sha256, UnixMs, Uuid
from shared.kinds import MediaClass


class LedgerHead(BaseModel):
    """The newest entry of one camera's ledger that the controller has."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    camera: CameraName
    chain: Uuid
    minute_ms: UnixMs
    entry: Sha256
    covered_to_ms: UnixMs  # where that entry's last segment ends, or its minute


class Hello(BaseModel):
    """What the controller knows of a node that has come: who is behind it starts new chains and says `restored`."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    kind: Literal["hello"] = "hello"
    agent_start: Uuid  # of the status that is answered
    seq: int = Field(0, ge=0, le=2**53)  # the last of that start
    heads: Annotated[tuple[LedgerHead, ...], Field(max_length=64)] = ()


class Backfill(BaseModel):
    """Upload what the ring still has of this span: at most ten minutes."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    kind: Literal["backfill"] = "backfill"
    camera: CameraName
    start_ms: UnixMs
    end_ms: UnixMs
    media_class: MediaClass = "continuous"
