"""Protective equipment: which item boxes belong to which person, and what a track's frames agree on."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from controller.core.assignment import assign
from controller.core.records import Detection, TrackedBox
from shared.geometry import Box, intersection

ItemState = Literal["compliant", "missing", "unknown"]

ITEM_CONFIDENCE = 0.4
"""An item this faint already speaks against an alarm."""

_LEAST_PERSON_PX = 40.0
_LEAST_ITEM_INPUT_PX: Mapping[str, float] = {"vest": 12.0}
_LEAST_SMALL_ITEM_INPUT_PX = 7.0
_HEAD_SHARE = 0.14
_HUMPS = re.compile(r"(?<=[a-z])(?=[A-Z])")
_CUT = 0.006  # a box this near the picture's edge is cut off there
_HIDDEN_SHARE = 0.4

_SYNONYMS = {
    "helmet": ("helmet", "hardhat", "hard hat", "safety helmet", "safety hat"),
    "vest": ("vest", "safety vest", "hi vis", "hi vis vest", "high visibility vest", "reflective vest"),
    "mask": ("mask", "face mask"),
    "gloves": ("gloves", "glove", "safety gloves"),
    "goggles": ("goggles", "glasses", "safety glasses", "safety goggles", "eye protection", "eyewear"),
    "shoes": ("shoes", "shoe", "boots", "boot", "safety shoes", "safety boots", "footwear"),
    "harness": ("harness", "safety harness", "body harness", "safety belt"),
    "ear protection": ("ear protection", "ear protector", "ear muffs", "earmuffs", "ear mufs", "earplugs"),
    "face shield": ("face shield", "face guard", "welding mask"),
}
_BARE = {"bare head": "helmet", "mask weared incorrect": "mask", "incorrect mask": "mask"}
"""Classes that say without a negation that an item is not worn."""

_REGIONS: Mapping[str, tuple[float, float]] = {
    "helmet": (-0.12, 0.22),
    "mask": (-0.02, 0.28),
    "goggles": (-0.05, 0.25),
    "vest": (0.08, 0.72),
    "face shield": (-0.08, 0.28),
    "ear protection": (-0.06, 0.22),
    "harness": (0.08, 0.75),
    "gloves": (0.25, 0.8),
    "shoes": (0.82, 1.08),
}
_ANYWHERE = (-0.1, 1.05)
_FULL_REACH = 0.6  # of the person's width from the middle: a little outside the shoulders
_REACHES: Mapping[str, float] = {"gloves": 0.9}
_SHARES: Mapping[str, float] = {
    "vest": 0.36,
    "mask": 0.07,
    "goggles": 0.045,
    "ear protection": 0.05,
    "gloves": 0.07,
    "shoes": 0.07,
}
"""How tall an item is, as a share of a standing person's height; what is not listed is as small as a head."""

_UPPER = frozenset({"helmet", "mask", "goggles", "vest", "face shield", "ear protection", "harness"})
"""What can be told of someone whose feet the picture's edge hides."""

_NEGATIONS = ("no ", "non ", "not ", "without ", "missing ", "improper ")
_AFFIRMATIONS = ("with ", "wearing ")


@dataclass(frozen=True, slots=True)
class PixelScale:
    """How large the picture was: in the source, and in the model's input."""

    source_height_px: float
    input_height_px: float


def canonical_item(name: str) -> str:
    """One name for an item's spellings: "Hardhat" -> "helmet"."""
    plain = _plain(name)
    return next((item for item, names in _SYNONYMS.items() if plain in names), plain)


def _plain(name: str) -> str:
    """A class's words: "NO-Safety_Vest" and "NoSafetyVest" -> "no safety vest"."""
    return " ".join(_HUMPS.sub(" ", name).lower().replace("_", " ").replace("-", " ").split())


def read_class(name: str) -> tuple[str, bool]:
    """A model's class as (item, worn): "NO-Hardhat" -> ("helmet", False)."""
    plain = _plain(name)
    if plain in _BARE:
        return _BARE[plain], False
    for negation in _NEGATIONS:
        if plain.startswith(negation):
            return canonical_item(plain.removeprefix(negation)), False
    for affirmation in _AFFIRMATIONS:
        if plain.startswith(affirmation):
            return canonical_item(plain.removeprefix(affirmation)), True
    worn = canonical_item(plain.removeprefix("no"))
    if plain.startswith("no") and worn in _SYNONYMS:  # "nohelmet"
        return worn, False
    return canonical_item(plain), True


def items_known(classes: Sequence[str]) -> frozenset[str]:
    """The items that a model with these classes can tell of."""
    return frozenset(read_class(name)[0] for name in classes)


def states_in_frame(
    persons: Sequence[TrackedBox], items: Sequence[Detection], item: str, scale: PixelScale
) -> dict[int, ItemState]:
    """Whether each tracked person visibly wears `item` in this frame; unknown where nobody could tell.

    `item` is canonical. One item box belongs to one person.
    """
    worn = [d for d in items if d.confidence >= ITEM_CONFIDENCE and read_class(d.class_name) == (item, True)]
    bare = [d for d in items if d.confidence >= ITEM_CONFIDENCE and read_class(d.class_name) == (item, False)]
    wearing = _owners(persons, worn, item)
    refusing = _owners(persons, bare, item)
    states: dict[int, ItemState] = {}
    for index, person in enumerate(persons):
        if index in wearing and wearing[index] >= refusing.get(index, 0.0):
            states[person.track_id] = "compliant"
        elif not _visible(person.box, [p.box for p in persons if p is not person], item, scale):
            states[person.track_id] = "unknown"
        else:
            states[person.track_id] = "missing"
    return states


def _owners(persons: Sequence[TrackedBox], items: Sequence[Detection], item: str) -> dict[int, float]:
    """Person index -> confidence of the item that is theirs."""
    if not persons or not items:
        return {}
    fit = np.array([[_fit(person.box, d.box, item) for d in items] for person in persons])
    return {row: items[column].confidence for row, column in assign(fit, 1e-3)}


def _fit(person: Box, item_box: Box, item: str) -> float:
    """How well an item lies where a person would wear it, 0..1."""
    width, height = person.x2 - person.x1, person.y2 - person.y1
    if width <= 0 or height <= 0 or item_box.x2 - item_box.x1 > 1.3 * width:
        return 0.0
    x, y = item_box.centre
    top, bottom = _REGIONS.get(item, _ANYWHERE)
    along = (y - person.y1) / height
    aside = abs(x - (person.x1 + person.x2) / 2) / width
    reach = _REACHES.get(item, _FULL_REACH)
    if not top <= along <= bottom or aside > reach:
        return 0.0
    middle = (top + bottom) / 2
    return 1.0 - 0.5 * aside / reach - 0.4 * abs(along - middle) / (bottom - middle)


def _region(person: Box, item: str) -> Box:
    top, bottom = _REGIONS.get(item, _ANYWHERE)
    height = person.y2 - person.y1
    return Box(person.x1, person.y1 + max(0.0, top) * height, person.x2, person.y1 + min(1.0, bottom) * height)


def _visible(person: Box, others: Sequence[Box], item: str, scale: PixelScale) -> bool:
    """Whether an item, were it there, could be seen."""
    height = person.y2 - person.y1
    if height * scale.source_height_px < _LEAST_PERSON_PX:
        return False
    item_px = height * scale.input_height_px * _SHARES.get(item, _HEAD_SHARE)
    if item_px < _LEAST_ITEM_INPUT_PX.get(item, _LEAST_SMALL_ITEM_INPUT_PX):
        return False
    if person.y1 <= _CUT or (person.y2 >= 1 - _CUT and item not in _UPPER):
        return False
    if (person.x1 <= _CUT or person.x2 >= 1 - _CUT) and (person.x2 - person.x1) < 0.3 * height:
        return False
    region = _region(person, item)
    in_front = [other for other in others if other.y2 >= person.y2]
    hidden = max((intersection(region, other) for other in in_front), default=0.0)
    return hidden <= _HIDDEN_SHARE * region.area


_WINDOW_MS = 1500
"""Votes this old count together; at one frame a second those of the last three frames do."""

_LEAST_VOTES = 3
_MISSING_SHARE = 0.75
_COMPLIANT_SHARE = 0.5
_MAX_VOTES = 100


@dataclass(slots=True)
class Consensus:
    """What one track's frames agree on about one item."""

    state: ItemState = "unknown"
    since_ms: int = 0  # the first frame that showed the present state
    _votes: list[tuple[int, bool]] = field(default_factory=list)
    _frame_ms: int | None = None

    def vote(self, pts_ms: int, seen: ItemState) -> ItemState:
        """Take one frame in. A single frame never decides; without a known one for 1.5 s it is unknown."""
        step_ms = 0 if self._frame_ms is None else min(pts_ms - self._frame_ms, _WINDOW_MS)
        window_ms = max(_WINDOW_MS, _LEAST_VOTES * step_ms)
        self._frame_ms = pts_ms
        self._votes = [v for v in self._votes if pts_ms - v[0] <= window_ms][-_MAX_VOTES:]
        if seen != "unknown":
            self._votes.append((pts_ms, seen == "missing"))
        missing = sum(1 for _, absent in self._votes if absent)
        state = self.state
        if not self._votes or pts_ms - self._votes[-1][0] > _WINDOW_MS:
            state = "unknown"
        elif missing <= _COMPLIANT_SHARE * len(self._votes):
            state = "compliant"
        elif len(self._votes) >= _LEAST_VOTES and missing >= _MISSING_SHARE * len(self._votes):
            state = "missing"
        if state != self.state:
            wanted = state == "missing"
            self.since_ms = next((at for at, absent in self._votes if absent == wanted), pts_ms)
            self.state = state
        return self.state
