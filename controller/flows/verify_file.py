"""Judges one video file with the worker's own parts: frames -> detectors -> tracks -> rules -> a report."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from controller.core.judge import CameraJudge, merge_detections, pixel_scale, with_camera
from controller.core.records import FrameBoxes, Occurrence, Rule, TrackSummary
from controller.core.stored_tracks import Coverage
from controller.core.trial import Raised, merged
from controller.core.trial_run import Trial
from controller.core.verdict import count_per_second, summarise
from controller.ports import Detector, ModelInfo, TimedPicture
from shared.ids import CameraId
from shared.texts import Text

CAMERA = CameraId("offline.file")


@dataclass(frozen=True, slots=True)
class StageTimes:
    """Where the time went, in ms over the whole file."""

    decode_ms: float
    infer_ms: float
    track_ms: float
    rules_ms: float
    total_ms: float


@dataclass(frozen=True, slots=True)
class FileReport:
    """What a video showed. Times count from its first picture."""

    models: tuple[ModelInfo, ...]
    frames: tuple[FrameBoxes, ...]
    per_second: tuple[tuple[int, dict[str, int]], ...]
    tracks: tuple[TrackSummary, ...]
    alarms: tuple[Raised, ...]
    times: StageTimes
    warnings: tuple[Text, ...] = ()


def verify_file(
    pictures: Iterable[TimedPicture],
    detectors: Sequence[Detector],
    rules: Sequence[Rule],
    mint: Callable[[], str],
    timer: Callable[[], float],
) -> FileReport:
    """Judge every picture; `timer` gives seconds that never go backwards."""
    classes = tuple(dict.fromkeys(name for d in detectors for name in d.info.classes))
    judge = CameraJudge(CAMERA, with_camera(rules, CAMERA), classes, mint)
    inputs = [d.info for d in detectors]
    frames: list[FrameBoxes] = []
    occurrences: dict[str, Occurrence] = {}
    attributes: dict[int, tuple[tuple[str, str], ...]] = {}
    decode_s = infer_s = track_s = rules_s = 0.0
    began = at = timer()
    for timed in pictures:
        decode_s += (decoded := timer()) - at
        found = merge_detections([d.detect([timed.picture])[0] for d in detectors])
        infer_s += (inferred := timer()) - decoded
        height, width = timed.picture.shape[:2]
        seen = judge.track(timed.pts_ms, found, width / height)
        track_s += (tracked := timer()) - inferred
        scale = pixel_scale(timed.source_height_px, width / height, inputs)
        judged = judge.decide(timed.pts_ms, seen, found, scale)
        rules_s += (at := timer()) - tracked
        frames.append(judged.frame)
        occurrences |= {o.id: o for o in judged.occurrences}
        attributes |= {b.track_id: judge.rules.attributes(b.track_id) for b in judged.frame.boxes}
        at = timer()
    decode_s += timer() - at
    occurrences |= {o.id: o for o in judge.finish()}
    tracks = summarise(frames, lambda track: attributes.get(track, ()))
    alarms = merged(occurrences.values())
    times = StageTimes(
        decode_ms=decode_s * 1000,
        infer_ms=infer_s * 1000,
        track_ms=track_s * 1000,
        rules_ms=rules_s * 1000,
        total_ms=(timer() - began) * 1000,
    )
    return FileReport(tuple(d.info for d in detectors), tuple(frames), count_per_second(frames), tracks, alarms, times)


def try_on_pictures(
    pictures: Iterable[TimedPicture], detectors: Sequence[Detector], trial: Trial, starts_at_ms: int
) -> int:
    """Let a trial see every picture, at the time when it was taken; how much time they cover, ms."""
    inputs = [d.info for d in detectors]
    coverage = Coverage()
    for timed in pictures:
        found = merge_detections([d.detect([timed.picture])[0] for d in detectors])
        height, width = timed.picture.shape[:2]
        scale = pixel_scale(timed.source_height_px, width / height, inputs)
        trial.see(starts_at_ms + timed.pts_ms, found, width / height, scale)
        coverage.take(timed.pts_ms)
    return coverage.judged_ms
