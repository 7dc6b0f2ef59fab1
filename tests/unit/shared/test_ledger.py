"""Ledger: the hash covers every part of an entry."""

from shared.ledger import FIRST_PREVIOUS, entry_hash
from shared.messages import Gap, SegmentRef

SEGMENT = SegmentRef(start_ms=0, end_ms=2000, bytes=10, sha256="a" * 64)
GAP = Gap(start_ms=2000, end_ms=4000, cause="lost")


def test_every_part_changes_the_hash() -> None:
    base = entry_hash("n.c", 0, "chain", FIRST_PREVIOUS, [SEGMENT], [GAP])
    others = [
        entry_hash("n.d", 0, "chain", FIRST_PREVIOUS, [SEGMENT], [GAP]),
        entry_hash("n.c", 60_000, "chain", FIRST_PREVIOUS, [SEGMENT], [GAP]),
        entry_hash("n.c", 0, "chain2", FIRST_PREVIOUS, [SEGMENT], [GAP]),
        entry_hash("n.c", 0, "chain", base, [SEGMENT], [GAP]),
        entry_hash("n.c", 0, "chain", FIRST_PREVIOUS, [SEGMENT.model_copy(update={"bytes": 11})], [GAP]),
        entry_hash("n.c", 0, "chain", FIRST_PREVIOUS, [SEGMENT.model_copy(update={"recovered": True})], [GAP]),
        entry_hash("n.c", 0, "chain", FIRST_PREVIOUS, [SEGMENT], []),
    ]
    assert len({base, *others}) == len(others) + 1


def test_the_form_is_frozen() -> None:
    assert entry_hash("n.c", 0, "chain", FIRST_PREVIOUS, [SEGMENT], [GAP]) == (
        "f516586f39bfdd84faddafbf51ee0ebdebaf628dd3fbd76ce2a03e5c3bcd261b"
    )
