"""Judges one video file with the worker's own parts: frames -> detectors -> tracks -> rules -> a report."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from controller.core.alarms import match
from controller.core.judge import CameraJudge, merge_detections, pixel_scale, with_camera
from controller.core.records import FrameBoxes, Occurrence, OpenAlarm, Rule, TrackSummary
from controller.core.verdict import count_per_second, summarise
from controller.ports import Detector, ModelInfo, TimedPicture
from shared.ids import AlarmId, CameraId
from shared.texts import Text

CAMERA = CameraId("offline.file")


@dataclass(frozen=True, slots=True)
class FileAlarm:
    """An alarm of the report: raised at `start_ms`, its last condition ended at `end_ms`."""

    rule: Rule
    track_ids: tuple[int, ...]
    start_ms: int
    end_ms: int


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
    alarms: tuple[FileAlarm, ...]
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
    alarms = merge_alarms(tuple(occurrences.values()))
    times = StageTimes(
        decode_ms=decode_s * 1000,
        infer_ms=infer_s * 1000,
        track_ms=track_s * 1000,
        rules_ms=rules_s * 1000,
        total_ms=(timer() - began) * 1000,
    )
    return FileReport(tuple(d.info for d in detectors), tuple(frames), count_per_second(frames), tracks, alarms, times)


def merge_alarms(occurrences: Sequence[Occurrence]) -> tuple[FileAlarm, ...]:
    """Occurrences as the controller would raise them: within the cooldown they join the alarm before."""
    alarms: list[tuple[OpenAlarm, list[Occurrence]]] = []
    for occurrence in sorted(occurrences, key=lambda o: (o.condition_ms, o.id)):
        found = match(occurrence, [alarm for alarm, _ in alarms])
        joined = next((members for alarm, members in alarms if alarm.id == found.alarm), None)
        if joined is not None:
            joined.append(occurrence)
            continue
        rule = occurrence.rule
        new = OpenAlarm(
            id=AlarmId(occurrence.id),
            rule=rule.id,
            camera=occurrence.camera,
            zone_name=rule.zone_name,
            severity=rule.severity,
            raised_ms=occurrence.condition_ms,
            state="raised",
        )
        alarms.append((new, [occurrence]))
    return tuple(_file_alarm(members) for _, members in alarms)


def _file_alarm(members: Sequence[Occurrence]) -> FileAlarm:
    ends = [o.end_ms if o.end_ms is not None else o.condition_ms for o in members]
    return FileAlarm(
        rule=members[0].rule,
        track_ids=tuple(sorted({track for o in members for track in o.track_ids})),
        start_ms=members[0].condition_ms,
        end_ms=max(ends),
    )
