"""What a trial of rules is asked to look at, and which rules can be told by it. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from controller.core.records import Rule
from controller.core.stored_tracks import unanswered
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
    rules: list[Any]  # as a rule file has them
    token: int


@dataclass(frozen=True, slots=True)
class Plan:
    """How a trial is run: on what, with which rules on each side, and what it cannot tell."""

    source: Literal["tracks", "clips"]
    tried: tuple[Rule, ...]
    in_force: tuple[Rule, ...]
    unanswered: tuple[Text, ...]


def plan(source: Source, camera: CameraId, tried: Sequence[Rule], in_force: Sequence[Rule]) -> Plan:
    """Rules that stored tracks cannot tell of are left out on both sides, where those are asked for."""
    mine, theirs = _of_camera(tried, camera), _of_camera(in_force, camera)
    untold = tuple({str(told): told for rule in (*mine, *theirs) if (told := unanswered(rule)) is not None}.values())
    if source == "clips" or (source == "auto" and untold):
        return Plan("clips", mine, theirs, ())
    return Plan("tracks", _told(mine), _told(theirs), untold)


def _of_camera(rules: Sequence[Rule], camera: CameraId) -> tuple[Rule, ...]:
    return tuple(rule for rule in rules if rule.enabled and rule.camera in (None, camera))


def _told(rules: Sequence[Rule]) -> tuple[Rule, ...]:
    return tuple(rule for rule in rules if unanswered(rule) is None)
