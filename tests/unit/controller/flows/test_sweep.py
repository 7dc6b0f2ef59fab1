"""What cannot be deleted keeps nothing else from going, and is tried again."""

from collections.abc import Collection

from controller.core.retention import CLASSES, Kept, Refusals, Retention
from controller.core.sweep_guard import Plan, Share
from controller.flows.sweep import sweep_once, sweep_pictures
from shared.errors import Rejected, Transient
from shared.ids import RunId
from tests.builders import T0
from tests.fakes.site import HandClock, MemoryObjects

DAY_MS = 86_400_000
BY_AGE = Retention(dict.fromkeys(CLASSES, DAY_MS))


class Locked(MemoryObjects):
    """A store that does not delete what is locked, and nothing at all while it is away."""

    def __init__(self, locked: Collection[str]) -> None:
        super().__init__()
        self.locked = set(locked)
        self.asked = 0

    async def delete(self, key: str) -> None:
        self.asked += 1
        if self.down:
            raise Transient("store: away")
        if key in self.locked:
            raise Rejected("store", "AccessDenied: under a lock")


class Rows:
    """Stored runs, oldest first, and pictures: each is its own key."""

    def __init__(self, count: int) -> None:
        self.runs = [Kept(RunId(f"{number:04}"), "motion", T0 + number, 1) for number in range(count)]
        self.held: set[str] = set()
        self.pictures = [f"{number:04}" for number in range(count)]

    async def stored_bytes(self) -> int:
        return len(self.runs)

    async def oldest_runs(
        self, limit: int, without: Collection[str] = (), apart: Collection[str] = ()
    ) -> tuple[Kept, ...]:
        assert not apart
        return tuple([run for run in self.runs if run.run not in without][:limit])

    async def begin_expiry(self, run: RunId) -> str | None:
        return None if run in self.held else run

    async def mark_expired(self, run: RunId) -> None:
        self.runs = [one for one in self.runs if one.run != run]

    async def old_pictures(self, before_ms: int, limit: int, without: Collection[str] = ()) -> tuple[str, ...]:
        del before_ms
        return tuple([key for key in self.pictures if key not in without][:limit])

    async def picture_may_go(self, key: str) -> bool:
        return key not in self.held

    async def forget_picture(self, key: str) -> None:
        self.pictures.remove(key)

    async def forget_motion(self, before_ms: int) -> None: ...

    async def prune(self) -> None: ...


def old() -> HandClock:
    return HandClock(T0 + 2 * DAY_MS)


async def test_runs_under_a_lock_keep_no_other_from_going_and_go_when_it_is_off() -> None:
    clock, refusals, rows = old(), Refusals(), Rows(900)
    objects = Locked([run.run for run in rows.runs[:450]])
    assert await sweep_once(rows, objects, clock, BY_AGE, refusals) == 450
    assert {run.run for run in rows.runs} == objects.locked
    objects.locked, asked = set(), objects.asked
    assert await sweep_once(rows, objects, clock, BY_AGE, refusals) == 0
    assert objects.asked == asked, "they are not tried again at once"
    clock.at_ms += 3_600_000
    assert await sweep_once(rows, objects, clock, BY_AGE, refusals) == 450


async def test_no_more_of_a_class_goes_than_was_planned() -> None:
    rows, objects = Rows(500), MemoryObjects()
    shown = Plan(T0 + 2 * DAY_MS, (Share("motion", 250, 250, 250, 250),))
    assert await sweep_once(rows, objects, old(), BY_AGE, Refusals(), shown) == 250
    assert [run.run for run in rows.runs] == [f"{number:04}" for number in range(250, 500)]
    other = Plan(T0 + 2 * DAY_MS, (Share("promoted", 250, 250, 250, 250),))
    assert await sweep_once(rows, objects, old(), BY_AGE, Refusals(), other) == 0


async def test_more_under_a_lock_than_is_remembered_ends_the_look() -> None:
    rows = Rows(700)
    objects = Locked([run.run for run in rows.runs])
    assert await sweep_once(rows, objects, old(), BY_AGE, Refusals(most=300)) == 0
    assert objects.asked <= 3 * 200


async def test_a_store_that_is_away_is_left_alone_until_the_next_look() -> None:
    clock, refusals, rows, objects = old(), Refusals(), Rows(500), Locked(())
    objects.down = True
    assert await sweep_once(rows, objects, clock, BY_AGE, refusals) == 0
    assert await sweep_pictures(rows, objects, clock, T0, refusals) == 0
    assert objects.asked == 2, "one of each is enough to know it"
    objects.down = False
    assert await sweep_once(rows, objects, clock, BY_AGE, refusals) == 498, "what is at the front may be what is broken"
    clock.at_ms += 120_000
    assert await sweep_once(rows, objects, clock, BY_AGE, refusals) == 2


async def test_a_picture_that_somebody_holds_while_others_go_stays() -> None:
    clock, refusals, rows = old(), Refusals(), Rows(10)

    class Slow(Locked):
        async def delete(self, key: str) -> None:
            await super().delete(key)
            rows.held.add("0007")

    assert await sweep_pictures(rows, Slow([]), clock, T0, refusals) == 9
    assert rows.pictures == ["0007"]


async def test_pictures_under_a_lock_keep_no_other_from_going() -> None:
    clock, refusals, rows = old(), Refusals(), Rows(300)
    objects = Locked(rows.pictures[:200])
    assert await sweep_pictures(rows, objects, clock, T0, refusals) == 0
    assert await sweep_pictures(rows, objects, clock, T0, refusals) == 100
    assert set(rows.pictures) == objects.locked
