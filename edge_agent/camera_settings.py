"""What is set for one camera: source, recording, upload, motion, tampering, ring; and the checks of such values."""

from typing import Annotated, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationInfo,
    field_validator,
    model_validator,
)

from edge_agent.core.motion import MotionRules, MotionZone
from edge_agent.core.overlay import Corner, OverlayRules, parse_overlay_text
from edge_agent.core.picture_rules import PictureRules, check_rules
from edge_agent.core.schedule import RecordMode, UploadMode, parse_window
from edge_agent.core.tamper import TamperRules
from shared.errors import Rejected
from shared.geometry import parse_polygon
from shared.ids import parse_name
from shared.kinds import TAMPER_KINDS, TamperKind
from shared.source_url import parse_source, parse_sub_source

_MOTION, _TAMPER, _OVERLAY = MotionRules(), TamperRules(), OverlayRules()
"""Their defaults are the settings' own."""

PRINTABLE = r"^[^\x00-\x1f\x7f]+$"
_SOUNDING = frozenset({"rtsp", "file"})


def _name(text: str) -> str:
    try:
        return parse_name("name", text)
    except Rejected as fault:
        raise ValueError(fault.fault) from None


Name = Annotated[str, AfterValidator(_name)]
Point = tuple[Annotated[float, Field(ge=0, le=1)], Annotated[float, Field(ge=0, le=1)]]


class Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


def _outline(corners: tuple[Point, ...]) -> tuple[Point, ...]:
    try:
        return parse_polygon("polygon", corners)
    except Rejected as fault:
        raise ValueError(fault.fault) from None


Outline = Annotated[tuple[Point, ...], AfterValidator(_outline)]


class MotionZoneSettings(Section):
    """A part of the picture with a sensitivity of its own; where two overlap, the later one counts."""

    polygon: Outline = Field(description="Its corners [x, y] in 0..1.")
    sensitivity: Annotated[float, Field(ge=0, le=1)] = Field(description="0 sees least, 1 most.")


class MotionSettings(Section):
    """How motion is judged; masks are polygons in which it does not count, whatever the zones say."""

    sensitivity: Annotated[float, Field(ge=0, le=1)] = Field(_MOTION.sensitivity, description="0 sees least, 1 most.")
    least_share: Annotated[float, Field(ge=0, le=1)] = Field(
        _MOTION.least_share, description="Least share of the picture that has to be in motion at once."
    )
    least_blocks: Annotated[int, Field(ge=0, le=100_000)] = Field(
        _MOTION.least_blocks,
        description="The same in blocks of 8x8 pixels of the small picture (at most 640 wide); both count.",
    )
    masks: tuple[Outline, ...] = Field((), description="Polygons [x, y] in 0..1 in which motion does not count.")
    zones: Annotated[tuple[MotionZoneSettings, ...], Field(max_length=32)] = Field(
        (), description="Parts of the picture with a sensitivity of their own."
    )

    @property
    def rules(self) -> MotionRules:
        """The same for the meter."""
        return MotionRules(
            sensitivity=self.sensitivity,
            zones=tuple(MotionZone(zone.polygon, zone.sensitivity) for zone in self.zones),
            masks=self.masks,
            least_share=self.least_share,
            least_blocks=self.least_blocks,
        )


class TamperSettings(Section):
    """What is told as tampering with the camera; its view is learned in the 20 s after a start."""

    kinds: tuple[TamperKind, ...] = Field(TAMPER_KINDS, description="What is watched for; an empty list: nothing.")
    sensitivity: Annotated[float, Field(ge=0, le=1)] = Field(_TAMPER.sensitivity, description="0 tells least, 1 most.")
    raise_s: Annotated[float, Field(ge=2, le=3600)] = Field(
        _TAMPER.raise_ms / 1000, description="How long it lasts before it is told."
    )
    frozen_raise_s: Annotated[float, Field(ge=2, le=3600)] = Field(
        _TAMPER.frozen_raise_ms / 1000,
        description="How long the picture is exactly the same before it counts as frozen.",
    )
    clear_s: Annotated[float, Field(ge=2, le=3600)] = Field(
        _TAMPER.clear_ms / 1000, description="How long it is over before that is told."
    )

    @property
    def rules(self) -> TamperRules:
        """The same for the watch."""
        return TamperRules(
            kinds=frozenset(self.kinds),
            sensitivity=self.sensitivity,
            raise_ms=round(self.raise_s * 1000),
            frozen_raise_ms=round(self.frozen_raise_s * 1000),
            clear_ms=round(self.clear_s * 1000),
        )


def _drawable(text: str) -> str:
    try:
        return parse_overlay_text("text", text)
    except Rejected as fault:
        raise ValueError(fault.fault) from None


class OverlaySettings(Section):
    """What is burned into the pictures of a camera that the node encodes, or transcodes; nothing by default."""

    clock: bool = Field(
        _OVERLAY.clock, description="Date and time of the picture, in the node's `time_zone`, else UTC."
    )
    text: Annotated[str, Field(max_length=200), AfterValidator(_drawable)] = Field(
        _OVERLAY.text, description="A name, up to 40 letters, Hangul or Latin."
    )
    position: Corner = Field(_OVERLAY.corner, description="The corner where both stand.")


class PrivacySettings(Section):
    """A part of the picture that is black in recordings, live views and snapshots, and in which nothing moves."""

    polygon: Outline = Field(description="Its corners [x, y] in 0..1.")


class RingSettings(Section):
    """How much of this camera's recordings is kept: never more than the bytes, hopefully no less than the minutes."""

    bytes_max: Annotated[int, Field(ge=10_000_000, le=2**50)] = Field(
        2_000_000_000, description="Recordings of this camera on the node's disk before the oldest goes."
    )
    minutes_min: Annotated[int, Field(ge=1, le=10_080)] = Field(
        30, description="How far back they must reach; health tells where the bytes do not suffice."
    )


def _window(text: str) -> str:
    try:
        parse_window(text)
    except Rejected as fault:
        raise ValueError(fault.fault) from None
    return text


WindowText = Annotated[str, AfterValidator(_window)]
SourceText = Annotated[str, Field(pattern=PRINTABLE, max_length=2000)]


def _source(text: str) -> str:
    try:
        parse_source(text)
    except Rejected as fault:
        raise ValueError(fault.fault) from None
    return text


class CameraSettings(Section):
    """One camera; only an RTSP camera has a `sub_source`: the URL of its small stream. Both may hold a password."""

    name: Name = Field(description="Unique on the node; a-z, 0-9 and '-'.")
    source: Annotated[SourceText, AfterValidator(_source)] = Field(
        repr=False,
        description="rtsp://…, rtsps://…, picamera://0?fps=15, v4l2:///dev/video0?format=mjpeg, scene://yard?seed=7 or "
        "a video file under this file's folder or one of `film_folders`.",
    )
    sub_source: SourceText | None = Field(
        None, repr=False, description="rtsp://… of an RTSP camera's small stream: for motion and small live tiles."
    )
    audio: bool = Field(
        False,
        description="Whether the sound of an RTSP camera or a file may be listened to live: it is never recorded, and "
        "goes out only while somebody with the right `listen` does so. Only this file switches it on.",
    )
    record: RecordMode = Field(
        "continuous", description="When to record; `motion`: while an event runs, with at most 10 s before it."
    )
    record_windows: tuple[WindowText, ...] = Field(
        (), max_length=50, description='For `record = "schedule"`: when to record, like "mon-fri 08:00-18:00".'
    )
    upload: UploadMode = Field(
        "events",
        description="What goes to the controller's store without being asked for; alarms' footage does always.",
    )
    upload_windows: tuple[WindowText, ...] = Field(
        (), max_length=50, description='For `upload = "schedule"`: what was recorded then goes, all of it.'
    )
    transcode: bool = Field(
        False,
        description="Decode and encode anew what an RTSP camera or a file gives, so that it can be drawn on: costs "
        "much processor time, and recordings are no longer the camera's own bytes.",
    )
    overlay: OverlaySettings = OverlaySettings()
    privacy: Annotated[tuple[PrivacySettings, ...], Field(max_length=16)] = Field(
        (), description="Parts of the picture that nobody is to see."
    )
    motion: MotionSettings = MotionSettings()
    tamper: TamperSettings = TamperSettings()
    ring: RingSettings = RingSettings()

    @model_validator(mode="after")
    def _windows(self) -> Self:
        for name, mode, windows in (
            ("record", self.record, self.record_windows),
            ("upload", self.upload, self.upload_windows),
        ):
            if (mode == "schedule") != bool(windows):
                raise ValueError(f'{name} = "schedule" and {name}_windows belong together')
        return self

    def picture_rules(self, time_zone: str) -> PictureRules:
        """What is done to the pictures."""
        overlay = OverlayRules(self.overlay.clock, self.overlay.text, self.overlay.position, time_zone)
        return PictureRules(tuple(area.polygon for area in self.privacy), overlay, self.transcode)

    @model_validator(mode="after")
    def _can_be_drawn_on(self) -> Self:
        rules = self.picture_rules("UTC")
        try:
            if rules.draws or rules.transcode:
                check_rules(rules, parse_source(self.source))
        except Rejected as fault:
            raise ValueError(str(fault)) from None
        return self

    @field_validator("audio")
    @classmethod
    def _has_sound(cls, wanted: bool, info: ValidationInfo) -> bool:
        if wanted and "source" in info.data:
            kind = parse_source(info.data["source"]).kind
            if kind not in _SOUNDING:
                raise ValueError(f"only an RTSP camera or a file gives sound, and source is {kind}")
        return wanted

    @field_validator("sub_source")
    @classmethod
    def _fits(cls, text: str | None, info: ValidationInfo) -> str | None:
        if text is not None and "source" in info.data:
            try:
                parse_sub_source(text, parse_source(info.data["source"]))
            except Rejected as fault:
                raise ValueError(fault.fault) from None
        return text
