"""Two machines that run as one node, on both databases: seen in what both tell, and told as one alarm."""

from shared.mint import uuid7
from tests.builders import AGENT, node_status
from tests.contract.controller.conftest import Site
from tests.contract.controller.test_watch_store import Guard, detail, healthy


async def test_two_machines_that_run_as_one_node_are_trouble_that_names_it_until_one_is_gone(site: Site) -> None:
    guard = await Guard(site).lead()
    starts = (AGENT, AGENT.replace("1", "2"))
    turn = 0

    async def take_turns() -> None:
        nonlocal turn
        turn += 1
        await site.facts.save_status(node_status("gate.yard", state="offline", agent_start=starts[turn % 2]))
        await site.facts.save_status(node_status("gate.yard", agent_start=starts[(turn + 1) % 2]))

    (raised,) = await guard.look_for(105, take_turns)
    found = (await detail(site, raised)).alarm
    assert (found.kind, found.cause, found.node, found.end_ms) == ("node_trouble", "twice", "gate", None)
    assert found.detail.startswith("two machines run as node gate")
    site.clock.at_ms += 540_000
    await guard.look_for(15, lambda: healthy(site))
    assert (await detail(site, raised)).alarm.end_ms is None
    site.clock.at_ms += 60_000
    assert await guard.look_for(20, lambda: healthy(site)) == ()
    assert (await detail(site, raised)).alarm.end_ms is not None


async def test_an_agent_that_starts_again_and_again_is_not_two(site: Site) -> None:
    guard = await Guard(site).lead()

    async def restart() -> None:
        await site.facts.save_status(node_status("gate.yard", agent_start=uuid7()))

    assert await guard.look_for(120, restart) == ()
