"""What an export holds: which runs in which order, as which films, and where footage is missing. Pure.

Invariants, held by tests/unit/controller/core/test_export.py:
1. No instant of a camera is in two films, and films follow each other in time.
2. A film has no hole of a second or more, one codec and one picture size, and lasts for `LONGEST_FILM_MS` at most,
   unless one segment alone is longer.
3. Every segment of a film overlaps the span that is wanted; what runs hold of it on one grid of segments is in a film.
4. The order in which runs are given changes nothing.
5. Films and gaps together cover the span, and no gap overlaps a film.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from itertools import groupby
from operator import itemgetter
from typing import Any, Literal, get_args

from controller.core.alarm_record import AlarmRecord, record_of, record_to
from controller.core.export_target import TargetFault
from controller.core.footage import SEAM_MS
from controller.core.spans import Span, merge, subtract, within
from shared.kinds import GapCause

LONGEST_FILM_MS = 3_600_000
LONGEST_EXPORT_MS = 31 * 86_400_000
"""Of all its spans together."""
MOST_SPANS = 64
MOST_ALARMS = 100

ExportState = Literal["waiting", "retrieving", "running", "sending", "done", "failed", "cancelled", "deleted"]
ExportForm = Literal["films", "bundle", "derived"]
"""Films that every player opens; what nodes wrote, byte for byte, with all that proves it; films of blocks alone."""
OPEN: tuple[ExportState, ...] = ("waiting", "retrieving", "running", "sending")
Reason = (
    Literal["", "no_room", "store_away", "on_node", "no_footage", "lost_too_often", "kept_long_enough"] | TargetFault
)
"""What an export waits for, or why it is over."""
Missed = (
    Literal["damaged", "not derived", "lost", "expired", "on the node", "not told yet", "unusable", "unknown"]
    | GapCause
)
"""Why footage is missing."""
MISSED: tuple[str, ...] = (*get_args(get_args(Missed)[0]), *get_args(GapCause))


@dataclass(frozen=True, slots=True)
class Segment:
    """Whole GOPs of a run; `offset_bytes`: where its fragments begin in the run's object."""

    start_ms: int
    end_ms: int
    offset_bytes: int
    length_bytes: int


@dataclass(frozen=True, slots=True)
class Source:
    """A stored run and its segments, oldest first."""

    run: str
    camera: str
    key: str
    sha256: str
    length_bytes: int
    init_bytes: int
    codec: str
    width_px: int
    height_px: int
    segments: tuple[Segment, ...]


@dataclass(frozen=True, slots=True)
class Take:
    """Consecutive segments of one run: `ranges` are the byte spans of its object that hold them, the init first."""

    run: str
    key: str
    sha256: str
    run_bytes: int
    start_ms: int
    end_ms: int
    ranges: tuple[Span, ...]
    segments: tuple[Segment, ...] = ()  # of a bundle, and of what is derived

    @property
    def length_bytes(self) -> int:
        return sum(end - start for start, end in self.ranges)

    @property
    def init_bytes(self) -> int:
        """Of a take whose segments are told."""
        return self.ranges[0][1] if len(self.ranges) > 1 else self.segments[0].offset_bytes


@dataclass(frozen=True, slots=True)
class Film:
    """Takes that follow each other in one file."""

    camera: str
    takes: tuple[Take, ...]

    @property
    def start_ms(self) -> int:
        return self.takes[0].start_ms

    @property
    def end_ms(self) -> int:
        return self.takes[-1].end_ms

    @property
    def length_bytes(self) -> int:
        return sum(take.length_bytes for take in self.takes)

    @property
    def name(self) -> str:
        return film_name(self.camera, self.start_ms)


@dataclass(frozen=True, slots=True)
class Known:
    """A stretch without stored footage, and why."""

    start_ms: int
    end_ms: int
    cause: str


@dataclass(frozen=True, slots=True)
class Gap:
    """What is missing of a wanted span."""

    camera: str
    start_ms: int
    end_ms: int
    cause: str


@dataclass(frozen=True, slots=True)
class Made:
    """A film that is written: its bytes on the disk, and the SHA-256 of each block of `BLOCK_BYTES`."""

    name: str
    camera: str
    start_ms: int
    end_ms: int
    length_bytes: int
    sha256: str
    blocks: tuple[str, ...]
    runs: tuple[dict[str, Any], ...]
    laid: Mapping[str, Any] | None = None  # of a bundle: where its init and each segment lie


@dataclass(frozen=True, slots=True)
class Record:
    """What became of a planned film: one file or, where a run does not fit or is damaged, more or fewer."""

    made: tuple[Made, ...] = ()
    damaged: tuple[Gap, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """All that an export writes, and what it knows to be missing."""

    films: tuple[Film, ...]
    gaps: tuple[Gap, ...]
    records: tuple[AlarmRecord, ...] = ()
    evidence: Mapping[str, Any] | None = None  # of a bundle: what it proves by, as core.bundle has it

    @property
    def length_bytes(self) -> int:
        return sum(film.length_bytes for film in self.films)


@dataclass(frozen=True, slots=True)
class ExportJob:
    """An export that is to be made, and what its manifest says of who asked for it."""

    id: str
    about: Mapping[str, Any]
    target: str | None = None  # name of the destination that it is sent to
    language: Literal["ko", "en"] = "en"  # of the summaries of its alarms
    form: ExportForm = "films"


@dataclass(frozen=True, slots=True)
class Over:
    """An export whose files go from this disk; `half_sent_to`: and what was sent of it, from that destination."""

    export: str
    half_sent_to: str | None = None


def utc(unix_ms: int) -> str:
    """ISO 8601 with milliseconds and Z."""
    return datetime.fromtimestamp(unix_ms / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def film_name(camera: str, start_ms: int, *, derived: bool = False) -> str:
    """A film's file name: its camera and its first picture's time in UTC, and that it is derived."""
    last = "Z_derived.mp4" if derived else "Z.mp4"
    return f"{camera}_{datetime.fromtimestamp(start_ms / 1000, UTC):%Y%m%dT%H%M%S}{start_ms % 1000:03}{last}"


def source_segments(
    refs: Sequence[Mapping[str, Any]], span: Span, length_bytes: int, init_bytes: int
) -> tuple[Segment, ...]:
    """Where a run's segments lie in its object. One for all of it where its list does not account for its bytes."""
    found: list[Segment] = []
    at = init_bytes
    for ref in refs:
        body = int(ref["bytes"]) - init_bytes
        found.append(Segment(int(ref["start_ms"]), int(ref["end_ms"]), at, body))
        at += body
    sound = bool(found) and init_bytes > 0 and at == length_bytes
    if sound and all(one.length_bytes > 0 and one.start_ms < one.end_ms for one in found):
        return tuple(found)
    return (Segment(span[0], span[1], min(init_bytes, length_bytes), length_bytes - min(init_bytes, length_bytes)),)


def films(
    sources: Iterable[Source], spans: Iterable[Span], longest_ms: int = LONGEST_FILM_MS, *, laid: bool = False
) -> tuple[Film, ...]:
    """The films that show `spans` of one camera, each segment once and whole, by rising time.

    `laid`: each take tells its segments too.
    """
    wanted = merge(spans)
    offered = sorted(
        (
            (segment.start_ms, -source.segments[-1].end_ms, source.run, index, source, segment)
            for source in sources
            for index, segment in enumerate(source.segments)
            if any(segment.end_ms > start and segment.start_ms < end for start, end in wanted)
        ),
        key=lambda one: one[:4],
    )
    taken: list[tuple[Source, int, Segment]] = []
    for start_ms, group in groupby(offered, key=itemgetter(0)):
        same = list(group)
        if taken and start_ms < taken[-1][2].end_ms:
            continue
        going_on = [one for one in same if taken and one[2] == taken[-1][0].run]
        *_, index, source, segment = (going_on or same)[0]
        taken.append((source, index, segment))
    return _grouped(taken, longest_ms, laid=laid)


def _grouped(taken: Sequence[tuple[Source, int, Segment]], longest_ms: int, *, laid: bool) -> tuple[Film, ...]:
    found: list[list[list[tuple[Source, int, Segment]]]] = []  # films of takes of segments
    for one in taken:
        source, index, segment = one
        before = found[-1][-1][-1] if found else None
        if before is None or _cut(before, source, segment) or segment.end_ms - _start(found[-1]) > longest_ms:
            found.append([[one]])
        elif before[0].run == source.run and before[1] + 1 == index:
            found[-1][-1].append(one)
        else:
            found[-1].append([one])
    return tuple(Film(film[0][0][0].camera, tuple(_take(take, laid=laid) for take in film)) for film in found)


def _start(film: Sequence[Sequence[tuple[Source, int, Segment]]]) -> int:
    return film[0][0][2].start_ms


def _cut(before: tuple[Source, int, Segment], source: Source, segment: Segment) -> bool:
    last = before[0]
    differs = (last.codec, last.width_px, last.height_px) != (source.codec, source.width_px, source.height_px)
    return differs or segment.start_ms - before[2].end_ms >= SEAM_MS


def _take(parts: Sequence[tuple[Source, int, Segment]], *, laid: bool) -> Take:
    source, _, first = parts[0]
    last = parts[-1][2]
    body = (first.offset_bytes, last.offset_bytes + last.length_bytes)
    ranges = ((0, body[1]),) if body[0] == source.init_bytes else ((0, source.init_bytes), body)
    told = tuple(segment for _, _, segment in parts) if laid else ()
    return Take(source.run, source.key, source.sha256, source.length_bytes, first.start_ms, last.end_ms, ranges, told)


def gaps(camera: str, span: Span, shown: Iterable[Span], known: Sequence[Known]) -> tuple[Gap, ...]:
    """What of [span) nothing shows, with the first cause of `known` that speaks of it."""
    rest = subtract([span], shown)
    found: list[Gap] = []
    for one in known:
        here = [part for stretch in rest for part in within([(one.start_ms, one.end_ms)], *stretch)]
        found += [Gap(camera, start, end, one.cause) for start, end in here]
        rest = subtract(rest, here)
    found += [Gap(camera, start, end, "unknown") for start, end in rest]
    return tuple(sorted(found, key=lambda gap: gap.start_ms))


def to_document(plan: Plan) -> dict[str, Any]:
    """A plan as JSON."""
    return {
        "films": [{"camera": film.camera, "takes": [asdict(take) for take in film.takes]} for film in plan.films],
        "gaps": [asdict(gap) for gap in plan.gaps],
        "records": [record_to(record) for record in plan.records],
        "evidence": plan.evidence,
    }


def plan_from(document: Mapping[str, Any]) -> Plan:
    """The plan that `to_document` wrote."""

    def take(one: Mapping[str, Any]) -> Take:
        ranges = tuple((start, end) for start, end in one["ranges"])
        told = tuple(Segment(**segment) for segment in one.get("segments", ()))
        return Take(**{**one, "ranges": ranges, "segments": told})

    return Plan(
        tuple(Film(film["camera"], tuple(take(one) for one in film["takes"])) for film in document["films"]),
        tuple(Gap(**gap) for gap in document["gaps"]),
        tuple(record_of(record) for record in document.get("records", ())),
        document.get("evidence"),
    )


def record_document(record: Record) -> dict[str, Any]:
    """A record as JSON."""
    return {"made": [asdict(one) for one in record.made], "damaged": [asdict(gap) for gap in record.damaged]}


def record_from(document: Mapping[str, Any]) -> Record:
    """The record that `record_document` wrote."""
    made = (Made(**{**one, "blocks": tuple(one["blocks"]), "runs": tuple(one["runs"])}) for one in document["made"])
    return Record(tuple(made), tuple(Gap(**gap) for gap in document["damaged"]))
