"""Wire models of what the controller says of itself: its roles, its models, its sentences."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

from shared.english import Code


class Model(BaseModel):
    model_config = ConfigDict(extra="forbid")


class SaidOut(Model):
    """A sentence by its code and parameters, so that a page says it in its own language; the English stands beside."""

    code: Code
    params: dict[str, str | int | float]


class RoleOut(Model):
    name: str
    state: Literal["running", "starting", "frozen", "down"]
    restarts: int


class BoundsOut(Model):
    """From where on a node's own figures are trouble."""

    disk_free_bytes_min: int
    held_share_max: float
    clock_offset_ms_max: float
    temperature_c_max: float
    certificate_days_min: float
    unsent_s_max: float
    store_full_days_min: float = 7.0


class JudgingModelOut(Model):
    name: str
    sha256: str
    provider: str
    head: str
    classes: list[str]  # as the site calls them
    fallback: str  # why a faster provider does not run it
    fallback_said: SaidOut | None
