"""Equipment: found on its wearer, missing where it could be seen, unknown where nobody could tell."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.core.ppe import (
    Consensus,
    ItemState,
    PixelScale,
    canonical_item,
    items_known,
    read_class,
    states_in_frame,
)
from controller.core.records import Detection, TrackedBox
from shared.geometry import Box

BIG = PixelScale(720, 640)
MAN = Box(0.4, 0.2, 0.5, 0.6)
ON_HEAD = Box(0.42, 0.19, 0.48, 0.25)
ON_CHEST = Box(0.41, 0.28, 0.49, 0.42)


def tracked(box: Box, number: int = 1) -> TrackedBox:
    return TrackedBox(number, "person", 0.9, box)


def item(box: Box, name: str = "helmet", confidence: float = 0.8) -> Detection:
    return Detection(name, confidence, box)


def state(person: Box, items: list[Detection], wanted: str = "helmet", scale: PixelScale = BIG) -> ItemState:
    return states_in_frame([tracked(person)], items, wanted, scale)[1]


def test_a_helmet_on_the_head_and_a_vest_on_the_chest() -> None:
    assert state(MAN, [item(ON_HEAD)]) == "compliant"
    assert state(MAN, [item(ON_CHEST, "vest")], "vest") == "compliant"


def test_nothing_where_it_could_be_seen_is_missing() -> None:
    assert state(MAN, []) == "missing"
    assert state(MAN, [item(ON_CHEST)]) == "missing", "a helmet carried in the hand is not worn"
    assert state(MAN, [item(ON_HEAD, "vest")], "vest") == "missing"


def test_a_faint_helmet_speaks_against_an_alarm_and_a_ghost_does_not() -> None:
    assert state(MAN, [item(ON_HEAD, confidence=0.45)]) == "compliant"
    assert state(MAN, [item(ON_HEAD, confidence=0.3)]) == "missing"


def test_one_helmet_is_worn_by_one_person() -> None:
    other = Box(0.43, 0.2, 0.53, 0.6)
    states = states_in_frame([tracked(MAN), tracked(other, 2)], [item(ON_HEAD)], "helmet", PixelScale(2000, 2000))
    assert states[1] == "compliant"
    assert states[2] != "compliant"


def test_a_model_that_sees_bare_heads_is_believed() -> None:
    assert state(MAN, [item(ON_HEAD, "NO-Hardhat", 0.9)]) == "missing"
    assert state(MAN, [item(ON_HEAD, "no_helmet", 0.9), item(ON_HEAD, "helmet", 0.4)]) == "missing"
    assert state(MAN, [item(ON_HEAD, "no_helmet", 0.4), item(ON_HEAD, "helmet", 0.9)]) == "compliant"


@pytest.mark.parametrize(
    ("why", "person", "scale"),
    [
        ("too small in the source", MAN, PixelScale(90, 640)),
        ("head too small for the model", MAN, PixelScale(720, 100)),
        ("cut off at the top", Box(0.4, 0.0, 0.5, 0.4), BIG),
        ("half behind the picture's edge", Box(0.0, 0.2, 0.05, 0.6), BIG),
    ],
)
def test_who_cannot_be_seen_well_is_unknown(why: str, person: Box, scale: PixelScale) -> None:
    assert state(person, [], scale=scale) == "unknown", why


def test_a_vest_can_be_told_further_away_than_a_helmet() -> None:
    """What counts is how large the item is for the model: a head is a seventh of a person, a vest a third."""
    far = PixelScale(720, 110)
    assert state(MAN, [], scale=far) == "unknown"
    assert state(MAN, [], "vest", far) == "missing"
    assert state(MAN, [], "vest", PixelScale(720, 70)) == "unknown"
    assert state(MAN, [], "helmet", PixelScale(720, 130)) == "missing"


def test_a_head_behind_another_person_is_unknown() -> None:
    in_front = Box(0.38, 0.15, 0.52, 0.9)
    states = states_in_frame([tracked(MAN), tracked(in_front, 2)], [], "helmet", BIG)
    assert states == {1: "unknown", 2: "missing"}


def test_spellings_are_one_item() -> None:
    assert canonical_item("Hard Hat") == canonical_item("helmet") == "helmet"
    assert canonical_item("hard-hat") == canonical_item("Safety_Helmet") == "helmet"
    assert read_class("NO-Safety Vest") == ("vest", False)
    assert read_class("person") == ("person", True)
    assert items_known(["person", "Hardhat", "NO-Mask"]) == {"person", "helmet", "mask"}


def test_consensus_needs_three_frames_and_dates_back_to_the_first() -> None:
    agreed = Consensus()
    assert [agreed.vote(t, "missing") for t in (0, 200, 400)] == ["unknown", "unknown", "missing"]
    assert agreed.since_ms == 0


def test_a_flickering_helmet_is_a_helmet() -> None:
    agreed = Consensus()
    seen: list[ItemState] = ["compliant", "missing"] * 20
    assert "missing" not in {agreed.vote(i * 200, s) for i, s in enumerate(seen)}


def test_unknown_frames_decide_nothing_and_old_ones_are_forgotten() -> None:
    agreed = Consensus()
    for t in (0, 200, 400):
        agreed.vote(t, "missing")
    assert agreed.vote(600, "unknown") == "missing"
    assert agreed.vote(5000, "unknown") == "unknown"


@given(st.lists(st.sampled_from(["missing", "compliant", "unknown"]), max_size=40))
def test_missing_is_said_only_after_mostly_missing_frames(seen: list[ItemState]) -> None:
    agreed = Consensus()
    for index, one in enumerate(seen):
        if agreed.vote(index * 200, one) == "missing":
            window = [s for s in seen[max(0, index - 7) : index + 1] if s != "unknown"]
            assert window.count("missing") > window.count("compliant")


@pytest.mark.parametrize("step_ms", [1000, 333, 200, 66])
def test_consensus_is_reached_at_every_rate_of_judging(step_ms: int) -> None:
    agreed = Consensus()
    assert [agreed.vote(i * step_ms, "missing") for i in range(3)][-1] == "missing"
    assert agreed.vote(2 * step_ms + 1600, "unknown") == "unknown"


@pytest.mark.parametrize(
    ("wanted", "place"),
    [
        ("mask", Box(0.43, 0.22, 0.47, 0.26)),
        ("goggles", Box(0.43, 0.22, 0.47, 0.24)),
        ("gloves", Box(0.36, 0.38, 0.39, 0.42)),
        ("shoes", Box(0.41, 0.57, 0.45, 0.6)),
        ("harness", Box(0.41, 0.25, 0.49, 0.42)),
        ("ear protection", Box(0.43, 0.21, 0.45, 0.24)),
    ],
)
def test_every_item_is_looked_for_where_it_is_worn(wanted: str, place: Box) -> None:
    near = PixelScale(1080, 960)
    assert state(MAN, [item(place, wanted)], wanted, near) == "compliant"
    elsewhere = Box(place.x1 + 0.2, place.y1, place.x2 + 0.2, place.y2)
    assert state(MAN, [item(elsewhere, wanted)], wanted, near) == "missing"
    wrong_end = Box(place.x1, 0.8 - place.y2, place.x2, 0.8 - place.y1)
    if wanted not in {"gloves", "harness"}:
        assert state(MAN, [item(wrong_end, wanted)], wanted, near) == "missing"


def test_small_items_of_far_people_are_unknown_before_large_ones() -> None:
    assert state(MAN, [], "helmet", PixelScale(720, 200)) == "missing"
    for small in ("mask", "goggles", "gloves", "shoes"):
        assert state(MAN, [], small, PixelScale(720, 200)) == "unknown"
        assert state(MAN, [], small, PixelScale(1080, 960)) == "missing"


def test_shoes_and_gloves_of_one_whose_feet_are_cut_off_are_unknown() -> None:
    cut = Box(0.4, 0.5, 0.55, 1.0)
    assert state(cut, [], "helmet") == "missing"
    assert state(cut, [], "shoes", PixelScale(1080, 960)) == "unknown"


@pytest.mark.parametrize(
    ("name", "meaning"),
    [
        ("no-helmet", ("helmet", False)),
        ("NoHelmet", ("helmet", False)),
        ("nohelmet", ("helmet", False)),
        ("without_mask", ("mask", False)),
        ("with_mask", ("mask", True)),
        ("mask_weared_incorrect", ("mask", False)),
        ("NO-Safety Vest", ("vest", False)),
        ("NO-Hardhat", ("helmet", False)),
        ("Hardhat", ("helmet", True)),
        ("Safety Boots", ("shoes", True)),
        ("no_gloves", ("gloves", False)),
        ("nose", ("nose", True)),
        ("notebook", ("notebook", True)),
        ("head", ("head", True)),
    ],
)
def test_models_vocabularies_are_understood(name: str, meaning: tuple[str, bool]) -> None:
    assert read_class(name) == meaning
