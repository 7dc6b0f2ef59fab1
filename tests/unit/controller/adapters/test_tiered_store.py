"""One store of two: absent is what both say they have not, and never what one of them cannot say."""

from collections.abc import Callable
from typing import Any

import pytest

from controller.adapters.tiered_store import TieredStore, UnnamedStore
from shared.errors import Rejected, Transient
from tests.fakes.site import MemoryObjects

KEY = "yard/gate/yard/2026/03/01/motion/1-0190a000-0000-7000-8000-000000000001.mp4"


class Rows:
    """Where the database says that objects lie."""

    def __init__(self) -> None:
        self.second: set[str] = set()

    async def beyond(self, key: str) -> bool:
        return key in self.second


class Two:
    def __init__(self) -> None:
        self.first, self.second, self.rows = MemoryObjects(), MemoryObjects(), Rows()
        one: Any = self.first
        two: Any = self.second
        self.store = TieredStore(one, two, self.rows)
        self.alone = TieredStore(one, UnnamedStore(self.rows), self.rows)

    def reads(self, store: TieredStore, key: str = KEY) -> tuple[Callable[[], Any], ...]:
        return lambda: store.get(key), lambda: store.read(key, 0, 4)


@pytest.fixture
def two() -> Two:
    return Two()


async def test_it_is_read_wherever_it_lies(two: Two) -> None:
    for holder, data in ((two.second, b"late"), (two.first, b"soon")):
        await holder.put(KEY, data, "video/mp4")
        assert [await read() for read in two.reads(two.store)] == [data, data]
        assert (await two.store.head(KEY) or (0, ""))[0] == 4
    two.first.down = True
    assert await two.store.read(KEY, 0, 4) == b"late", "while the first is away"


async def test_absent_is_what_both_say(two: Two) -> None:
    assert await two.store.head(KEY) is None
    for read in two.reads(two.store):
        with pytest.raises(Rejected, match="not in the store"):
            await read()


@pytest.mark.parametrize("away", ["first", "second"])
async def test_a_store_that_is_away_is_not_absence(two: Two, away: str) -> None:
    getattr(two, away).down = True
    with pytest.raises(Transient):
        await two.store.head(KEY)
    with pytest.raises(Transient):
        await two.store.read(KEY, 0, 4)


async def test_what_never_moves_does_not_ask_the_second(two: Two) -> None:
    two.second.down = True
    await two.store.put("pictures/a.jpg", b"jpeg", "image/jpeg")
    assert await two.store.get("pictures/a.jpg") == b"jpeg"
    assert await two.store.head("probe/none") is None
    await two.store.delete("pictures/a.jpg")
    assert two.first.held == {}


async def test_what_is_cut_short_in_the_first_is_read_whole_from_the_second(two: Two) -> None:
    await two.first.put(KEY, b"ab", "video/mp4")
    await two.second.put(KEY, b"abcd", "video/mp4")
    assert await two.store.read(KEY, 0, 4) == b"abcd"


async def test_it_goes_from_both(two: Two) -> None:
    for holder in (two.first, two.second):
        await holder.put(KEY, b"film", "video/mp4")
    await two.store.delete(KEY)
    assert two.first.held == two.second.held == {}


async def test_a_second_that_is_away_keeps_only_what_it_may_have(two: Two) -> None:
    two.second.down = True
    await two.first.put(KEY, b"film", "video/mp4")
    await two.store.delete(KEY)
    assert two.first.held == {}
    two.rows.second.add(KEY)
    with pytest.raises(Transient):
        await two.store.delete(KEY)


async def test_without_a_second_what_lies_there_is_out_of_reach_and_not_absent(two: Two) -> None:
    assert await two.alone.head(KEY) is None
    await two.alone.delete(KEY)
    two.rows.second.add(KEY)
    for asked in (two.alone.head(KEY), two.alone.read(KEY, 0, 4), two.alone.delete(KEY), two.alone.get(KEY)):
        with pytest.raises(Transient, match=r"store\.second"):
            await asked
