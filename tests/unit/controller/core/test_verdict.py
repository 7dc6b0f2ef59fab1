"""Verdicts: tracks and counts out of judged frames, growing without holes."""

from dataclasses import replace

from controller.core.records import FrameBoxes, Job, TrackedBox
from controller.core.verdict import GAP_MS, MAX_FRAMES, Draft, count_per_second, summarise
from controller.ports import ModelInfo
from shared.geometry import Box
from shared.ids import CameraId, EventId, VerdictId

BOX = Box(0.1, 0.1, 0.2, 0.4)
MODEL = ModelInfo("m", "f" * 64, "cpu", ("person",), 64, 64, "yolox")
JOB = Job(1, "stored", CameraId("a.b"), EventId("e"), 0, 9, 1, 1)


def frame(t: int, *tracks: tuple[int, float], name: str = "person") -> FrameBoxes:
    return FrameBoxes(t, tuple(TrackedBox(number, name, confidence, BOX) for number, confidence in tracks))


def test_a_track_is_summed_up_with_its_best_sight() -> None:
    (track, other) = summarise([frame(0, (1, 0.5)), frame(200, (1, 0.9), (2, 0.6)), frame(400, (1, 0.7))])
    assert (track.first_ms, track.last_ms, track.best_ms, track.confidence) == (0, 400, 200, 0.9)
    assert (other.track_id, other.first_ms, other.last_ms) == (2, 200, 200)


def test_a_second_counts_what_its_middle_frame_counts() -> None:
    frames = [
        frame(0, (1, 1)),
        frame(400, (1, 1), (2, 1)),
        frame(800, (1, 1), (2, 1)),
        frame(1000),
        frame(2100, (1, 1)),
    ]
    assert count_per_second(frames) == ((0, {"person": 2}), (1, {}), (2, {"person": 1}))


def test_a_draft_grows_and_says_whether_it_changed() -> None:
    draft = Draft(VerdictId("v"))
    assert draft.takes(5_000_000)
    draft.add(frame(100, (1, 0.9)), lambda _: (("helmet", "missing"),))
    before = draft.changed
    verdict = draft.build(JOB, MODEL, final=True)
    assert (before, draft.changed) == (True, False)
    assert (verdict.start_ms, verdict.end_ms, verdict.late, verdict.final, verdict.sampled) == (100, 100, True, True, 1)
    assert verdict.tracks[0].attributes == (("helmet", "missing"),)
    assert draft.takes(100 + GAP_MS)
    assert not draft.takes(101 + GAP_MS)


def test_a_draft_is_bounded() -> None:
    draft = Draft(VerdictId("v"))
    for index in range(MAX_FRAMES):
        draft.add(frame(index), lambda _: ())
    assert not draft.takes(MAX_FRAMES)


def test_a_verdict_is_of_one_model_alone() -> None:
    draft, other = Draft(VerdictId("v")), replace(MODEL, name="n", sha256="e" * 64)
    draft.add(frame(100, (1, 0.9)), lambda _: (), model=MODEL)
    assert draft.takes(300, MODEL)
    assert not draft.takes(300, other)
    assert draft.build(JOB, other, final=True).model == "m", "who judged it, not who judges now"
