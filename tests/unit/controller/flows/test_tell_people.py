"""Telling people, with a queue in memory: whatever the database loses on the way, no message stays behind."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import UTC

from controller.core.delivery import Batch, Parcel, Way
from controller.flows.tell_people import TellPeople
from controller.ports import State
from shared.errors import Transient
from tests.builders import T0
from tests.fakes.site import HandClock

ALARM: State = {
    "id": "a1", "number": 3, "rule": "r1", "rule_name": "lawn", "kind": "zone_intrusion", "severity": "high",
    "camera": "n1.yard", "condition_ms": T0,
}  # fmt: skip


@dataclass
class Queue:
    """Messages by destination in memory. `unheard`: claims of these that are written, but whose answer is lost."""

    waiting: dict[str, list[State]] = field(default_factory=dict)
    sending: dict[str, list[State]] = field(default_factory=dict)
    settled: list[tuple[str, str | None, bool]] = field(default_factory=list)
    unheard: list[str] = field(default_factory=list)
    away: bool = False
    during_claim: Callable[[], Awaitable[None]] | None = None
    during_take_up: Callable[[], Awaitable[None]] | None = None

    async def take_up(self, busy: Collection[str]) -> int:
        if self.away:
            raise Transient("database: away")
        for name in [name for name in self.sending if name not in busy]:
            self.waiting.setdefault(name, []).extend(self.sending.pop(name))
        if self.during_take_up is not None:
            await self.during_take_up()
        return 0

    async def plan(self, rows: Sequence[State], upto: int) -> int:
        del rows, upto
        return 0

    async def due(self) -> tuple[str, ...]:
        return tuple(name for name, states in self.waiting.items() if states)

    async def claim(self, destination: str) -> tuple[Way, Batch] | None:
        if self.during_claim is not None:
            await self.during_claim()
        if not self.waiting.get(destination):
            return None
        state = self.waiting[destination].pop(0)
        self.sending.setdefault(destination, []).append(state)
        if destination in self.unheard:
            self.unheard.remove(destination)
            raise Transient("database: the answer is lost")
        way = Way(destination, "webhook", "v1.x", "en", False, False)
        return way, Batch(str(state.get("id")), destination, ("m",), "raised", (state,), T0)

    async def settle(self, batch: Batch, fault: str | None, *, final: bool = False) -> None:
        left = [one for one in self.sending[batch.destination] if one is not batch.states[0]]
        self.sending[batch.destination] = left
        self.settled.append((batch.id, fault, final))

    async def prune(self, before_ms: int) -> None: ...

    async def after(self, last_id: int, limit: int = 200) -> list[State]:
        del last_id, limit
        return []

    async def bounds(self) -> tuple[int, int]:
        return (0, 0)

    async def cursor(self, name: str) -> int | None:
        del name
        return 0

    async def move_cursor(self, name: str, feed_id: int) -> None: ...


@dataclass
class Outside:
    """Where messages arrive; it is neither slow nor away."""

    got: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)

    def busy(self, name: str) -> bool:
        del name
        return False

    async def send(self, way: Way, parcel: Parcel) -> None:
        del way
        self.got.append(parcel.id)
        self.texts.append(parcel.text)

    async def of_alarm(self, alarm: str) -> bytes | None:
        del alarm
        return None

    async def ring(self, which: str) -> None: ...

    async def wait(self, which: str, timeout_s: float) -> None: ...


def telling(queue: Queue) -> tuple[TellPeople, Outside]:
    outside = Outside()
    tell = TellPeople(queue, queue, outside, outside, outside, HandClock(), "plant", "https://cctv", UTC)
    return tell, outside


async def steps(tell: TellPeople, most: int = 5) -> None:
    for _ in range(most):
        await tell.step()
        await tell.idle()


async def test_a_claim_that_is_lost_while_others_are_taken_up_is_taken_up_next_time() -> None:
    queue = Queue({"desk": [ALARM]}, unheard=["desk"])
    tell, outside = telling(queue)
    held, asked = asyncio.Event(), asyncio.Event()

    async def wait() -> None:
        asked.set()
        await held.wait()

    queue.during_claim = wait
    await tell.step()
    await asked.wait()
    tell._sure = False  # another destination's claim was lost a moment before

    async def lose() -> None:
        held.set()
        queue.during_take_up = None
        while tell._busy:
            await asyncio.sleep(0)

    queue.during_take_up = lose
    await tell.step()
    assert queue.sending == {"desk": [ALARM]}
    queue.during_claim = None
    await steps(tell)
    assert (outside.got, queue.sending["desk"]) == (["a1"], [])


async def test_while_a_claim_is_in_doubt_its_destination_begins_nothing_new() -> None:
    queue = Queue({"desk": [ALARM, {**ALARM, "id": "a2"}]}, unheard=["desk"])
    tell, outside = telling(queue)
    await tell.step()
    await tell.idle()
    assert queue.sending == {"desk": [ALARM]}
    await tell._see_to_destinations()  # what a step that was under way when the claim was lost comes to
    assert tell._busy == {}
    await steps(tell)
    assert sorted(outside.got) == ["a1", "a2"]


async def test_a_database_that_is_away_leaves_the_doubt() -> None:
    queue = Queue(sending={"desk": [ALARM]}, away=True)
    tell, outside = telling(queue)
    try:
        await tell.step()
    except Transient:
        queue.away = False
    await steps(tell)
    assert outside.got == ["a1"]


async def test_an_alarm_that_cannot_be_worded_is_told_by_its_id_and_holds_up_no_other() -> None:
    queue = Queue({"desk": [{"id": "bad", "condition_ms": None}, ALARM]})
    tell, outside = telling(queue)
    await steps(tell)
    assert outside.got == ["bad", "a1"]
    assert "bad" in outside.texts[0]
    assert queue.settled == [("bad", None, False), ("a1", None, False)]
