"""Telling the live counts of zones: on change, every ten seconds, and not of cameras that nobody judges."""

from controller.core.records import FrameBoxes, TrackedBox
from controller.flows.verify_counts import Counts
from shared.geometry import Box
from shared.ids import CameraId
from shared.messages import ZoneCountMessage
from tests.builders import T0, rule
from tests.fakes.site import HandClock, Wire

CAM = CameraId("gate.yard")
ALL = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))


def frame(at_ms: int, persons: int) -> FrameBoxes:
    return FrameBoxes(at_ms, tuple(TrackedBox(i, "person", 0.9, Box(0.1, 0.1, 0.2, 0.5)) for i in range(persons)))


def test_the_topic_and_the_message_are_as_published() -> None:
    assert ZoneCountMessage.model_fields["schema_"].default == "cctv.zone-count.v1"


async def test_counts_are_told_on_change_and_every_ten_seconds() -> None:
    wire, clock = Wire(), HandClock()
    counts = Counts(wire, clock, "yard")
    counts.judged(CAM, frame(T0, 1))
    await counts.tell()
    assert wire.sent == [], "no zone is known yet"
    counts.rules(CAM, [rule(zone=ALL, zone_name="a/b")])
    told = []
    for second, persons in enumerate([1, 1, 2] + [2] * 20 + [0]):
        clock.at_ms = T0 + second * 1000
        counts.judged(CAM, frame(clock.at_ms, persons))
        await counts.tell()
        told.append(len(wire.sent))
    seconds = [second for second, (before, now) in enumerate(zip([0, *told], told, strict=False)) if now > before]
    assert seconds == [0, 2, 12, 22, 23]
    topic, message = wire.sent[-1]
    assert topic == "cctv/v1/site/yard/camera/gate.yard/zone/a_b"
    assert isinstance(message, ZoneCountMessage)
    assert (message.zone, message.counts, message.judged_ms) == ("a/b", {}, T0 + 23_000)
    clock.at_ms += 60_000
    await counts.tell()
    assert len(wire.sent) == told[-1], "nobody judges the camera any more: the count is not said again"


async def test_while_the_broker_is_away_only_the_newest_waits() -> None:
    wire, clock = Wire(), HandClock()
    counts = Counts(wire, clock, "yard")
    counts.rules(CAM, [rule(zone=ALL, zone_name="yard")])
    wire.down = True
    sleeps = 0
    for persons in (1, 2, 3):
        counts.judged(CAM, frame(T0 + persons, persons))
        try:
            await counts.tell()
        except Exception as fault:  # noqa: BLE001 - the loop's own business
            sleeps += "not connected" in str(fault)
    wire.down = False
    await counts.tell()
    assert sleeps == 3
    assert [m.counts for m in wire.of(ZoneCountMessage)] == [{"person": 3}]


async def test_other_rules_forget_the_zones_of_before() -> None:
    wire, clock = Wire(), HandClock()
    counts = Counts(wire, clock, "yard")
    counts.rules(CAM, [rule(zone=ALL, zone_name="a")])
    counts.judged(CAM, frame(T0, 1))
    counts.rules(CAM, [rule(zone=ALL, zone_name="b")])
    counts.judged(CAM, frame(T0 + 1, 2))
    await counts.tell()
    assert [(m.zone, m.counts) for m in wire.of(ZoneCountMessage)] == [("b", {"person": 2})]
