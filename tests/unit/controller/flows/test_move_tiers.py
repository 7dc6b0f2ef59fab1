"""Killed between any two steps, whatever happens meanwhile: one store has the last right copy, and the move ends."""

import asyncio
import contextlib
import hashlib
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from controller.core.retention import Kept, Retention
from controller.core.storage import DAY_MS
from controller.core.tiers import Moves, Standing, Tier, Unfinished
from controller.errors import NoRoom
from controller.flows.move_tiers import MoveTiers
from shared.errors import Rejected, Transient
from shared.ids import RunId
from shared.kinds import MEDIA_CLASSES
from tests.fakes.site import HandClock, MemoryObjects

FILM = b"what the node wrote" * 100
SHA256, MD5 = hashlib.sha256(FILM).hexdigest(), hashlib.md5(FILM, usedforsecurity=False).hexdigest()
RULES = Moves({"motion": 7}), Retention(dict.fromkeys(MEDIA_CLASSES, 30 * DAY_MS))


class Killed(BaseException):
    """The process is gone."""


@dataclass
class Power:
    """Counts every call that reaches outside; at the chosen one the process is killed, before it or after it."""

    at: int | None = None
    after: bool = False
    count: int = 0

    async def done(self, call: Any) -> Any:
        self.count += 1
        if self.count == self.at and not self.after:
            call.close()
            raise Killed
        answer = await call
        if self.count == self.at:
            raise Killed
        return answer


class Stored(MemoryObjects):
    """One of both stores. `full`: it takes no more; `wrong`: it keeps other bytes than it is given."""

    def __init__(self) -> None:
        super().__init__()
        self.full = self.wrong = False

    async def put_file(self, key: str, file: Path, md5: str) -> None:
        if self.down:
            raise Transient("store: away")
        if self.full:
            raise NoRoom("store: full")
        data = file.read_bytes()
        self.held[key] = (data[:-1] + b"!" if self.wrong else data, md5)

    def right(self, key: str) -> bool:
        return self.held.get(key, (b"", ""))[0] == FILM


@dataclass
class Rows:
    """The rows of a site's recordings, as the database keeps them."""

    clock: HandClock
    runs: dict[RunId, Unfinished] = field(default_factory=dict)
    told: Standing = field(default_factory=Standing)

    def add(self, name: str) -> Unfinished:
        one = Unfinished(RunId(name), f"{name}.mp4", len(FILM), MD5, SHA256, "first")
        self.runs[one.run] = one
        return one

    async def standing(self) -> Standing:
        return self.told

    async def keep(self, standing: Standing) -> None:
        self.told = standing

    async def unfinished(self, limit: int, without: Collection[str] = ()) -> list[Unfinished]:
        return [one for one in self.runs.values() if one.tier in {"moving", "moved"} and one.run not in without][:limit]

    async def movable(self, moves: Moves, retention: Retention, limit: int, without: Collection[str] = ()) -> Any:
        del moves, retention
        end_ms = self.clock.unix_ms() - 9 * DAY_MS
        there = (one for one in self.runs.values() if self._open(one) and one.tier == "first")
        return [Kept(one.run, "motion", end_ms, one.length_bytes) for one in there if one.run not in without][:limit]

    async def begin(self, run: RunId) -> Unfinished | None:
        return self.runs[run] if await self.turn(run, "first", "moving") else None

    async def turn(self, run: RunId, before: Tier, after: Tier) -> bool:
        one = self.runs[run]
        if not self._open(one) or one.tier != before:
            return False
        self.runs[run] = replace(one, tier=after)
        return True

    async def forget(self, run: RunId) -> None:
        if self.runs[run].tier in {"moving", "moved"}:
            self.runs[run] = replace(self.runs[run], tier="first")

    def _open(self, one: Unfinished) -> bool:
        return one.state == "stored" and not one.going


class Counted:
    """What is called through the power: each call may be the last."""

    def __init__(self, inner: Any, power: Power, calls: Collection[str]) -> None:
        self._inner, self._power, self._calls = inner, power, calls

    def __getattr__(self, name: str) -> Any:
        call = getattr(self._inner, name)
        if name not in self._calls:
            return call
        return lambda *args: self._power.done(call(*args))


class Moving:
    """A site with two stores, and whoever moves."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.clock = HandClock()
        self.rows, self.first, self.second = Rows(self.clock), Stored(), Stored()

    def mover(self, power: Power | None = None) -> MoveTiers:
        power = Power() if power is None else power
        stores = [Counted(one, power, ("put_file", "delete", "read", "head")) for one in (self.first, self.second)]
        rows: Any = Counted(self.rows, power, ("begin", "turn", "forget", "unfinished", "movable"))
        first: Any = stores[0]
        second: Any = stores[1]

        async def rules() -> tuple[Moves, Retention]:
            return RULES

        return MoveTiers(rows, first, second, self.clock, rules, self.folder, 10**9)

    def keep(self, name: str = "one") -> Unfinished:
        one = self.rows.add(name)
        self.first.held[one.key] = (FILM, MD5)
        return one

    def tier(self, name: str = "one") -> Tier:
        return self.rows.runs[RunId(name)].tier

    def settled(self) -> bool:
        return all(one.tier in {"first", "second"} for one in self.rows.runs.values())


@pytest.fixture
def moving(tmp_path: Path) -> Moving:
    return Moving(tmp_path)


async def test_what_moved_lies_in_the_second_alone(moving: Moving) -> None:
    one = moving.keep()
    assert await moving.mover().once() == 1
    assert (moving.tier(), moving.second.right(one.key), moving.first.held) == ("second", True, {})
    assert moving.rows.told.moved_ms is not None
    assert await moving.mover().once() == 0
    assert list(moving.folder.iterdir()) == []


@given(
    kills=st.lists(st.tuples(st.integers(1, 16), st.booleans()), max_size=4),
    spoiled=st.sampled_from(["", "away", "full", "wrong"]),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_killed_anywhere_it_is_readable_and_the_rest_is_ended(
    tmp_path: Path, kills: list[tuple[int, bool]], spoiled: str
) -> None:
    moving = Moving(tmp_path)
    names = [moving.keep(name).key for name in ("one", "two")]
    for at, after in kills:
        moving.second.down, moving.second.full, moving.second.wrong = (
            spoiled == one for one in ("away", "full", "wrong")
        )
        with contextlib.suppress(Killed):
            asyncio.run(moving.mover(Power(at, after)).once())
        for key in names:
            assert moving.first.right(key) or moving.second.right(key), "the last right copy is gone"
    moving.second.down = moving.second.full = moving.second.wrong = False
    for _ in range(3):
        asyncio.run(moving.mover().once())
    assert moving.settled()
    assert all(moving.second.right(key) for key in names)
    assert moving.first.held == {}


@given(at=st.integers(1, 12), after=st.booleans(), state=st.sampled_from(["expired", "announced"]))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_deleted_or_comes_anew_meanwhile_leaves_nothing_in_the_second(
    tmp_path: Path, at: int, after: bool, state: str
) -> None:
    moving = Moving(tmp_path)
    one = moving.keep()
    with contextlib.suppress(Killed):
        asyncio.run(moving.mover(Power(at, after)).once())
    if moving.tier() == "second":
        return
    moving.rows.runs[one.run] = replace(moving.rows.runs[one.run], state=state)
    for _ in range(2):
        asyncio.run(moving.mover().once())
    assert moving.tier() == "first"
    assert moving.second.held == {}


async def test_what_is_being_deleted_is_left_to_who_deletes(moving: Moving) -> None:
    one = moving.keep()
    moving.rows.runs[one.run] = replace(one, tier="moved", going=True)
    moving.second.held[one.key] = (FILM, MD5)
    assert await moving.mover().once() == 0
    assert moving.first.right(one.key)
    assert moving.second.right(one.key)


async def test_a_second_that_lost_its_copy_gets_it_again_before_the_first_lets_go(moving: Moving) -> None:
    one = moving.keep()
    moving.rows.runs[one.run] = replace(one, tier="moved")
    assert await moving.mover().once() == 1
    assert moving.second.right(one.key)
    assert moving.first.held == {}


async def test_wrong_bytes_are_not_moved_and_keep_none_of_the_others(moving: Moving) -> None:
    wrong, right = moving.keep("wrong"), moving.keep("right")
    moving.first.held[wrong.key] = (FILM[:-1] + b"!", MD5)
    mover = moving.mover()
    assert await mover.once() == 1
    assert (moving.tier("wrong"), moving.tier("right")) == ("first", "second")
    assert wrong.key not in moving.second.held
    assert wrong.key in moving.first.held
    assert right.key in moving.second.held
    assert await mover.once() == 0, "looked past for a while"


@pytest.mark.parametrize(("spoiled", "fault"), [("down", "away"), ("full", "full"), ("wrong", "differs")])
async def test_why_nothing_moves_is_told_until_it_does(moving: Moving, spoiled: str, fault: str) -> None:
    one = moving.keep()
    setattr(moving.second, spoiled, True)
    since_ms = moving.clock.unix_ms()
    for _ in range(2):
        assert await moving.mover().once() == 0
        moving.clock.at_ms += 60_000
    assert moving.rows.told.fault == fault
    assert moving.rows.told.since_ms is not None
    assert moving.rows.told.since_ms - since_ms < 60_000
    assert moving.first.right(one.key)
    setattr(moving.second, spoiled, False)
    assert await moving.mover().once() == 1
    assert moving.rows.told.fault is None


async def test_a_second_that_is_away_is_told_also_when_nothing_is_to_move(moving: Moving) -> None:
    moving.second.down = True
    assert await moving.mover().once() == 0
    assert moving.rows.told.fault == "away"
    moving.second.down = False
    assert await moving.mover().once() == 0
    assert moving.rows.told.fault is None


async def test_it_keeps_to_its_pace(moving: Moving) -> None:
    moving.keep()
    mover, begin_ms = moving.mover(), moving.clock.unix_ms()
    mover.s_bytes = len(FILM)
    assert await mover.once() == 1
    assert moving.clock.unix_ms() - begin_ms == pytest.approx(2_000, abs=50), "read once, and read back"


async def test_a_refusal_of_the_first_keeps_none_of_the_others(moving: Moving, monkeypatch: pytest.MonkeyPatch) -> None:
    one = moving.keep("one")
    moving.keep("two")
    delete = moving.first.delete

    async def refusing(key: str) -> None:
        if key == one.key:
            raise Rejected("store", "AccessDenied")
        await delete(key)

    monkeypatch.setattr(moving.first, "delete", refusing)
    assert await moving.mover().once() == 1
    assert (moving.tier("one"), moving.tier("two")) == ("moved", "second")
