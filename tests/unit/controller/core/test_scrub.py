"""The slow reading of the store: once round, once a week, and nothing asked for that its node cannot give."""

from hypothesis import given
from hypothesis import strategies as st

from controller.core.scrub import (
    AGAIN_MS,
    DAY_MS,
    FRESH_MS,
    MOST_WRONG,
    ROUND_MS,
    Footage,
    Scrub,
    Wrong,
    least_id,
    may_ask,
    rest_ms,
)
from shared.mint import uuid7
from tests.builders import T0

FILM = Footage(uuid7(), "gate.yard", "k", T0, 10, "0" * 64, held=False)
HELD = Footage(uuid7(), "gate.yard", "k", T0, 10, "0" * 64, held=True)


@given(st.lists(st.uuids().map(str), min_size=1, max_size=20, unique=True))
def test_a_round_reads_each_once_and_the_next_begins_a_week_after_it(ids: list[str]) -> None:
    scrub, read, now_ms = Scrub(), [], T0
    while scrub.goes_round(now_ms):
        now_ms += 1_000
        following = next((one for one in sorted(ids) if one > scrub.after), None)
        if following is None:
            scrub = scrub.over(now_ms)
        else:
            read.append(following)
            scrub = scrub.passed(following, now_ms)
    assert read == sorted(ids)
    assert (scrub.whole_ms, scrub.whole_runs, scrub.runs) == (now_ms, len(ids), 0)
    assert not scrub.goes_round(T0 + ROUND_MS)
    assert scrub.goes_round(T0 + 1_000 + ROUND_MS)
    assert scrub.goes_round(T0 - DAY_MS), "a clock that was ahead holds nothing up"


def test_an_empty_store_is_read_at_once() -> None:
    assert Scrub().over(T0) == Scrub(began_ms=T0, whole_ms=T0)


def test_what_has_just_come_is_between_the_last_hour_and_now() -> None:
    after, before = Scrub().fresh_span(T0)
    assert after == least_id(T0 - FRESH_MS) < least_id(T0 - 1) < before == least_id(T0)
    newer = least_id(T0 - 10) + "-7000"
    assert Scrub(fresh=newer).fresh_span(T0)[0] == newer
    assert Scrub(fresh=least_id(T0 - 2 * FRESH_MS)).fresh_span(T0)[0] == after, "it does not run after what is old"


def test_an_id_is_not_below_the_least_of_its_time() -> None:
    one = uuid7()
    at_ms = int(one.replace("-", "")[:12], 16)
    assert least_id(at_ms) < one < least_id(at_ms + 1)


def test_only_what_its_node_has_is_asked_for_and_nothing_held_that_is_there() -> None:
    early, late = T0 - 600_000, T0 - 60_000
    assert [may_ask(FILM, "other", reach) for reach in (None, early, late)] == [False, True, False]
    assert [may_ask(HELD, "other", early), may_ask(HELD, "missing", early)] == [False, True]


def test_it_stops_when_it_must_be_the_store() -> None:
    scrub = Scrub()
    for number in range(MOST_WRONG):
        assert not scrub.stopped
        scrub = scrub.found(Wrong(str(number), "missing", T0, asked=False))
    assert scrub.stopped
    assert scrub.found(Wrong("0", "other", T0, asked=True)).wrong[-1] == Wrong("0", "other", T0, asked=True)
    assert len(scrub.found(Wrong("0", "other", T0, asked=True)).wrong) == MOST_WRONG


def test_what_is_wrong_is_looked_at_every_hour() -> None:
    scrub = Scrub(wrong=(Wrong("0", "other", T0, asked=False),)).looked((Wrong("0", "other", T0, asked=False),), T0)
    assert [scrub.looks_again(T0 + at_ms) for at_ms in (0, AGAIN_MS - 1, AGAIN_MS, -1)] == [False, False, True, True]
    assert not Scrub().looks_again(T0)


def test_so_many_bytes_take_a_day() -> None:
    assert rest_ms(1_000, 1_000) == DAY_MS
    assert rest_ms(1, 1_000) * 1_000 == DAY_MS
