"""What the controller offers is fetched once, while nothing else is under way; why it is not there is told."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from edge_agent.core.update import Turn
from edge_agent.flows.fetch_release import ReleaseFetching
from shared.commands import Update
from shared.errors import CctvError, Rejected, Transient
from tests.fakes.edge import FakeClock

ORDER = Update(release="2.0-any", length_bytes=9, sha256="0" * 64)


@dataclass
class Source:
    """Fails as often as it is told to."""

    faults: list[CctvError] = field(default_factory=list)
    fetched: list[Update] = field(default_factory=list)

    async def fetch(self, order: Update, far: Callable[[int], None]) -> None:
        far(order.length_bytes)
        if self.faults:
            raise self.faults.pop(0)
        self.fetched.append(order)


def fetching(source: Source, turn: Turn | None = None, *, waits: bool = False, may: bool = True) -> ReleaseFetching:
    return ReleaseFetching(
        source, lambda: turn or Turn(), lambda: waits, lambda: may, "1.0", "trixie-arm64", FakeClock()
    )


async def ended(updates: ReleaseFetching) -> str:
    """Its fault."""
    async with asyncio.timeout(10), asyncio.TaskGroup() as group:
        run = group.create_task(updates.run())
        while (state := await updates.state())["fetching"]:
            await asyncio.sleep(0)
        run.cancel()
    return str(state["fault"])


async def test_a_release_is_fetched_although_the_controller_is_away_at_first() -> None:
    source = Source([Transient("controller: away"), Transient("controller: away")])
    updates = fetching(source)
    await updates.begin(ORDER)
    assert (await updates.state())["fetching"] == "2.0-any"
    with pytest.raises(Transient, match="under way"):
        await updates.begin(ORDER)
    assert await ended(updates) == ""
    assert source.fetched == [ORDER]
    assert (await updates.state())["fetched_bytes"] == 9


async def test_what_is_not_what_was_named_is_not_asked_for_again() -> None:
    source = Source([Rejected("update", "what the controller sends is not what it named")])
    updates = fetching(source)
    await updates.begin(ORDER)
    assert "not what it named" in await ended(updates)
    assert source.fetched == []
    await updates.begin(ORDER)  # somebody asks again
    assert await ended(updates) == ""


async def test_a_controller_that_stays_away_is_given_up_and_told() -> None:
    updates = fetching(Source([Transient("controller: away")] * 9))
    await updates.begin(ORDER)
    assert await ended(updates) == "controller: away"


async def test_nothing_is_begun_without_a_key_or_beside_another_update() -> None:
    with pytest.raises(Rejected, match="no key"):
        await fetching(Source(), may=False).begin(ORDER)
    with pytest.raises(Transient, match="under way"):
        await fetching(Source(), waits=True).begin(ORDER)
    with pytest.raises(Transient, match="under way"):
        await fetching(Source(), Turn("trying")).begin(ORDER)


async def test_how_the_newest_update_ended_is_told() -> None:
    state = await fetching(Source(), Turn("idle", "2.0", "1.0", result="rolled-back", reason="dark")).state()
    assert (state["installed"], state["platform"], state["version"]) == ("1.0", "trixie-arm64", "2.0")
    assert (state["result"], state["reason"]) == ("rolled-back", "dark")
