"""The door of the node's server: token, cookie, refusals."""

from hypothesis import given
from hypothesis import strategies as st

from edge_agent.core.door import COOKIE_MS, Door, Refusals

TOKEN = "correct-horse-battery-staple-0123456789"
NOW_MS = 1_700_000_000_000


def test_only_the_token_opens() -> None:
    door = Door(TOKEN)
    assert door.takes_token(TOKEN)
    assert not any(door.takes_token(wrong) for wrong in ("", TOKEN[:-1], TOKEN + " ", "ü" * 40, "\udcff"))
    assert not door.stands_open
    assert Door(None).stands_open
    assert not Door(None).takes_token("")


def test_a_cookie_is_good_for_twelve_hours_for_this_token_alone() -> None:
    door = Door(TOKEN)
    cookie = door.cookie(NOW_MS)
    assert TOKEN not in cookie
    assert door.takes_cookie(cookie, NOW_MS)
    assert door.takes_cookie(cookie, NOW_MS + COOKIE_MS - 1)
    assert not door.takes_cookie(cookie, NOW_MS + COOKIE_MS)
    assert not Door(TOKEN[::-1]).takes_cookie(cookie, NOW_MS)
    assert not Door(None).takes_cookie(Door(None).cookie(NOW_MS), NOW_MS)


def test_a_cookie_cannot_be_made_longer() -> None:
    until, _, signature = Door(TOKEN).cookie(NOW_MS).partition(".")
    assert not Door(TOKEN).takes_cookie(f"{int(until) + 1}.{signature}", NOW_MS)
    assert not Door(TOKEN).takes_cookie(Door(TOKEN).cookie(NOW_MS + 1), NOW_MS - COOKIE_MS)


@given(st.text(max_size=200))
def test_no_cookie_breaks_it(text: str) -> None:
    assert not Door(TOKEN).takes_cookie(text, NOW_MS)


def test_an_address_that_was_refused_often_waits_for_the_end_of_its_minute() -> None:
    refusals = Refusals(most=3)
    assert [refusals.count("a", 1_000 * second) for second in range(5)] == [0, 0, 0, 57_000, 56_000]
    assert refusals.count("b", 5_000) == 0
    assert refusals.count("a", 60_000) == 0


def test_many_addresses_take_no_more_memory() -> None:
    refusals = Refusals()
    for number in range(5_000):
        refusals.count(str(number), 0)
    assert len(refusals._seen) <= 1024
