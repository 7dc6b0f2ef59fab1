"""What an export says of itself, and how a copy of it is compared with that. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from controller.core.alarm_record import Paper, papers_in_manifest
from controller.core.bundle import SCHEMA as BUNDLE
from controller.core.export import Gap, Made, Plan, Record, utc
from shared.errors import Rejected

SCHEMA = "cctv-site-export/1"
MANIFEST = "manifest.json"
SUMS = "SHA256SUMS"
BLOCK_BYTES = 4_194_304
_HEX = 64
_LONGEST_NAME = 200
_OF_NO_TIME: Mapping[str, Any] = {"camera": "", "start_ms": 0, "end_ms": 0}


def manifest(
    about: Mapping[str, Any], plan: Plan, records: Sequence[Record], papers: Sequence[Paper] = ()
) -> dict[str, Any]:
    """The manifest of an export; `about`: site, who asked for what, when and why, and which version made it."""
    made = [one for record in records for one in record.made]
    missing = [*plan.gaps, *(gap for record in records for gap in record.damaged)]
    return {
        "schema": SCHEMA,
        **about,
        "block_bytes": BLOCK_BYTES,
        "files": [_file(one) for one in made],
        "records": papers_in_manifest(papers),
        "gaps": [_gap(gap) for gap in sorted(missing, key=lambda gap: (gap.camera, gap.start_ms))],
    }


def kept(document: Mapping[str, Any], manifest_sha256: str) -> dict[str, Any]:
    """What the database keeps of a manifest: its files without their blocks, and its gaps."""
    names = ("name", "camera", "start_ms", "end_ms", "bytes", "sha256")
    return {
        "files": [{name: one[name] for name in names} for one in document["files"]],
        "gaps": [{name: one[name] for name in ("camera", "start_ms", "end_ms", "cause")} for one in document["gaps"]],
        "records": [
            {name: one[name] for name in ("name", "alarm", "kind", "bytes", "sha256")}
            for one in document.get("records", ())
        ],
        "papers": [
            {name: one[name] for name in ("name", "kind", "bytes", "sha256")} for one in document.get("papers", ())
        ],
        "key": document.get("site_key", {}).get("fingerprint"),
        "manifest_sha256": manifest_sha256,
    }


def sums(files: Iterable[tuple[str, str]]) -> str:
    """The text of SHA256SUMS, as sha256sum writes and reads it."""
    return "".join(f"{sha256}  {name}\n" for name, sha256 in files)


def _file(one: Made) -> dict[str, Any]:
    return {
        "name": one.name,
        "camera": one.camera,
        "start_ms": one.start_ms,
        "end_ms": one.end_ms,
        "start": utc(one.start_ms),
        "end": utc(one.end_ms),
        "bytes": one.length_bytes,
        "sha256": one.sha256,
        "blocks": list(one.blocks),
        "runs": [dict(run) for run in one.runs],
    }


def _gap(gap: Gap) -> dict[str, Any]:
    return {
        "camera": gap.camera,
        "start_ms": gap.start_ms,
        "end_ms": gap.end_ms,
        "start": utc(gap.start_ms),
        "end": utc(gap.end_ms),
        "cause": gap.cause,
    }


@dataclass(frozen=True, slots=True)
class Promised:
    """A file as a manifest describes it; `camera` empty: it tells of an alarm and shows no time."""

    name: str
    camera: str
    start_ms: int
    end_ms: int
    length_bytes: int
    sha256: str
    blocks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a file: [first, last) of its bytes where they differ, and about which time they show."""

    name: str
    what: str  # "absent", "length", "bytes"
    first: int = 0
    last: int = 0
    start_ms: int = 0
    end_ms: int = 0


def promised(document: object) -> tuple[Promised, ...]:
    """The files that a manifest promises; `Rejected` where it is none of ours or names what no export has."""
    if not isinstance(document, dict) or document.get("schema") not in {SCHEMA, BUNDLE}:
        raise Rejected(MANIFEST, f"is not the manifest of an export ({SCHEMA})")
    try:
        if document["block_bytes"] != BLOCK_BYTES:
            raise Rejected(MANIFEST, f"has blocks of {document['block_bytes']!r} bytes, not {BLOCK_BYTES}")
        films = [_promised(one) for one in document["files"]]
        others = (*document.get("records", ()), *document.get("papers", ()))
        found = (*films, *(_promised({**_OF_NO_TIME, **one}) for one in others))
    except (KeyError, TypeError, ValueError) as fault:
        raise Rejected(MANIFEST, f"is incomplete: {fault}") from None
    if len({one.name for one in found}) != len(found):
        raise Rejected(MANIFEST, "names a file twice")
    return found


def _promised(one: Mapping[str, Any]) -> Promised:
    blocks = tuple(str(block) for block in one["blocks"])
    found = Promised(
        str(one["name"]), str(one["camera"]), int(one["start_ms"]), int(one["end_ms"]), int(one["bytes"]),
        str(one["sha256"]), blocks,
    )  # fmt: skip
    plain = found.name.replace("_", "").replace(".", "").replace("-", "").isalnum() and found.name.isascii()
    if not plain or found.name.startswith(".") or len(found.name) > _LONGEST_NAME:
        raise ValueError(f"{found.name[:80]!r} is no file name of an export")
    if found.length_bytes < 0 or len(blocks) != -(-found.length_bytes // BLOCK_BYTES):
        raise ValueError(f"{found.name} does not have one hash for each of its blocks")
    if any(len(text) != _HEX for text in (found.sha256, *blocks)):
        raise ValueError(f"a hash of {found.name} is none")
    return found


def faults(promise: Promised, length_bytes: int | None, sha256: str, blocks: Sequence[str]) -> tuple[Fault, ...]:
    """How a file differs from its promise, by its blocks; `length_bytes` None: it is not there."""
    if length_bytes is None:
        return (Fault(promise.name, "absent", 0, promise.length_bytes, promise.start_ms, promise.end_ms),)
    found: list[Fault] = []
    if length_bytes != promise.length_bytes:
        least, most = sorted((length_bytes, promise.length_bytes))
        found.append(_fault(promise, "length", least, most))
    differing = [number for number, (mine, its) in enumerate(zip(blocks, promise.blocks, strict=False)) if mine != its]
    for number in differing:
        first, last = number * BLOCK_BYTES, min((number + 1) * BLOCK_BYTES, promise.length_bytes)
        if found and found[-1].what == "bytes" and found[-1].last == first:
            first = found.pop().first
        found.append(_fault(promise, "bytes", first, last))
    if not found and sha256 != promise.sha256:
        found.append(_fault(promise, "bytes", 0, promise.length_bytes))
    return tuple(found)


def _fault(promise: Promised, what: str, first: int, last: int) -> Fault:
    whole_ms, whole = promise.end_ms - promise.start_ms, max(1, promise.length_bytes)
    at = [promise.start_ms + whole_ms * min(place, whole) // whole for place in (first, last)]
    return Fault(promise.name, what, first, last, at[0], at[1])
