"""The settings of telling people and the floor: times, outputs, Home Assistant."""

from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from shared.errors import Rejected
from shared.ids import parse_camera, parse_name
from shared.kinds import Severity


def _zone(text: str) -> str:
    try:
        ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"{text!r} is not a time zone that this machine knows") from None
    return text


def _name(text: str) -> str:
    try:
        return parse_name("name", text)
    except Rejected as fault:
        raise ValueError(fault.fault) from None


def _camera(text: str) -> str:
    try:
        return parse_camera(text)
    except Rejected as fault:
        raise ValueError(fault.fault) from None


Name = Annotated[str, AfterValidator(_name)]
Camera = Annotated[str, AfterValidator(_camera)]
TimeZone = Annotated[str, Field(max_length=64), AfterValidator(_zone)]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Output(_Section):
    """A siren, light or relay on the floor: told over MQTT whether it is to be on, why and until when."""

    name: Name = Field(description="Its name, and the last level of its topic.")
    kind: Literal["siren", "light", "relay"] = Field("siren", description="What it is, for Home Assistant.")
    min_severity: Severity = Field("high", description="The least severity of an alarm that switches it on.")
    rules: tuple[Annotated[str, Field(max_length=100)], ...] = Field(
        (),
        description="Names of the rules (or system.KIND) that switch it on; empty: every rule, nothing of the system.",
    )
    cameras: tuple[Camera, ...] = Field((), description="Cameras whose alarms switch it on; empty: every one.")
    hold_s: Annotated[float, Field(ge=0, le=86_400)] = Field(
        60.0, description="How long each alarm keeps it on, s; 0: until somebody acknowledges it."
    )


class Notify(_Section):
    """How people are told."""

    timezone: TimeZone = Field(
        "Asia/Seoul", description="The site's clock: days, reports, times in messages and quiet hours."
    )
    timeout_s: Annotated[float, Field(ge=0.1, le=120)] = Field(
        15.0, description="How long one try to send a message may take, s."
    )


class HomeAssistant(_Section):
    """Entries for Home Assistant's MQTT discovery, below its own prefix `homeassistant`."""

    discovery: bool = Field(True, description="Whether nodes, cameras and outputs are announced there.")
