"""Segments of media against the entries of their minutes."""

from __future__ import annotations

import hashlib
from typing import Any

from controller.adapters.verify_bundle.findings import Findings
from controller.adapters.verify_bundle.manifest import Manifest
from controller.adapters.verify_bundle.papers import Papers
from controller.adapters.verify_bundle.reading import rows, sha256, typed, utc
from controller.adapters.verify_bundle.terms import BLOCK, LINES_MOST, MANIFEST, MINUTE


class Media:
    """What films hold, and what they lack."""

    def __init__(self, papers: Papers, findings: Findings, manifest: Manifest) -> None:
        self.papers, self.findings, self.manifest = papers, findings, manifest
        self.doubtful: set[int] = set()

    def check(self, camera: str, found: list[tuple[dict[str, Any], bool]]) -> None:
        """Each segment against the entry of its minute, then what entries tell of and no file has.

        An entry that is not what its hash says was named: nothing is said by it of segments.
        """
        told = {
            (one[0], one[1]): (one, entry["minute_ms"]) for entry, sound in found if sound for one in entry["segments"]
        }
        self.doubtful = {entry["minute_ms"] for entry, sound in found if not sound}
        places, seen = {one[3]: one for one, _ in told.values()}, set[Any]()
        for file in self.manifest.told["files"]:
            if file.get("camera") == camera:
                self.findings.guard(file["name"], self._segments, file, told, places, seen)
        wanted = [self._span(one) for one in self.manifest.told["wanted"] if one.get("camera") == camera]
        gaps = [self._span(one) for one in self.manifest.told["gaps"] if one.get("camera") == camera]
        for (start, end), (one, minute) in sorted(told.items()):
            asked = any(end > first and start < last for first, last in wanted)
            if asked and (start, end) not in seen and not any(end > first and start < last for first, last in gaps):
                about = {"camera": camera, "at_ms": start, "end_ms": end, "detail": utc(minute)}
                self.findings.fault("segment_removed", next(iter(self._names(camera)), MANIFEST), **about)
            if one[4] and (start, end) in seen:
                self.findings.note("recovered", MANIFEST, camera=camera, at_ms=start, end_ms=end)
        for what, missing in (("deleted", "tombstones"), ("gap", "gaps")):
            for one in self.manifest.told[missing]:
                if one.get("camera") == camera:
                    start, end = self._span(one)
                    why = f"{utc(one.get('deleted_ms'))}, {one.get('by')}" if what == "deleted" else one.get("cause")
                    self.findings.note(what, MANIFEST, camera=camera, at_ms=start, end_ms=end, detail=why)

    def _names(self, camera: str) -> list[str]:
        return [one["name"] for one in self.manifest.told["files"] if one.get("camera") == camera]

    @staticmethod
    def _span(told: Any) -> tuple[int, int]:
        start, end = typed(told, ("start_ms", int), ("end_ms", int))
        return start, end

    def _segments(self, file: dict[str, Any], told: Any, places: Any, seen: set[Any]) -> None:
        name, camera = file["name"], file["camera"]
        segments = rows(file.get("segments"), int, int, int, int, bool)
        for one in segments:
            if (one[0], one[1]) in seen:
                self.findings.fault("segment_twice", name, camera=camera, at_ms=one[0], end_ms=one[1])
            seen.add((one[0], one[1]))
        init_bytes, init_sha256 = typed(file, ("init_bytes", int), ("init_sha256", str))
        ends = [init_bytes, *(one[2] + one[3] for one in segments)]
        if ends[-1] != file["bytes"] or any(one[2] != end or one[3] <= 0 for one, end in zip(segments, ends)):
            return self.findings.fault("layout", name)
        try:
            opened = self.papers.open(name)[0]
        except OSError:
            return None  # named already
        with opened:
            init = opened.read(min(init_bytes, LINES_MOST))
            if sha256(init) != init_sha256:
                return self.findings.fault("init", name, first=0, last=init_bytes, camera=camera)
            for start, end, first, length, proven in segments:
                digest, left = hashlib.sha256(init), length
                while left > 0 and (data := opened.read(min(left, BLOCK))):
                    digest.update(data)
                    left -= len(data)
                found = (digest.hexdigest(), init_bytes + length - left)
                about = {"first": first, "last": first + length, "camera": camera, "at_ms": start, "end_ms": end}
                self._segment(name, found, told.get((start, end)), places, about, proven=proven)
        return None

    def _segment(self, name: str, found: Any, entry: Any, places: Any, about: Any, *, proven: bool) -> None:
        self.findings.counts["segments"] += 1
        if entry is None and about["at_ms"] // MINUTE * MINUTE in self.doubtful:
            return
        if entry is None:
            tell = self.findings.fault if proven else self.findings.note
            tell("segment_unknown" if proven else "segment_unproven", name, **about)
        elif found != (entry[0][3], entry[0][2]):
            other = places.get(found[0])
            detail = {} if other is None else {"detail": f"{utc(other[0])} - {utc(other[1])}"}
            self.findings.fault("segment_moved" if other else "segment_changed", name, **about, **detail)
