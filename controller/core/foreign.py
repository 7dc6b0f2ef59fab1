"""What was found in another recorder's configuration, in our words: cameras, rules, and what became of each setting."""

import re
from dataclasses import dataclass, field
from typing import Literal

from shared.address_secrets import hide_secrets
from shared.errors import Rejected
from shared.geometry import Polygon, parse_polygon

Fate = Literal["taken", "changed", "left out"]
_LONGEST_NAME = 32
_MOST_SHOWN = 60


@dataclass(frozen=True, slots=True)
class ForeignCamera:
    """One camera as the node's file is to have it. Sources may hold a password."""

    name: str
    source: str = field(repr=False)
    sub_source: str | None = field(default=None, repr=False)
    record: Literal["continuous", "motion", "off"] = "continuous"
    upload: Literal["events", "continuous"] = "events"
    masks: tuple[Polygon, ...] = ()
    least_share: float | None = None


@dataclass(frozen=True, slots=True)
class ForeignRule:
    """One rule; `camera` is a camera's name, its node comes later."""

    name: str
    camera: str
    kind: Literal["zone_intrusion", "loitering"]
    zone: Polygon
    zone_name: str
    classes: tuple[str, ...]
    dwell_s: float | None = None


@dataclass(frozen=True, slots=True)
class Note:
    """What became of one setting, and why; never holds a password."""

    fate: Fate
    where: str
    why: str


@dataclass(frozen=True, slots=True)
class Import:
    """All that was found."""

    cameras: tuple[ForeignCamera, ...]
    rules: tuple[ForeignRule, ...]
    keep_days: int | None
    notes: tuple[Note, ...]


class Findings:
    """Gathers notes, and gives each camera a name that is ours."""

    def __init__(self) -> None:
        self.notes: list[Note] = []
        self._names: set[str] = set()

    def note(self, fate: Fate, where: str, why: str) -> None:
        self.notes.append(Note(fate, printable(where), printable(why)))

    def name(self, foreign: str, where: str) -> str:
        """`foreign` as a name of ours, each once."""
        plain = re.sub(r"[^a-z0-9]+", "-", foreign.lower()).strip("-")[:_LONGEST_NAME].strip("-") or "camera"
        name, number = plain, 1
        while name in self._names:
            number += 1
            name = f"{plain[: _LONGEST_NAME - 4].strip('-')}-{number}"
        self._names.add(name)
        if name != foreign:
            self.note("changed", where, f"is called {name} here: names are a-z, 0-9 and '-'")
        return name

    def polygon(self, where: str, corners: list[tuple[float, float]]) -> Polygon | None:
        """The corners where they enclose something; else a note says why not."""
        held = [(min(1.0, max(0.0, x)), min(1.0, max(0.0, y))) for x, y in corners]
        try:
            outline = parse_polygon(where, held)
        except Rejected as fault:
            self.note("left out", where, fault.fault)
            return None
        if held != corners:
            self.note("changed", where, "its corners outside the picture were put onto its edge")
        return outline


def printable(text: str) -> str:
    """Words of a stranger's file, safe to print: no control signs, no passwords of addresses, not too long."""
    shown = "".join(sign if sign.isprintable() else "?" for sign in hide_secrets(text, "…"))
    return shown if len(shown) <= _MOST_SHOWN * 4 else shown[: _MOST_SHOWN * 4] + "…"
