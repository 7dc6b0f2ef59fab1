"""Reconfiguration as a flow: refused by name, tried, kept or taken back, and told each time."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from edge_agent.core.reconfigure import Book, Wanted
from edge_agent.flows.reconfigure import Reconfiguration
from shared.commands import ConfigDesired, ConfigReported
from shared.errors import Rejected, Transient
from shared.mint import uuid7
from shared.topics import CONFIG_DESIRED
from tests.fakes.node import FakeNode
from tests.fakes.tending import MemoryBook

TOPIC = CONFIG_DESIRED.topic(node="n1")


class Node:
    """One life after the other of the flow, on one book."""

    def __init__(self) -> None:
        self.node = FakeNode()
        self.store = MemoryBook()
        self.changes = 0
        self.begin(Book())

    def begin(self, book: Book) -> None:
        def change() -> None:
            self.changes += 1

        self.flow = Reconfiguration(
            book, self.store, self.check, change, (self.node.feed,), self.node.wire, self.node.facts
        )

    @staticmethod
    def check(wanted: Wanted) -> None:
        if "bad" in wanted.settings:
            raise Rejected("cameras.gate.bad", "is not a known key")

    async def desire(self, version: int, **settings: object) -> None:
        body = {"id": uuid7(), "at": self.node.clock.now(), "node": "n1", "version": version, "settings": settings}
        await self.flow.hear(TOPIC, CONFIG_DESIRED.encode(ConfigDesired.model_validate(body)))

    def told(self) -> list[tuple[int, str, int]]:
        reports: list[ConfigReported] = self.node.wire.of("config-reported")
        return [(report.version, report.state, report.running) for report in reports]

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        task = asyncio.create_task(self.flow.run())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not true():
            await asyncio.sleep(0.005)


async def test_what_is_live_again_is_kept() -> None:
    node = Node()
    await node.desire(3, clip={"pre_s": 2})
    assert (node.changes, node.store.book.must_live) == (1, ("n1.gate",))
    node.begin(node.flow.book)
    async with node.running():
        await until(lambda: node.store.book.good is not None)
    await node.flow.connected()
    assert node.told() == [(3, "applying", 0), (3, "applied", 3), (3, "applied", 3)]
    await node.desire(3, clip={"pre_s": 2})
    assert node.changes == 1


async def test_a_camera_that_does_not_come_back_takes_the_change_back() -> None:
    node = Node()
    await node.desire(3)
    assert node.told() == [(3, "applied", 3)], "nothing changes, so nothing is tried"
    await node.desire(4, clip={"pre_s": 2})
    node.begin(node.flow.book)
    node.node.feed.state, node.node.feed.last_error = "stalled", "no picture for 9000 ms"
    async with node.running():
        await until(lambda: node.changes == 2)
    assert node.store.book.trying is None
    assert node.store.book.good == Wanted(3, {})
    assert node.told()[-1] == (4, "rolled-back", 3)
    reason = node.node.wire.of("config-reported")[-1].reason
    assert "n1.gate is stalled (no picture for 9000 ms)" in reason
    node.begin(node.flow.book)
    await node.desire(4, clip={"pre_s": 2})
    assert (node.changes, node.told()[-1]) == (2, (4, "rolled-back", 3))


async def test_a_camera_that_was_away_before_is_not_waited_for() -> None:
    node = Node()
    node.node.feed.state = "restarting"
    await node.desire(1, clip={"pre_s": 2})
    node.begin(node.flow.book)
    async with node.running():
        await until(lambda: node.told()[-1] == (1, "applied", 1))


async def test_what_does_not_fit_is_refused_by_name_and_nothing_stops() -> None:
    node = Node()
    await node.desire(2, bad=True)
    report = node.node.wire.of("config-reported")[-1]
    assert (report.state, report.reason) == ("refused", "cameras.gate.bad: is not a known key")
    assert (node.changes, node.flow.book.runs) == (0, None)


@pytest.mark.parametrize("payload", [b"x", b"[]", b'{"version": 1}', b" " * 300_000])
async def test_what_is_not_understood_is_refused_and_forgotten(payload: bytes) -> None:
    node = Node()
    await node.flow.hear(TOPIC, payload)
    assert node.told() == [(0, "refused", 0)]
    assert node.store.book == Book()


async def test_anothers_settings_and_a_cleared_topic_change_nothing() -> None:
    node = Node()
    await node.flow.hear(TOPIC, b"")
    await node.flow.hear(CONFIG_DESIRED.topic(node="n2"), b"{}")
    assert node.told() == []


async def test_a_full_disk_changes_nothing_and_is_tried_again_when_told_again() -> None:
    node = Node()
    node.store.full = True
    await node.desire(1, clip={"pre_s": 2})
    assert (node.changes, node.told()) == (0, [(1, "refused", 0)])
    node.store.full = False
    await node.desire(1, clip={"pre_s": 2})
    assert node.changes == 1


async def test_settings_that_come_during_a_trial_are_looked_at_after_it() -> None:
    node = Node()
    await node.desire(1, clip={"pre_s": 2})
    node.begin(node.flow.book)
    await node.desire(2, bad=True)
    assert node.told() == [(1, "applying", 0)]
    async with node.running():
        await until(lambda: len(node.told()) == 3)
    assert node.told()[1:] == [(1, "applied", 1), (2, "refused", 1)]


async def test_an_agent_that_begins_anew_answers_first_and_never_in_a_trial() -> None:
    node = Node()
    node.flow.begin_anew()
    assert node.changes == 0, "its answer is given first"
    await until(lambda: node.changes == 1)
    with pytest.raises(Transient):
        node.flow.begin_anew()
    tried = Node()
    await tried.desire(3, clip={"pre_s": 2})
    tried.begin(tried.flow.book)
    with pytest.raises(Transient, match="being tried"):
        tried.flow.begin_anew()
