"""A store that is away is noticed within seconds, said in words, and logged once when it goes and once when back."""

import asyncio
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from controller.adapters.directory_store import DirectoryStore, prepare_directory
from controller.flows.watch_objects import WatchObjects
from shared.errors import Rejected, Transient
from shared.texts import said
from tests.fakes.site import HandClock


class Store:
    """A store that answers with a fault when it has one."""

    def __init__(self) -> None:
        self.fault: Exception | None = None
        self.asked = 0

    async def head(self, key: str) -> tuple[int, str] | None:
        del key
        self.asked += 1
        if self.fault is not None:
            raise self.fault
        return None


@pytest.mark.parametrize("fault", [Transient("store: no marker"), Rejected("store", "AccessDenied"), TimeoutError()])
async def test_it_is_told_while_it_lasts_and_logged_at_both_ends(fault: Exception) -> None:
    store, clock = Store(), HandClock()

    async def opened() -> Store:
        return store

    watch = WatchObjects(opened, clock)

    async def later() -> object:
        clock.at_ms += 6_000
        return said(await watch.complaint())

    with capture_logs() as lines:
        assert await later() is None
        store.fault = fault
        assert await watch.complaint() is None, "asked seldom"
        assert await later() == {"code": "alarm_store_away", "params": {}}
        assert await later() == {"code": "alarm_store_away", "params": {}}
        store.fault = None
        assert await later() is None
    assert [line["event"] for line in lines] == ["store away", "store is back"]
    assert store.asked == 4


async def test_a_store_that_cannot_even_be_opened_is_away_and_is_opened_again() -> None:
    clock, tries = HandClock(), iter([Transient("store: away"), None])

    async def opened() -> Store:
        fault = next(tries)
        if fault is not None:
            raise fault
        return Store()

    watch = WatchObjects(opened, clock)
    assert await watch.complaint() is not None
    clock.at_ms += 6_000
    assert await watch.complaint() is None


async def test_a_directory_that_is_not_mounted_is_away(tmp_path: Path) -> None:
    clock = HandClock()
    prepare_directory(tmp_path / "store")
    store = DirectoryStore(tmp_path / "store", b"key", clock)

    async def opened() -> DirectoryStore:
        return store

    watch = WatchObjects(opened, clock)
    assert await watch.complaint() is None
    (tmp_path / "store").rename(tmp_path / "elsewhere")
    clock.at_ms += 6_000
    assert await watch.complaint() is not None
    store.close()


async def test_it_looks_though_nobody_asks() -> None:
    store, looks = Store(), asyncio.Event()

    class Ending(HandClock):
        """Ends at the second pause."""

        async def sleep_ms(self, duration_ms: float) -> None:
            self.at_ms += round(duration_ms)
            if looks.is_set():
                raise asyncio.CancelledError
            looks.set()

    async def opened() -> Store:
        return store

    with pytest.raises(asyncio.CancelledError):
        await WatchObjects(opened, Ending()).run()
    assert store.asked == 2
