"""What is let go when the disk is full: enough, in the documented order, and nothing for nothing."""

import dataclasses
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge_agent.core.held_room import Held, Room, to_let_go
from edge_agent.core.media import Run
from edge_agent.core.upload_policy import RANK, Upload
from shared.ids import CameraId, FactId, RunId
from shared.kinds import MEDIA_CLASSES, MediaClass
from tests.fakes.edge import segment

GATE, YARD = CameraId("n1.gate"), CameraId("n1.yard")


def held(
    number: int, media_class: MediaClass = "motion", beyond: int = 10, ring: int = 0, camera: CameraId = GATE
) -> Held:
    part = segment(camera, start_ms=number * 1000)
    run = Run(camera, (part,), beyond + ring, 0, "0" * 64, "0" * 32)
    upload = Upload(RunId(str(number)), run, media_class, media_class, None, "announced", 1, FactId("f"))
    return Held(upload, beyond, ring)


def gone(waiting: Sequence[Held], room: Room) -> list[str]:
    return [upload.id for upload in to_let_go(waiting, room)]


@pytest.mark.parametrize(
    ("free", "expected"),
    [(30, []), (29, ["3"]), (19, ["3", "1"]), (9, ["3", "1", "2"]), (0, ["3", "1", "2"])],
)
def test_the_oldest_of_the_lowest_class_goes_first_and_promoted_footage_last(free: int, expected: list[str]) -> None:
    waiting = [held(0, "promoted"), held(2), held(1), held(3, "continuous")]
    assert gone(waiting, Room(free, {}, {GATE: 30})) == expected
    assert gone(waiting, Room(0, {}, {GATE: 31})) == ["3", "1", "2", "0"]


def test_what_the_recorder_may_overwrite_in_its_own_ring_is_room() -> None:
    waiting = [held(1), held(2)]
    assert gone(waiting, Room(0, {GATE: 30}, {GATE: 30})) == []
    assert gone(waiting, Room(0, {YARD: 30}, {GATE: 15, YARD: 15})) == ["1", "2"]


def test_links_to_what_a_ring_still_has_are_room_for_that_ring_alone() -> None:
    waiting = [held(1, beyond=0, ring=20, camera=YARD), held(2, beyond=0, ring=20)]
    assert gone(waiting, Room(0, {YARD: 30}, {GATE: 20, YARD: 30})) == ["2"]


def test_what_the_store_most_likely_has_goes_before_all_else() -> None:
    sent = held(5, "promoted")
    sent = dataclasses.replace(sent, upload=dataclasses.replace(sent.upload, state="uploaded"))
    assert gone([held(1, "continuous"), sent], Room(0, {}, {GATE: 10})) == ["5"]


@settings(max_examples=80, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(MEDIA_CLASSES), st.integers(0, 5), st.integers(0, 5), st.sampled_from([GATE, YARD])),
        max_size=8,
    ),
    st.integers(0, 30),
    st.tuples(st.integers(0, 20), st.integers(0, 20)),
    st.tuples(st.integers(0, 20), st.integers(0, 20)),
)
def test_enough_goes_and_never_a_better_one_that_could_have_stayed(
    given_held: list[tuple[MediaClass, int, int, CameraId]], free: int, loose: tuple[int, int], wanted: tuple[int, int]
) -> None:
    waiting = [held(n, one[0], one[1], one[2], one[3]) for n, one in enumerate(given_held)]
    room = Room(free, {GATE: loose[0], YARD: loose[1]}, {GATE: wanted[0], YARD: wanted[1]})
    went = to_let_go(waiting, room)
    let_go = [one for one in waiting if one.upload in went]

    def after(ones: Sequence[Held]) -> Room:
        more = {c: sum(one.ring_bytes for one in ones if one.upload.run.camera == c) for c in (GATE, YARD)}
        ring = {camera: room.loose_bytes[camera] + more[camera] for camera in (GATE, YARD)}
        return Room(free + sum(one.beyond_bytes for one in ones), ring, room.wanted_bytes)

    assert (after(let_go).short_bytes <= 0) == (after(waiting).short_bytes <= 0)
    if let_go:
        assert after(let_go[:0]).short_bytes > 0
        worst = max(let_go, key=lambda one: (-RANK[one.upload.priority], one.upload.start_ms))
        assert after([one for one in let_go if one is not worst]).short_bytes > 0
