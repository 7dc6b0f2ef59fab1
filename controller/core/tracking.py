"""Follows things from frame to frame by the ByteTrack method, in seconds instead of frames.

Strong detections are matched first, weak ones then keep tracks alive that would break (ByteTrack, Zhang et al. 2021).
Motion is a constant-velocity Kalman filter per box coordinate whose noise grows with the time between judged frames,
so that uneven and low frame rates need no other settings.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from controller.core.assignment import assign
from controller.core.records import Detection, TrackedBox
from shared.geometry import Box

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class TrackerSettings:
    """Thresholds; lengths in box heights, times in seconds."""

    sure: float = 0.6  # a track is believed once it was seen this clearly
    strong: float = 0.5  # detections that start tracks and are matched first
    weak: float = 0.1  # detections that may keep one
    confirm_hits: int = 2
    confirm_within_ms: int = 900
    lost_ms: int = 2500  # how long an unseen track may come back
    buffer: float = 0.25  # boxes are widened by this share on every side before they are compared
    least_strong: float = 0.2  # overlap of widened boxes
    least_weak: float = 0.35
    max_tracks: int = 200


@dataclass(frozen=True, slots=True)
class Observation:
    """A track seen in this frame. `confirmed` False: seen too seldom yet to be believed."""

    box: TrackedBox
    confirmed: bool
    first_ms: int


_ACCELERATION = 1.2  # box heights per second squared, one sigma
_POSITION_NOISE = 0.05  # box heights
_FIRST_SPEED = 0.8  # box heights per second: a walking person
_LOST_DAMPING = 0.5  # share of its speed that an unseen track keeps per second
_DOUBLE = 0.85
_LONGEST_STEP_S = 2.0


@dataclass(slots=True)
class _Track:
    track_id: int
    class_name: str
    first_ms: int
    seen_ms: int
    hits: int
    best: float
    confirmed: bool
    position: Floats  # centre x, centre y, width, height; in picture heights
    speed: Floats
    cov_pp: Floats
    cov_pv: Floats
    cov_vv: Floats
    lost: bool = field(default=False)

    def predict(self, seconds: float) -> None:
        """Move on by constant velocity (white-noise acceleration)."""
        if self.lost:
            self.speed *= _LOST_DAMPING**seconds
            self.speed[2:] = 0.0
        noise = (_ACCELERATION * self.position[3]) ** 2
        self.position += self.speed * seconds
        self.position[2:] = np.maximum(self.position[2:], 1e-4)
        self.cov_pp += 2 * seconds * self.cov_pv + seconds**2 * self.cov_vv + noise * seconds**3 / 3
        self.cov_pv += seconds * self.cov_vv + noise * seconds**2 / 2
        self.cov_vv += noise * seconds

    def correct(self, measured: Floats, confidence: float) -> None:
        """Take a measurement in; a weak detection moves the track less."""
        deviation = _POSITION_NOISE * measured[3] * (2.0 - confidence)
        total = self.cov_pp + deviation**2
        gain_p, gain_v = self.cov_pp / total, self.cov_pv / total
        off = measured - self.position
        self.position = self.position + gain_p * off
        self.speed = self.speed + gain_v * off
        self.cov_vv = self.cov_vv - gain_v * self.cov_pv
        self.cov_pv = self.cov_pv * (1 - gain_p)
        self.cov_pp = self.cov_pp * (1 - gain_p)


class Tracker:
    """One camera's tracks. Call `step` with rising times; ids never come again. `settings` may change between steps."""

    def __init__(self, settings: TrackerSettings | None = None) -> None:
        self.settings = settings or TrackerSettings()
        self._tracks: list[_Track] = []
        self._next_id = 1
        self._last_ms: int | None = None

    def step(self, pts_ms: int, detections: Sequence[Detection], aspect: float = 1.0) -> tuple[Observation, ...]:
        """Judge one frame. `aspect` is picture width / height. Returns the tracks seen in this frame."""
        found = [d for d in detections if d.confidence >= self.settings.weak]
        found = sorted(found, key=lambda d: -d.confidence)[: self.settings.max_tracks]
        measured = np.array([_measure(d.box, aspect) for d in found]).reshape(-1, 4)
        elapsed_s = 0.0 if self._last_ms is None else max(0, pts_ms - self._last_ms) / 1000
        self._last_ms = pts_ms
        self._forget(pts_ms, round(elapsed_s * 1000))
        for track in self._tracks:
            track.predict(min(elapsed_s, _LONGEST_STEP_S))
        strong = [i for i, d in enumerate(found) if d.confidence >= self.settings.strong]
        weak = [i for i, d in enumerate(found) if d.confidence < self.settings.strong]

        known = [t for t in self._tracks if t.confirmed]
        matches = self._match(known, strong, found, measured, self.settings.least_strong)
        matches |= self._match(
            [t for t in known if t.track_id not in matches and not t.lost],
            weak,
            found,
            measured,
            self.settings.least_weak,
        )
        taken = set(matches.values())
        free = [i for i in strong if i not in taken]
        unsure = [t for t in self._tracks if not t.confirmed]
        matches |= self._match(unsure, free, found, measured, self.settings.least_strong)
        for track in self._tracks:
            if track.track_id in matches:
                index = matches[track.track_id]
                self._seen(track, measured[index], found[index].confidence, pts_ms)
            else:
                track.lost = True
        taken = set(matches.values())
        for index in strong:
            if index not in taken and len(self._tracks) < self.settings.max_tracks:
                track = self._begin(found[index], measured[index], pts_ms)
                matches[track.track_id] = index
        self._drop_doubles()
        return tuple(
            Observation(
                TrackedBox(t.track_id, t.class_name, d.confidence, d.box),
                t.confirmed,
                t.first_ms,
            )
            for t in self._tracks
            if t.track_id in matches
            for d in (found[matches[t.track_id]],)
        )

    def _match(
        self,
        tracks: list[_Track],
        indexes: list[int],
        found: Sequence[Detection],
        measured: Floats,
        least: float,
    ) -> dict[int, int]:
        if not tracks or not indexes:
            return {}
        overlap = _overlap(np.array([t.position for t in tracks]), measured[indexes], self.settings.buffer)
        same = np.array([[t.class_name == found[i].class_name for i in indexes] for t in tracks])
        scores = np.array([found[i].confidence for i in indexes])
        pairs = assign(np.where(same & (overlap >= least), overlap * (0.5 + 0.5 * scores), 0.0), 1e-6)
        return {tracks[row].track_id: indexes[column] for row, column in pairs}

    def _seen(self, track: _Track, measured: Floats, confidence: float, pts_ms: int) -> None:
        track.correct(measured, confidence)
        track.lost = False
        track.seen_ms = pts_ms
        track.hits += 1
        track.best = max(track.best, confidence)
        enough = track.hits >= self.settings.confirm_hits and track.best >= self.settings.sure
        track.confirmed = track.confirmed or enough

    def _begin(self, detection: Detection, measured: Floats, pts_ms: int) -> _Track:
        height = measured[3]
        track = _Track(
            track_id=self._next_id,
            class_name=detection.class_name,
            first_ms=pts_ms,
            seen_ms=pts_ms,
            hits=1,
            best=detection.confidence,
            confirmed=False,
            position=measured.copy(),
            speed=np.zeros(4),
            cov_pp=np.full(4, (_POSITION_NOISE * height) ** 2),
            cov_pv=np.zeros(4),
            cov_vv=np.full(4, (_FIRST_SPEED * height) ** 2),
        )
        self._next_id += 1
        self._tracks.append(track)
        return track

    def _forget(self, pts_ms: int, elapsed_ms: int) -> None:
        """Drop tracks unseen for too long; one of the frame before may always be seen again in this one."""
        limits = self.settings
        confirm_ms = max(limits.confirm_within_ms, min(elapsed_ms, limits.lost_ms))
        self._tracks = [
            t for t in self._tracks if pts_ms - t.seen_ms <= (limits.lost_ms if t.confirmed else confirm_ms)
        ]

    def _drop_doubles(self) -> None:
        """Drop lost tracks that lie on a seen one of their class."""
        seen, lost = [t for t in self._tracks if not t.lost], [t for t in self._tracks if t.lost]
        if not seen or not lost:
            return
        overlap = _overlap(np.array([t.position for t in lost]), np.array([t.position for t in seen]), 0.0)
        same = np.array([[a.class_name == b.class_name for b in seen] for a in lost])
        doubled = ((overlap > _DOUBLE) & same).any(axis=1)
        gone = {t.track_id for t, double in zip(lost, doubled, strict=True) if double}
        self._tracks = [t for t in self._tracks if t.track_id not in gone]


def _measure(box: Box, aspect: float) -> tuple[float, float, float, float]:
    x, y = box.centre
    return x * aspect, y, max(1e-4, (box.x2 - box.x1) * aspect), max(1e-4, box.y2 - box.y1)


def _overlap(a: Floats, b: Floats, buffer: float) -> Floats:
    """IoU of every a with every b (centre, size), both widened by `buffer` of their size on each side."""
    grown = 1 + 2 * buffer
    a_low, a_high = a[:, None, :2] - a[:, None, 2:] * grown / 2, a[:, None, :2] + a[:, None, 2:] * grown / 2
    b_low, b_high = b[None, :, :2] - b[None, :, 2:] * grown / 2, b[None, :, :2] + b[None, :, 2:] * grown / 2
    sides = np.maximum(0.0, np.minimum(a_high, b_high) - np.maximum(a_low, b_low))
    shared = sides[..., 0] * sides[..., 1]
    areas = (a[:, 2] * a[:, 3] * grown**2)[:, None] + (b[:, 2] * b[:, 3] * grown**2)[None, :]
    return np.asarray(shared / np.maximum(areas - shared, 1e-12))
