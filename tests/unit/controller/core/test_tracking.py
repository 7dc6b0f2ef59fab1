"""Tracking: who was seen keeps a number, through gaps, faint frames and crossings, at uneven rates."""

from hypothesis import given
from hypothesis import strategies as st

from controller.core.records import Detection
from controller.core.tracking import Observation, Tracker, TrackerSettings
from shared.geometry import Box


def box(x: float, y: float = 0.5, height: float = 0.3, confidence: float = 0.9, name: str = "person") -> Detection:
    return Detection(name, confidence, Box(x - height / 6, y - height / 2, x + height / 6, y + height / 2))


def ids(seen: tuple[Observation, ...]) -> list[int]:
    return [o.box.track_id for o in seen]


def test_a_walker_keeps_one_number_and_is_believed_at_the_second_sight() -> None:
    tracker = Tracker()
    seen = [tracker.step(i * 200, [box(0.1 + i * 0.03)]) for i in range(20)]
    assert {i for frame in seen for i in ids(frame)} == {1}
    assert [frame[0].confirmed for frame in seen[:3]] == [False, True, True]
    assert seen[-1][0].first_ms == 0


def test_one_sight_is_never_believed() -> None:
    tracker = Tracker()
    assert not tracker.step(0, [box(0.5)])[0].confirmed
    assert tracker.step(200, []) == ()
    assert not tracker.step(3000, [box(0.5)])[0].confirmed


def test_what_is_never_seen_clearly_is_never_believed() -> None:
    tracker = Tracker()
    seen = [tracker.step(i * 200, [box(0.5, confidence=0.55)]) for i in range(20)]
    assert not any(o.confirmed for frame in seen for o in frame)


def test_faint_frames_keep_a_track_and_start_none() -> None:
    tracker = Tracker()
    tracker.step(0, [box(0.5)])
    tracker.step(200, [box(0.5)])
    assert ids(tracker.step(400, [box(0.5, confidence=0.15)])) == [1]
    assert Tracker().step(0, [box(0.5, confidence=0.3)]) == ()


def test_who_is_hidden_for_a_while_comes_back_under_the_old_number() -> None:
    tracker = Tracker()
    for i in range(6):
        tracker.step(i * 200, [box(0.5)])
    for i in range(6, 14):
        assert tracker.step(i * 200, []) == ()
    assert ids(tracker.step(14 * 200, [box(0.5)])) == [1]
    assert ids(tracker.step(14 * 200 + 3000, [box(0.5)])) == [2]


def test_classes_are_followed_apart() -> None:
    tracker = Tracker()
    for i in range(4):
        seen = tracker.step(i * 200, [box(0.5), box(0.5, name="helmet")])
    assert sorted((o.box.track_id, o.box.class_name) for o in seen) == [(1, "person"), (2, "helmet")]


def test_two_who_pass_each_other_keep_their_numbers() -> None:
    tracker = Tracker()
    for i in range(30):
        left, right = 0.2 + i * 0.02, 0.8 - i * 0.02
        seen = tracker.step(i * 100, [box(left, 0.5), box(right, 0.62)])
        by_id = {o.box.track_id: o.box.box.centre[1] for o in seen}
        assert by_id == {1: by_id[1], 2: by_id[2]}
        assert by_id[1] < by_id[2]


def test_time_is_what_counts_not_frames() -> None:
    tracker = Tracker()
    at, x = 0, 0.1
    for step_ms in (40, 400, 120, 600, 40, 200, 500, 80):
        at += step_ms
        x += step_ms * 0.0001
        seen = tracker.step(at, [box(x)])
    assert ids(seen) == [1]


def test_the_number_of_tracks_is_bounded() -> None:
    tracker = Tracker(TrackerSettings(max_tracks=5))
    crowd = [box(0.05 + i * 0.1, height=0.1) for i in range(9)]
    assert len(tracker.step(0, crowd)) == 5
    assert len(tracker.step(200, crowd)) == 5


detections = st.lists(
    st.builds(
        box,
        st.integers(0, 10).map(lambda n: n / 10),
        st.integers(2, 8).map(lambda n: n / 10),
        st.sampled_from([0.1, 0.3]),
        st.sampled_from([0.05, 0.2, 0.55, 0.9]),
        st.sampled_from(["person", "helmet"]),
    ),
    max_size=5,
)


@given(st.lists(st.tuples(st.integers(1, 3000), detections), max_size=25), st.sampled_from([0.5, 1.0, 1.78]))
def test_whatever_is_seen_numbers_are_unique_and_rise(frames: list[tuple[int, list[Detection]]], aspect: float) -> None:
    tracker, at, highest = Tracker(), 0, 0
    believed: set[int] = set()
    classes: dict[int, str] = {}
    for step_ms, found in frames:
        at += step_ms
        seen = tracker.step(at, found, aspect)
        numbers = ids(seen)
        assert len(set(numbers)) == len(numbers) <= len(found)
        new = [n for n in numbers if n not in classes]
        assert all(n > highest for n in new)
        highest = max([highest, *new])
        for o in seen:
            assert classes.setdefault(o.box.track_id, o.box.class_name) == o.box.class_name
            assert any(d.box == o.box.box and d.class_name == o.box.class_name for d in found)
            assert o.confirmed or o.box.track_id not in believed, "belief is not taken back"
            assert o.first_ms <= at
        believed |= {o.box.track_id for o in seen if o.confirmed}


def test_at_a_frame_every_two_seconds_who_stands_is_believed() -> None:
    tracker = Tracker()
    seen = [tracker.step(i * 2000, [box(0.5)]) for i in range(3)]
    assert [frame[0].confirmed for frame in seen] == [False, True, True]
