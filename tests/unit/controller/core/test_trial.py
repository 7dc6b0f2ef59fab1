"""Trials of rules: what they change is told alike each time, and nothing is counted on both sides."""

from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from controller.core.judge import merge_detections
from controller.core.ppe import PixelScale
from controller.core.records import Detection, FrameBoxes, Rule, Schedule, Shift, TrackedBox
from controller.core.stored_tracks import History, needs_of_clips, needs_of_tracks
from controller.core.trial import Changed, Raised, compare, merged
from controller.core.trial_run import Trial
from controller.core.trial_wish import plan
from shared.geometry import Box
from shared.ids import CameraId, RuleId
from tests.builders import T0, occurrence, rule

CAM = CameraId("gate.yard")
OTHER = CameraId("gate.dock")
CLASSES = ("person", "helmet", "vehicle")
LEFT = ((0.0, 0.0), (0.5, 0.0), (0.5, 1.0), (0.0, 1.0))


def raised(start_s: float, end_s: float, name: str = "lawn", **given: Any) -> Raised:
    start_ms, end_ms = T0 + round(start_s * 1000), T0 + round(end_s * 1000)
    values: dict[str, Any] = {"id": RuleId(name), "name": name, "kind": "zone_intrusion"}
    return Raised(Rule(**(values | given)), CAM, start_ms, start_ms, end_ms, 0.9, (1,), 1)


def told(changes: tuple[Changed, ...]) -> list[tuple[str, str, float]]:
    return [(c.change, c.alarm.rule.name, (c.alarm.start_ms - T0) / 1000) for c in changes]


def test_what_overlaps_under_the_same_name_is_the_same() -> None:
    changes = compare([raised(0, 10), raised(50, 60)], [raised(9, 20), raised(30, 40)])
    assert told(changes) == [("same", "lawn", 0), ("gone", "lawn", 30), ("new", "lawn", 50)]


def test_another_rule_at_the_same_time_is_not_the_same() -> None:
    changes = compare([raised(0, 10, "a")], [raised(0, 10, "b"), raised(0, 10, "a", kind="ppe_missing")])
    assert sorted(c.change for c in changes) == ["gone", "gone", "new"]


SPANS = st.lists(
    st.tuples(st.integers(0, 50), st.integers(0, 20), st.sampled_from("ab")).map(
        lambda t: raised(t[0], t[0] + t[1], t[2])
    ),
    max_size=8,
)


@given(SPANS, SPANS)
def test_every_alarm_is_told_once_and_the_sides_can_be_exchanged(mine: list[Raised], theirs: list[Raised]) -> None:
    changes = compare(mine, theirs)
    assert sorted(id(c.alarm) for c in changes if c.change != "gone") == sorted(id(a) for a in mine)
    assert {id(c.alarm) for c in changes if c.change == "gone"} <= {id(a) for a in theirs}
    back = compare(theirs, mine)
    assert sorted(id(c.alarm) for c in changes if c.change == "gone") == sorted(
        id(c.alarm) for c in back if c.change == "new"
    )
    assert {c.change for c in compare(mine, mine)} <= {"same"}


def test_occurrences_within_the_cooldown_are_one_alarm_counted_from_its_raising() -> None:
    lawn = rule(cooldown_s=15.0)
    alarms = merged([occurrence(lawn, s, s + 1) for s in (30, 0, 10, 16)])
    assert [((a.raised_ms - T0) // 1000, a.occurrences) for a in alarms] == [(0, 2), (16, 2)]
    assert alarms[0].end_ms == T0 + 11_000


STEPS = st.lists(
    st.tuples(
        st.integers(50, 900),
        st.lists(
            st.tuples(st.integers(1, 3), st.sampled_from(["person", "vehicle"]), st.floats(0, 0.9), st.floats(0.5, 1)),
            max_size=3,
            unique_by=lambda box: box[0],
        ),
    ),
    max_size=60,
)
Steps = list[tuple[int, list[tuple[int, str, float, float]]]]


def frames_of(steps: Steps) -> list[FrameBoxes]:
    frames, at_ms = [], T0
    for step_ms, boxes in steps:
        at_ms += step_ms
        found = (TrackedBox(n, name, sure, Box(x, 0.2, x + 0.1, 0.6)) for n, name, x, sure in boxes)
        frames.append(FrameBoxes(at_ms, tuple(found)))
    return frames


TRIED = (rule(name="a", persistence_s=0.4), rule(name="b", persistence_s=1.0, zone=LEFT))
IN_FORCE = (rule(name="a", persistence_s=0.8), rule(name="c", camera=OTHER), rule(name="d", enabled=False))


def on_tracks(verdicts: list[list[FrameBoxes]], tried: tuple[Rule, ...] = TRIED) -> tuple[Changed, ...]:
    trial, history = Trial(CAM, tried, IN_FORCE, CLASSES), History()
    for verdict in verdicts:
        for frame in history.take(verdict):
            trial.replay(frame, 16 / 9)
    return trial.changes()


@given(STEPS)
def test_twice_over_the_same_tracks_gives_the_same(steps: Steps) -> None:
    frames = frames_of(steps)
    assert on_tracks([frames]) == on_tracks([frames])
    again = tuple(replace(one, id=RuleId(f"new-{one.id}")) for one in TRIED)
    assert told(on_tracks([frames], again)) == told(on_tracks([frames])), "ids of rules do not matter"


@given(STEPS, st.integers(1, 20))
def test_how_tracks_were_stored_does_not_matter(steps: Steps, each: int) -> None:
    """In one verdict or in many, and told twice where two workers judged the same."""
    frames = frames_of(steps)
    parts = [frames[n : n + each] for n in range(0, len(frames), each)]
    history = History()
    taken = [frame for part in parts for again in (part, part) for frame in history.take(again)]
    assert [frame.pts_ms for frame in taken] == [frame.pts_ms for frame in frames]
    for new, old in zip(taken, frames, strict=True):
        assert [b.box for b in new.boxes] == [b.box for b in old.boxes]


@given(STEPS)
def test_twice_over_the_same_pictures_gives_the_same(steps: Steps) -> None:
    def run() -> tuple[Changed, ...]:
        trial = Trial(CAM, (*TRIED, rule(name="hat", kind="ppe_missing", required=("helmet",))), IN_FORCE, CLASSES)
        for frame in frames_of(steps):
            found = tuple(Detection(b.class_name, b.confidence, b.box) for b in frame.boxes)
            trial.see(frame.pts_ms, merge_detections([found]), 16 / 9, PixelScale(720, 288))
        return trial.changes()

    first, second = run(), run()
    assert told(first) == told(second)
    assert [c.alarm.track_ids for c in first] == [c.alarm.track_ids for c in second]


def frame(at_ms: int, number: int, x: float) -> FrameBoxes:
    return FrameBoxes(T0 + at_ms, (TrackedBox(number, "person", 0.9, Box(x, 0.2, x + 0.1, 0.6)),))


def test_a_worker_that_counts_anew_makes_no_track_go_on() -> None:
    history = History()
    before = history.take([frame(0, 1, 0.1), frame(200, 1, 0.1)])
    elsewhere = history.take([frame(400, 1, 0.7), frame(600, 1, 0.7)])
    here = history.take([frame(800, 1, 0.7)])
    ids = [f.boxes[0].track_id for f in (*before, *elsewhere, *here)]
    assert ids == [1, 1, 2, 2, 2]
    assert history.coverage.judged_ms == 800
    assert history.take([frame(9_000, 1, 0.7)])[0].boxes[0].track_id == 3, "after a hole nobody knows"
    assert history.coverage.judged_ms == 800


def test_shifts_are_kept_by_the_footages_own_time() -> None:
    """T0 is 17:00 in Seoul."""
    late = Schedule((Shift(tuple(range(7)), 17 * 60 + 1, 18 * 60),))
    trial = Trial(CAM, [rule(name="late", persistence_s=1.0, schedule=late)], [], CLASSES)
    for at_ms in range(0, 120_000, 400):
        trial.replay(frame(at_ms, 1, 0.3), 16 / 9)
    (change,) = trial.changes()
    assert (change.change, (change.alarm.start_ms - T0) // 1000) == ("new", 60)


def test_why_a_rule_fired_is_told() -> None:
    trial = Trial(CAM, [rule(name="slow", kind="loitering", dwell_s=2.0, zone=LEFT)], [], CLASSES)
    for at_ms in range(0, 4_000, 200):
        trial.replay(frame(at_ms, 1, 0.3), 16 / 9)
    (change,) = trial.changes()
    assert dict(change.alarm.numbers)["dwell_s"] >= 2.0


def test_tracks_tell_what_they_hold_and_clips_are_asked_for_the_rest() -> None:
    hat = rule(name="hat", kind="ppe_missing", required=("helmet",))
    faint = rule(name="faint", min_confidence=0.3)
    odd = rule(name="odd", kind="anomaly", min_confidence=0.0)
    told = [None if text is None else text.code for text in map(needs_of_tracks, (rule(), hat, faint, odd))]
    assert told == [None, "trial_needs_items", "trial_needs_faint", "trial_needs_scores"]
    assert [needs_of_clips(one) is None for one in (hat, faint, odd)] == [True, True, False]
    assert plan("auto", CAM, [odd], []).source == "tracks", "clips tell no more"
    assert plan("auto", CAM, [rule()], [rule()]).source == "tracks"
    assert plan("auto", CAM, [rule()], [hat]).source == "clips"
    assert plan("auto", CAM, [rule()], [replace(hat, camera=OTHER), replace(hat, enabled=False)]).source == "tracks"
    forced = plan("tracks", CAM, [hat, rule(name="x")], [hat, faint])
    assert ([r.name for r in forced.tried], forced.in_force) == (["x"], ())
    assert [text.code for text in forced.unanswered] == ["trial_needs_items", "trial_needs_faint"]
    assert plan("clips", CAM, [hat], [faint]).unanswered == ()
    assert [text.code for text in plan("clips", CAM, [hat], [odd]).unanswered] == ["trial_needs_scores"]
