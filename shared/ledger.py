"""The canonical form of a ledger entry and its hash: what node and controller both compute."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

from shared.messages import Gap, SegmentRef

FIRST_PREVIOUS = "0" * 64


def entry_hash(
    camera: str,
    minute_ms: int,
    chain: str,
    previous: str,
    segments: Iterable[SegmentRef],
    gaps: Iterable[Gap],
) -> str:
    """SHA-256 over the entry as JSON with sorted keys and no spaces; `previous` chains it to the entry before."""
    told = ([one.model_dump() for one in segments], [one.model_dump() for one in gaps])
    return hash_of(camera, minute_ms, chain, previous, *told)


def hash_of(
    camera: str,
    minute_ms: int,
    chain: str,
    previous: str,
    segments: Iterable[Mapping[str, Any]],
    gaps: Iterable[Mapping[str, Any]],
) -> str:
    """The same from parts as messages dump them; other keys of theirs do not count."""
    entry = {
        "camera": camera,
        "minute_ms": minute_ms,
        "chain": chain,
        "previous": previous,
        "segments": [[s["start_ms"], s["end_ms"], s["bytes"], s["sha256"], s["recovered"]] for s in segments],
        "gaps": [[g["start_ms"], g["end_ms"], g["cause"]] for g in gaps],
    }
    return hashlib.sha256(json.dumps(entry, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
