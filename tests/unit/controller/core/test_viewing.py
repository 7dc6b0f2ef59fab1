"""Looks are told once an hour for each person, camera and hour of footage."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.core.viewing import AGAIN_MS, HOUR_MS, Look, Looks, hour_ms, hour_told

LOOK = Look("kim", "::1", "live.view", "gate.yard")


def test_a_look_that_goes_on_is_told_hourly() -> None:
    looks = Looks({})
    told = [looks.is_new(LOOK, at_ms) for at_ms in (0, 5_000, AGAIN_MS - 1, AGAIN_MS, AGAIN_MS + 1)]
    assert told == [True, False, False, True, False]


def test_others_looks_are_their_own() -> None:
    looks = Looks({})
    others = [LOOK, Look("lee", "::1", "live.view", "gate.yard"), Look("kim", "::2", "live.view", "gate.yard")]
    others += [Look("kim", "::1", "live.view", "gate.door"), Look("kim", "::1", "footage.view", "gate.yard", "10:00")]
    assert [looks.is_new(look, 0) for look in others] == [True] * 5


def test_a_clock_that_is_set_back_silences_nobody() -> None:
    looks = Looks({})
    assert looks.is_new(LOOK, 10 * AGAIN_MS)
    assert looks.is_new(LOOK, 0)


def test_memory_is_bounded_and_the_oldest_are_told_anew() -> None:
    looks = Looks({})
    for number in range(20_001):
        assert looks.is_new(Look("kim", "::1", "footage.view", "gate.yard", str(number)), number)
    assert len(looks.told_ms) == 20_000
    assert looks.is_new(Look("kim", "::1", "footage.view", "gate.yard", "0"), 20_001)


@given(st.integers(0, 4_000_000_000_000))
def test_the_hour_that_the_audit_tells_is_read_again(at_ms: int) -> None:
    begins_ms = hour_ms(hour_told(at_ms))
    assert begins_ms is not None
    assert begins_ms % HOUR_MS == 0
    assert 0 <= at_ms - begins_ms < HOUR_MS


@pytest.mark.parametrize("told", ["", "0197d0c4-0000-7000-8000-000000000000", "2026-13-01T00:00Z", "1767225600000"])
def test_what_is_no_hour_is_none(told: str) -> None:
    assert hour_ms(told) is None
