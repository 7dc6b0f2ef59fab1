"""Export a span: copy, sync, read back, compare, tell in a manifest."""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass

from edge_agent.core.export_plan import Copied, Written, gaps, instants, manifest
from edge_agent.ports import ExportTarget, GrowingFile, RecordedFile, RecordedFiles
from shared.errors import Rejected, Transient

Moments = Callable[[Iterable[int]], Mapping[int, tuple[str, str]]]
Watched = Callable[[Iterator[RecordedFile]], Iterable[RecordedFile]]


@dataclass(frozen=True, slots=True)
class Exported:
    """What was exported; `altered`: segments whose bytes are no longer those that were recorded."""

    files: int
    length_bytes: int
    gaps: tuple[tuple[int, int], ...]
    altered: tuple[str, ...]


def export_span(
    files: RecordedFiles,
    target: ExportTarget,
    names: Iterable[str],
    span: tuple[int, int],
    about: Mapping[str, str],
    moments: Moments,
    watched: Watched,
    *,
    joined: bool,
) -> Exported:
    """Write what `names` hold of the span into `target`; nothing gets its final name unless all of it is right.

    `joined`: one film for each stretch that one muxer recorded, else each segment as it is in the ring. Raises
    `Rejected` when nothing of the span is there or the target does not take it, `Transient` for a disk that fails or
    gives back other bytes than it was given.
    """
    recorded = (found for name in names if (found := files.read(name)) is not None and found.segment.end_ms > span[0])
    written: list[Written] = []
    with ExitStack() as open_file:
        film: _Film | None = None
        for found in watched(recorded):
            if film is None or not joined or not film.takes(found):
                if film is not None:
                    written.append(film.written())
                open_file.close()
                segment = found.segment
                name = f"{segment.start_ms}.mp4" if joined else segment.name
                film = _Film(name, open_file.enter_context(target.file(name)))
            film.add(found)
        if film is None:
            raise Rejected("--from", "nothing of this span is there any more")
        written.append(film.written())
    for one in written:
        if target.digest(one.name) != (one.length_bytes, one.sha256):
            raise Transient(f"{one.name}: the disk gives back other bytes than it was given")
    told = manifest(about, span, written, moments(instants(span, written)))
    _write(target, "manifest.json", json.dumps(told, ensure_ascii=False, indent=1) + "\n")
    _write(target, "SHA256SUMS", "".join(f"{one.sha256}  {one.name}\n" for one in written))
    target.finish()
    copied = [part for one in written for part in one.copied]
    return Exported(
        len(written),
        sum(one.length_bytes for one in written),
        gaps((part.segment for part in copied), *span),
        tuple(part.segment.name for part in copied if part.intact is False),
    )


class _Film:
    """One file that grows."""

    def __init__(self, name: str, file: GrowingFile) -> None:
        self._name = name
        self._file = file
        self._copied: list[Copied] = []
        self._sha256 = hashlib.sha256()
        self._length_bytes = 0

    def takes(self, found: RecordedFile) -> bool:
        return found.segment.follows(self._copied[-1].segment)

    def add(self, found: RecordedFile) -> None:
        data = found.data[found.segment.init_bytes if self._copied else 0 :]
        self._file.add(data)
        self._sha256.update(data)
        self._length_bytes += len(data)
        self._copied.append(Copied(found.segment, found.intact))

    def written(self) -> Written:
        return Written(self._name, tuple(self._copied), self._length_bytes, self._sha256.hexdigest())


def _write(target: ExportTarget, name: str, text: str) -> None:
    with target.file(name) as file:
        file.add(text.encode())
