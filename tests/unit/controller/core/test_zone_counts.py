"""Live counts of zones: by class, by foot point, steady at the edge."""

from controller.core.records import FrameBoxes, TrackedBox
from controller.core.zone_counts import ZoneCounts, topic_level, zones_of
from shared.geometry import Box
from tests.builders import rule

LEFT = ((0.0, 0.0), (0.5, 0.0), (0.5, 1.0), (0.0, 1.0))


def boxes(*places: tuple[int, str, float]) -> FrameBoxes:
    return FrameBoxes(0, tuple(TrackedBox(i, name, 0.9, Box(x - 0.05, 0.2, x + 0.05, 0.6)) for i, name, x in places))


def test_what_stands_in_a_zone_is_counted_by_class() -> None:
    counts = ZoneCounts(zones_of([rule(zone=LEFT, zone_name="yard"), rule(zone=LEFT), rule(zone_name="nowhere")]))
    seen = boxes((1, "person", 0.2), (2, "person", 0.3), (3, "truck", 0.4), (4, "person", 0.8))
    assert counts.step(seen) == {"yard": {"person": 2, "truck": 1}}
    assert counts.step(boxes()) == {"yard": {}}


def test_who_trembles_on_the_edge_is_not_counted_in_and_out() -> None:
    counts = ZoneCounts({"yard": LEFT})
    found = [counts.step(boxes((1, "person", x)))["yard"] for x in (0.52, 0.49, 0.52, 0.49, 0.52, 0.7)]
    assert found == [{}, {"person": 1}, {"person": 1}, {"person": 1}, {"person": 1}, {}]


def test_a_zones_name_becomes_one_level_of_a_topic() -> None:
    assert topic_level("하역장 1") == "하역장 1"
    assert topic_level("a/b+c#\0") == "a_b_c__"
    assert topic_level("") == "_"
