"""What a trial of rules is asked to look at, and which rules can be told by it. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from controller.core.records import Rule
from controller.core.stored_tracks import needs_of_clips, needs_of_tracks
from shared.ids import CameraId
from shared.texts import Text

Source = Literal["auto", "tracks", "clips"]
"""`tracks`: what was judged then. `clips`: stored footage, judged again. `auto`: tracks if they tell of every rule."""
TrialState = Literal["waiting", "running", "done", "failed", "cancelled"]


@dataclass(frozen=True, slots=True)
class TrialJob:
    """A leased trial. `token` fences every write."""

    id: str
    camera: CameraId
    start_ms: int
    end_ms: int
    source: Source
    document: dict[str, Any]  # as a rule file has it
    token: int


@dataclass(frozen=True, slots=True)
class Plan:
    """How a trial is run: on what, with which rules on each side, and what it cannot tell."""

    source: Literal["tracks", "clips"]
    tried: tuple[Rule, ...]
    in_force: tuple[Rule, ...]
    unanswered: tuple[Text, ...]


def plan(source: Source, camera: CameraId, tried: Sequence[Rule], in_force: Sequence[Rule]) -> Plan:
    """Rules that what is looked at cannot tell of are left out on both sides, and named."""
    mine, theirs = _of_camera(tried, camera), _of_camera(in_force, camera)
    by_tracks = _untold((*mine, *theirs), needs_of_tracks)
    by_clips = _untold((*mine, *theirs), needs_of_clips)
    if source == "clips" or (source == "auto" and len(by_tracks) > len(by_clips)):
        return Plan("clips", _told(mine, needs_of_clips), _told(theirs, needs_of_clips), by_clips)
    return Plan("tracks", _told(mine, needs_of_tracks), _told(theirs, needs_of_tracks), by_tracks)


def _of_camera(rules: Sequence[Rule], camera: CameraId) -> tuple[Rule, ...]:
    return tuple(rule for rule in rules if rule.enabled and rule.camera in (None, camera))


def _untold(rules: Sequence[Rule], needs: Callable[[Rule], Text | None]) -> tuple[Text, ...]:
    return tuple({str(told): told for rule in rules if (told := needs(rule)) is not None}.values())


def _told(rules: Sequence[Rule], needs: Callable[[Rule], Text | None]) -> tuple[Rule, ...]:
    return tuple(rule for rule in rules if needs(rule) is None)
