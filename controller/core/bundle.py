"""What an evidence bundle holds besides media: ledgers, keys, custody, what was deleted, and what its manifest says.

Held by tests/unit/controller/core/test_bundle.py: what is made here is what adapters/verify_bundle, which stands
alone and knows none of this, finds whole.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from controller.core.audit import Entry, Head, Seal, entry_told, utc_of
from controller.core.export import Film, utc
from controller.core.ledger_check import KeptEntry
from controller.core.spans import Span, merge, subtract

SCHEMA = "cctv-evidence-bundle/1"
SIGNATURE, KEYS, CUSTODY, VERIFIER = "manifest.sig", "keys.json", "custody.jsonl", "verify.py"
LONGEST_BUNDLE_MS = 86_400_000
"""Of all its spans together: whoever checks one keeps its ledger in memory."""
MOST_SEALS = 50_000
MINUTE_MS = 60_000
_SEAM_MS = 1_000
PaperKind = Literal["ledger", "keys", "custody", "report", "verifier"]


@dataclass(frozen=True, slots=True)
class NodeKey:
    """A public key that a node has, or had until another one came or it was cut off.

    `certificate`: PEM, where the site's CA gave one.
    """

    node: str
    fingerprint: str
    public_key_pem: str
    since: datetime
    until: datetime | None
    certificate: str | None = None


@dataclass(frozen=True, slots=True)
class Tombstone:
    """Footage that was deleted: its ledger entries stay."""

    camera: str
    start_ms: int
    end_ms: int
    deleted_ms: int
    by: str


@dataclass(frozen=True, slots=True)
class BundlePaper:
    """A file of a bundle that is no film and of no alarm."""

    name: str
    kind: PaperKind
    length_bytes: int
    sha256: str
    blocks: tuple[str, ...]


def ledger_name(camera: str) -> str:
    return f"ledger_{camera}.jsonl"


def stretches(spans: Iterable[Span], films: Iterable[Film]) -> tuple[Span, ...]:
    """The whole minutes whose entries speak of these spans, and of all segments of these films."""
    taken = [
        (segment.start_ms, segment.start_ms + 1) for film in films for take in film.takes for segment in take.segments
    ]
    return merge((start - start % MINUTE_MS, end + -end % MINUTE_MS) for start, end in (*spans, *taken))


def ledger_of(camera: str, spans: Sequence[Span], entries: Sequence[KeptEntry]) -> dict[str, Any]:
    """The part of a camera's ledger that a bundle holds; `entries` by minute and chain."""
    told = [(one.minute_ms, one.minute_ms + MINUTE_MS) for one in entries]
    told += [(gap["start_ms"], gap["end_ms"]) for one in entries for gap in one.gaps or ()]
    heads: dict[tuple[int, str], KeptEntry] = {}
    for one in entries:
        place = next(number for number, (start, end) in enumerate(spans) if start <= one.minute_ms < end)
        heads[place, one.chain] = one
    return {
        "camera": camera,
        "name": ledger_name(camera),
        "stretches": [list(span) for span in spans],
        "untold": [[start, end] for start, end in subtract(spans, told) if end - start >= _SEAM_MS],
        "heads": [[one.chain, one.minute_ms, one.entry] for one in heads.values()],
        "entries": len(entries),
        "lines": [_entry(one) for one in entries],
    }


def _entry(one: KeptEntry) -> dict[str, Any]:
    return {
        "camera": one.camera,
        "minute_ms": one.minute_ms,
        "chain": one.chain,
        "previous": one.previous,
        "segments": [
            [s["start_ms"], s["end_ms"], s["bytes"], s["sha256"], bool(s.get("recovered"))] for s in one.segments
        ],
        "gaps": None if one.gaps is None else [[gap["start_ms"], gap["end_ms"], gap["cause"]] for gap in one.gaps],
        "entry": one.entry,
        "signature": one.signature,
        "signer": one.signer,
    }


def good_until(since: datetime, later: datetime | None, switches: Iterable[tuple[datetime, bool]]) -> datetime | None:
    """When a node's key ended: as the `later` one came, or as the node was cut off and not let on again before that.

    `switches`: when it was let on (True) or cut off, in order.
    """
    cut: datetime | None = None
    for at, on in switches:
        if since <= at and (later is None or at < later):
            cut = None if on else cut or at
    return cut or later


def keys_of(keys: Iterable[NodeKey]) -> list[dict[str, Any]]:
    """How keys.json lists them."""
    return [
        {
            "node": one.node,
            "fingerprint": one.fingerprint,
            "public_key_pem": one.public_key_pem,
            "since": one.since.isoformat(),
            "until": None if one.until is None else one.until.isoformat(),
            "certificate_pem": one.certificate,
        }
        for one in keys
    ]


def custody_line(seal: Seal, previous: str, entry: Entry | None) -> dict[str, Any]:
    """A seal of the audit, and the entry where the bundle's reader may see it; the seal alone keeps the chain whole."""
    told = {
        "seq": seal.seq, "entry": seal.entry, "at": utc_of(seal.at), "what": seal.what, "row": seal.row,
        "previous": previous, "chain": seal.chain,
    }  # fmt: skip
    return {"seal": told, "told": None if entry is None else entry_told(entry)}


def custody_head(head: Head) -> dict[str, Any]:
    told = {"day": head.day.isoformat(), "seq": head.seq, "chain": head.chain, "signature": head.signature}
    return {"head": told}


def cameras_in(entry: Entry) -> set[str]:
    """The cameras that an entry of the audit names, as far as a bundle's reader could learn of them by it."""
    return _named(entry.detail) | (set(entry.detail) if entry.what == "ledger.heads" else set())


def _named(told: Any) -> set[str]:
    """Also in what was before and is after, wherever it stands."""
    if isinstance(told, list):
        return {camera for one in told for camera in _named(one)}
    if not isinstance(told, Mapping):
        return set()
    camera, several = told.get("camera"), told.get("cameras")
    found = {str(one) for one in several if isinstance(one, str)} if isinstance(several, list) else set()
    found |= {camera} if isinstance(camera, str) else set()
    return found.union(*(_named(one) for one in told.values()))


def lines_text(lines: Iterable[Mapping[str, Any]]) -> bytes:
    """A file of lines, as the checker asks for them: sorted keys, no spaces."""
    return b"".join(json.dumps(one, sort_keys=True, separators=(",", ":")).encode() + b"\n" for one in lines)


def keys_text(evidence: Mapping[str, Any], ca_pem: str | None) -> bytes:
    """`ca_pem`: of the certificates' issuer, where the site has one."""
    told = {"site": evidence["site_key"], "ca_pem": ca_pem, "nodes": evidence["keys"]}
    return (json.dumps(told, indent=1, sort_keys=True) + "\n").encode()


def tombstones_of(stones: Iterable[Tombstone]) -> list[dict[str, Any]]:
    return [
        {
            "camera": one.camera, "start_ms": one.start_ms, "end_ms": one.end_ms, "start": utc(one.start_ms),
            "end": utc(one.end_ms), "deleted_ms": one.deleted_ms, "deleted": utc(one.deleted_ms), "by": one.by,
        }
        for one in stones
    ]  # fmt: skip


def laid_of(film: Film, evidence: Mapping[str, Any], init_sha256: str) -> dict[str, Any]:
    """Where a media file's init and segments lie, and whether an entry of its camera speaks of each."""
    known = {
        (segment[0], segment[1])
        for ledger in evidence["ledgers"]
        if ledger["camera"] == film.camera
        for line in ledger["lines"]
        for segment in line["segments"]
    }
    init_bytes, rows = film.takes[0].init_bytes, list[list[Any]]()
    at = init_bytes
    for segment in (one for take in film.takes for one in take.segments):
        proven = (segment.start_ms, segment.end_ms) in known
        rows.append([segment.start_ms, segment.end_ms, at, segment.length_bytes, proven])
        at += segment.length_bytes
    return {"init_bytes": init_bytes, "init_sha256": init_sha256, "segments": rows}


def bundle_document(
    document: Mapping[str, Any], evidence: Mapping[str, Any], papers: Sequence[BundlePaper], laid: Mapping[str, Any]
) -> dict[str, Any]:
    """An export's manifest as a bundle's; `laid`: by media file, from `laid_of`."""
    ledgers = [{name: value for name, value in one.items() if name != "lines"} for one in evidence["ledgers"]]
    return {
        **document,
        "schema": SCHEMA,
        "files": [{**one, **laid[one["name"]]} for one in document["files"]],
        "papers": [
            {
                "name": one.name,
                "kind": one.kind,
                "bytes": one.length_bytes,
                "sha256": one.sha256,
                "blocks": list(one.blocks),
            }
            for one in papers
        ],
        "site_key": evidence["site_key"],
        "ledgers": ledgers,
        "custody": {"whole": evidence["custody_whole"], "lines": len(evidence["custody"])},
        "tombstones": evidence["tombstones"],
    }
