"""A camera's ledger: whatever of it is changed or removed is found at its minute; what nobody touched is not."""

from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from controller.adapters.node_keys import make_node_keys
from controller.core.ledger_check import KeptEntry, LedgerCheck
from shared.ledger import FIRST_PREVIOUS, hash_of
from shared.ledger_signature import EntrySigner
from tests.builders import T0

PRIVATE, PUBLIC = make_node_keys()
OTHER_PRIVATE, OTHER_PUBLIC = make_node_keys()
MINUTE_MS = 60_000


def segment(at_ms: int) -> dict[str, Any]:
    return {"start_ms": at_ms, "end_ms": at_ms + 30_000, "bytes": 700, "sha256": "ab" * 32, "recovered": False}


def ledger(count: int, *, chain: str = "c1", signed: bool = True, private: str = PRIVATE) -> list[KeptEntry]:
    previous, made = FIRST_PREVIOUS, []
    for number in range(count):
        minute_ms = T0 + number * MINUTE_MS
        segments = [segment(minute_ms)]
        gaps = [{"start_ms": minute_ms + 30_000, "end_ms": minute_ms + MINUTE_MS, "cause": "agent down"}]
        entry = hash_of("n1.yard", minute_ms, chain, previous, segments, gaps)
        signature = EntrySigner(private).sign(entry) if signed else None
        made.append(KeptEntry("n1.yard", minute_ms, chain, previous, entry, segments, gaps, signature))
        previous = entry
    return made


def found(entries: list[KeptEntry], keys: tuple[str, ...] = (PUBLIC,)) -> list[tuple[int, str]]:
    wrong = LedgerCheck(keys).step(entries)
    return [((one.minute_ms - T0) // MINUTE_MS, one.kind) for one in wrong]


@given(st.integers(1, 8), st.integers(0, 8), st.integers(0, 7), st.booleans())
def test_a_ledger_that_nobody_touched_has_no_fault(count: int, part: int, begin: int, signed: bool) -> None:
    entries = ledger(count, signed=signed)[begin:]
    check = LedgerCheck((OTHER_PUBLIC, PUBLIC))
    assert check.step(entries[:part]) + check.step(entries[part:]) == []
    assert (check.entries, check.signed, check.unproven) == (
        len(entries),
        len(entries) * signed,
        len(entries) * (not signed),
    )


def test_chains_are_judged_each_by_itself() -> None:
    entries = [one for pair in zip(ledger(3), ledger(3, chain="c2"), strict=True) for one in pair]
    check = LedgerCheck((PUBLIC,))
    assert check.step(entries) == []
    assert check.chains == 2


@given(st.integers(0, 4), st.data())
def test_what_is_changed_is_found_at_its_minute(place: int, data: st.DataObject) -> None:
    entries = ledger(5)
    one = entries[place]
    changes: list[dict[str, Any]] = [
        {"segments": [{**one.segments[0], "sha256": "cd" * 32}]},
        {"segments": [{**one.segments[0], "recovered": True}]},
        {"segments": []},
        {"gaps": []},
        {"gaps": [{"start_ms": 0, "end_ms": 1, "cause": "recording off"}]},
    ]
    entries[place] = replace(one, **data.draw(st.sampled_from(changes)))
    assert found(entries) == [(place, "changed")]


def test_an_entry_made_anew_is_signed_by_nobody_and_breaks_the_link_behind() -> None:
    entries = ledger(3)
    forged = hash_of("n1.yard", entries[1].minute_ms, "c1", entries[1].previous, [], [])
    entries[1] = replace(entries[1], segments=[], gaps=[], entry=forged)
    assert found(entries) == [(1, "foreign"), (2, "removed")]
    stranger = EntrySigner(OTHER_PRIVATE).sign(forged)
    entries[1] = replace(entries[1], signature=stranger)
    assert found(entries) == [(1, "foreign"), (2, "removed")]


def test_a_removed_entry_is_missed_by_the_one_behind() -> None:
    entries = ledger(4)
    del entries[1]
    assert found(entries) == [(2, "removed")]


def test_keys_of_before_still_prove() -> None:
    assert found(ledger(2), (OTHER_PUBLIC, PUBLIC)) == []
    assert found(ledger(2), (OTHER_PUBLIC,)) == [(0, "foreign"), (1, "foreign")]
    assert found(ledger(1), ()) == [(0, "foreign")]


def test_what_was_told_before_gaps_were_kept_is_unproven_and_no_fault() -> None:
    check = LedgerCheck((PUBLIC,))
    old = [replace(one, gaps=None, signature=None, segments=[]) for one in ledger(2)]
    assert check.step(old) == []
    assert check.unproven == 2


def test_a_chain_whose_beginning_was_cut_is_found_where_all_is_asked_for() -> None:
    cut = ledger(4)[1:]
    assert found(cut) == []
    assert [(one.minute_ms, one.kind) for one in LedgerCheck((PUBLIC,), whole=True).step(cut)] == [
        (cut[0].minute_ms, "headless")
    ]
    assert LedgerCheck((PUBLIC,), whole=True).step([*ledger(2), *ledger(2, chain="c2")]) == []


def test_a_signature_that_was_taken_away_is_missed_behind_one_that_is_there() -> None:
    entries = ledger(4)
    bare = [replace(one, signature=None) if number in {0, 2} else one for number, one in enumerate(entries)]
    assert found(bare) == [(2, "unsigned")], "a node that had no key yet is no fault"
