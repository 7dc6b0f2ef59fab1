"""Greeting: each start of an agent hears once what is known of it; missing facts are asked for when nothing waits."""

import asyncio
from datetime import datetime

from controller.flows.greet import Greeting
from shared.commands import Command, Reply, Resync
from shared.errors import Transient
from shared.ids import NodeId
from shared.mint import uuid7
from shared.orders import Hello
from shared.topics import COMMAND, HEALTH, REPLY, STATUS, Channel, M
from tests.builders import AGENT, AT, node_health, node_status
from tests.fakes.site import HandClock, Wire


class Memory:
    """Knows little, and remembers what it was asked."""

    def __init__(self) -> None:
        self.missing = False
        self.disabled = False
        self.away = 0
        self.told: list[int] = []

    async def hello(self, node: NodeId, agent_start: str) -> Hello | None:
        assert node == "gate"
        if self.away:
            self.away -= 1
            raise Transient("database: away")
        return None if self.disabled else Hello(agent_start=agent_start, seq=7)

    async def resync_since(self, node: NodeId, agent_start: str, told: int) -> datetime | None:
        assert (node, agent_start) == ("gate", AGENT)
        self.told.append(told)
        return AT if self.missing else None


class Air(Wire):
    """A broker that hands over what is given to it."""

    async def say(self, channel: Channel[M], message: M, **levels: str) -> list[Command]:
        """What is sent because of a message."""
        before = len(self.sent)
        topic = channel.topic(node="gate", **levels)
        for _, handler in self.handlers:
            await handler(topic, channel.encode(message))
        for _ in range(10):
            await asyncio.sleep(0)
        commands = [(topic, message) for topic, message in self.sent[before:] if isinstance(message, Command)]
        assert [topic for topic, _ in commands] == [COMMAND.topic(node="gate", id=one.id) for _, one in commands]
        assert len(commands) == len(self.sent) - before
        return [one for _, one in commands]


async def test_a_node_is_greeted_once_for_each_start_and_asked_for_what_is_missing() -> None:
    memory, air, clock = Memory(), Air(), HandClock()
    greeting = Greeting(memory, air, clock)
    greeting.listen()
    task = asyncio.create_task(greeting.run())
    try:
        assert await air.say(HEALTH, node_health()) == []
        (hello,) = await air.say(STATUS, node_status("gate.yard", seq=9))
        assert hello.command == Hello(agent_start=AGENT, seq=7)
        assert await air.say(STATUS, node_status("gate.yard", seq=9)) == [], "only a camera changed"
        assert await air.say(STATUS, node_status("gate.yard", node="other")) == [], "speaks for another"
        clock.at_ms += 21_000
        (again,) = await air.say(HEALTH, node_health())
        assert again.command == hello.command, "the first was not answered"
        reply = Reply(id=uuid7(), at=AT, command=again.id, ok=True, reason="")
        assert await air.say(REPLY, reply, id=again.id) == []
        clock.at_ms += 21_000
        assert await air.say(HEALTH, node_health()) == []
        memory.missing = True
        assert await air.say(HEALTH, node_health(outbox_facts=3)) == [], "it may still be on its way"
        (resync,) = await air.say(HEALTH, node_health())
        assert resync.command == Resync(since_at=AT)
        assert set(memory.told) == {9}
        (other,) = await air.say(STATUS, node_status("gate.yard", agent_start=uuid7()))
        assert isinstance(other.command, Hello)
        assert await air.say(STATUS, node_status(state="offline")) == []
        (back,) = await air.say(STATUS, node_status("gate.yard", agent_start=other.command.agent_start))
        assert back.command == other.command
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_a_database_that_is_away_and_a_node_that_is_switched_off_stop_nothing() -> None:
    memory, air = Memory(), Air()
    greeting = Greeting(memory, air, HandClock())
    greeting.listen()
    task = asyncio.create_task(greeting.run())
    try:
        memory.away = 1
        assert await air.say(STATUS, node_status("gate.yard")) == []
        assert len(await air.say(STATUS, node_status("gate.yard"))) == 1
        memory.disabled = True
        assert await air.say(STATUS, node_status("gate.yard", agent_start=uuid7())) == []
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
