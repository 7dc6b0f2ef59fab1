"""The audit's chain: whatever is changed, removed, put in another order or cut off is found, at its place."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.core.audit import (
    FIRST_PREVIOUS,
    REFUSED,
    REFUSED_KEPT,
    ChainCheck,
    Entry,
    Fault,
    Head,
    Seal,
    day_over,
    head_bytes,
    row_hash,
    seal_all,
)

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
TEXT = st.text(max_size=12)
DETAIL = st.dictionaries(TEXT, st.one_of(TEXT, st.integers(), st.booleans(), st.none()), max_size=3)


@st.composite
def audits(draw: st.DrawFn, least: int = 1) -> list[Entry]:
    count = draw(st.integers(least, 12))
    return [
        Entry(number, NOW + timedelta(seconds=number), draw(TEXT), draw(TEXT), draw(TEXT), draw(TEXT), draw(DETAIL))
        for number in range(1, count + 1)
    ]


def walk(
    sealed: list[tuple[Seal, Entry | None]], heads: tuple[Head, ...] = (), now: datetime = NOW + timedelta(hours=1)
) -> list[Fault]:
    check = ChainCheck(now)
    faults: list[Fault] = []
    for seal, entry in sealed:
        faults += check.step(seal, entry, [head for head in heads if head.seq == seal.seq])
    return faults + check.end(heads)


def sealed(entries: list[Entry]) -> list[tuple[Seal, Entry | None]]:
    return list(zip(seal_all(entries, None), entries, strict=True))


@given(audits(), st.integers(0, 12))
def test_what_nobody_touched_is_found_whole_however_it_was_sealed(entries: list[Entry], cut: int) -> None:
    first = seal_all(entries[:cut], None)
    seals = first + seal_all(entries[cut:], first[-1] if first else None)
    assert seals == seal_all(entries, None)
    last = seals[-1]
    assert walk(sealed(entries), (Head(date(2026, 3, 1), last.seq, last.chain, ""),)) == []


@given(audits(), st.data())
def test_a_changed_field_is_found_at_its_place(entries: list[Entry], data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(entries) - 1))
    changes: list[dict[str, Any]] = [
        {name: getattr(entries[place], name) + "x"} for name in ("who", "what", "subject", "address")
    ]
    changes += [{"at": entries[place].at + timedelta(microseconds=1)}, {"id": 99}]
    changes += [{"detail": {**entries[place].detail, "\U0001f600": 1}}]
    pairs = sealed(entries)
    pairs[place] = (pairs[place][0], replace(entries[place], **data.draw(st.sampled_from(changes))))
    assert walk(pairs) == [Fault("changed", place + 1)]


@given(audits(least=2), st.data())
def test_a_seal_that_is_made_anew_breaks_the_chain_behind_it(entries: list[Entry], data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(entries) - 2))
    forged = replace(entries[place], who=entries[place].who + "x")
    pairs = sealed(entries)
    before = pairs[place - 1][0] if place else None
    pairs[place] = (seal_all([forged], before)[0], forged)
    assert walk(pairs) == [Fault("seal_changed", place + 2)]


def test_a_chain_made_wholly_anew_is_found_by_a_signed_head() -> None:
    entries = [Entry(number, NOW, "kim", "login", "", "", {}) for number in (1, 2, 3)]
    last = seal_all(entries, None)[-1]
    head = Head(date(2026, 3, 1), last.seq, last.chain, "")
    forged = sealed([entries[0], replace(entries[1], who="lee"), entries[2]])
    assert walk(forged) == []
    assert walk(forged, (head,)) == [Fault("head_changed", 3, date(2026, 3, 1))]


def test_removed_and_cut_entries_are_found() -> None:
    entries = [Entry(number, NOW, "kim", "login", "", "", {}) for number in range(1, 6)]
    pairs = sealed(entries)
    head = Head(date(2026, 3, 1), 5, pairs[-1][0].chain, "")
    assert walk([*pairs[:2], (pairs[2][0], None), *pairs[3:]]) == [Fault("removed", 3)]
    assert walk([*pairs[:2], *pairs[3:]], (head,)) == [Fault("seal_removed", 3)]
    assert walk(pairs[:4], (head,)) == [Fault("cut", 5, date(2026, 3, 1))]
    assert walk([], (head,)) == [Fault("cut", 5, date(2026, 3, 1))]


@pytest.mark.parametrize(
    ("what", "age", "faults"),
    [
        (REFUSED, REFUSED_KEPT + timedelta(seconds=1), []),
        (REFUSED, REFUSED_KEPT - timedelta(seconds=1), [Fault("removed", 1)]),
        ("login", REFUSED_KEPT * 2, [Fault("removed", 1)]),
    ],
)
def test_only_refused_logins_of_long_ago_may_be_gone(what: str, age: timedelta, faults: list[Fault]) -> None:
    (seal,) = seal_all([Entry(1, NOW - age, "guesser", what, "", "", {})], None)
    assert walk([(seal, None)], now=NOW) == faults


def test_the_form_of_hashes_and_heads_never_changes() -> None:
    entry = Entry(7, NOW, "김", "alarm.resolve", "a1", "::1", {"b": 1, "a": [True, None]})
    assert row_hash(entry) == "fa7820715adc60722cf31ac43c64f7b748a48d971693f2ab10127a181908f21c"
    assert seal_all([entry], None)[0].chain == "34421abb876900f7ddfc714ab0d132b245f2f48a6dfdbd25ef7a3970fc325c3f"
    assert head_bytes("yard", date(2026, 3, 1), 1, FIRST_PREVIOUS) == (
        b'{"chain":"' + b"0" * 64 + b'","day":"2026-03-01","seq":1,"site":"yard"}'
    )


@pytest.mark.parametrize(
    ("now", "day"),
    [
        (datetime(2026, 3, 1, 23, 59, tzinfo=UTC), date(2026, 2, 28)),
        (datetime(2026, 3, 2, 0, 0, tzinfo=UTC), date(2026, 3, 1)),
        (datetime(2026, 3, 2, 8, 59, tzinfo=timezone(timedelta(hours=9))), date(2026, 2, 28)),
    ],
)
def test_the_day_that_needs_a_head_is_the_last_that_is_over(now: datetime, day: date) -> None:
    assert day_over(now) == day
