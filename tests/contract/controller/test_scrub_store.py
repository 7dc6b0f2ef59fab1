"""The slow reading on rows of both databases: what is wrong is told, and replaced where its node has it still."""

import hashlib
from functools import partial

import pytest
from sqlmodel import col, select, update

from controller.adapters.feature_store import SqlFeatures
from controller.adapters.scrub_rows import SqlScrubRows
from controller.adapters.tables import AuditRow, HoldRow, NodeRow, RunRow
from controller.api.storage_schemas import ScrubOut
from controller.core.lease import Term
from controller.core.scrub import AGAIN_MS, DAY_MS, MOST_WRONG, Scrub, Wrong
from controller.flows.scrub_store import ScrubStore
from controller.flows.tell_scrub import TellScrub
from shared.errors import Transient
from shared.mint import uuid7
from tests.builders import T0
from tests.contract.controller.conftest import Site
from tests.contract.controller.test_watch_store import Guard
from tests.fakes.led import drop, take
from tests.fakes.site import MemoryObjects

LEASE = Term("sweep:yard", "here")
FILM = b"what the node wrote" * 100_000
"""Two pieces."""
FAST = 10**13


class Store(MemoryObjects):
    """Counts what is read of it."""

    def __init__(self) -> None:
        super().__init__()
        self.read_bytes = 0

    async def read(self, key: str, offset: int, length: int) -> bytes:
        self.read_bytes += length
        return await super().read(key, offset, length)


class Scrubbing:
    """The slow reading of one site, as its leader has it."""

    def __init__(self, site: Site) -> None:
        self.site, self.objects, self.keys = site, Store(), list[str]()
        self.features = SqlFeatures(site.database, site.clock)
        self.wanted = partial(self.features.is_on, "scrub")
        self.tells = TellScrub(SqlScrubRows(site.database, site.clock), on=True, wanted=self.wanted)

    async def lead(self, day_bytes: int = FAST) -> ScrubStore:
        led = await take(self.site.database, self.site.clock, LEASE, 10**13)
        return ScrubStore(SqlScrubRows(led, self.site.clock), self.objects, self.site.clock, day_bytes, self.wanted)

    async def keep(self, count: int, *, age_ms: int = 3 * DAY_MS) -> list[str]:
        """So many runs that are so old, in the order of their ids."""
        at_ms = self.site.clock.unix_ms() - age_ms
        ids = [f"{at_ms + n:012x}"[:8] + "-" + f"{at_ms + n:012x}"[8:] + uuid7()[13:] for n in range(count)]
        async with self.site.database.writing() as session:
            for one in ids:
                self.objects.held[f"yard/{one}"] = (FILM, hashlib.md5(FILM, usedforsecurity=False).hexdigest())
                session.add(
                    RunRow(
                        id=one, camera="gate.yard", rev=1, state="stored", media_class="motion", start_ms=at_ms,
                        end_ms=at_ms + 8_000, codec="avc1", width_px=1, height_px=1, length_bytes=len(FILM),
                        init_bytes=1, sha256=hashlib.sha256(FILM).hexdigest(), md5=self.objects.held[f"yard/{one}"][1],
                        segments=[], key=f"yard/{one}", grants=1, fact=one, reason="", held=False, check_ms=1 << 62,
                        alarmed=False, stored_ms=at_ms,
                    )
                )  # fmt: skip
        return ids

    async def node_has(self, ring_s: float) -> None:
        """The node answers, and its ring reaches back so far."""
        now = self.site.clock.now()
        async with self.site.database.writing() as session:
            row = await session.get(NodeRow, "gate") or NodeRow(id="gate", created_at=now)
            row.state, row.last_seen_at = "online", now
            row.health = {"cameras": [{"id": "gate.yard", "ring_s": ring_s}]}
            session.add(row)

    def spoil(self, run: str) -> None:
        data, md5 = self.objects.held[f"yard/{run}"]
        self.objects.held[f"yard/{run}"] = (data[:-1] + b"!", md5)

    async def told(self) -> ScrubOut:
        return ScrubOut.model_validate(await self.tells.state())

    async def audit(self) -> list[tuple[str, str, bool | None]]:
        async with self.site.database.reading() as session:
            rows = await session.scalars(select(AuditRow).where(col(AuditRow.what).startswith("scrub.")))
            return [(row.what, row.detail["run"], row.detail.get("asked")) for row in rows]

    async def check_ms(self, run: str) -> int:
        async with self.site.database.reading() as session:
            row = await session.get(RunRow, run)
            assert row is not None
            return row.check_ms


@pytest.fixture
def scrubbing(site: Site) -> Scrubbing:
    return Scrubbing(site)


async def test_everything_is_read_once_at_its_pace_and_whoever_leads_next_goes_on(scrubbing: Scrubbing) -> None:
    await scrubbing.keep(3)
    begin_ms = scrubbing.site.clock.unix_ms()
    first = await scrubbing.lead(100 * len(FILM))
    assert await first.once()
    assert scrubbing.site.clock.unix_ms() - begin_ms == pytest.approx(DAY_MS / 100, abs=2)
    second = await scrubbing.lead()
    assert [await second.once() for _ in range(3)] == [True, True, False]
    assert scrubbing.objects.read_bytes == 3 * len(FILM)
    told = await scrubbing.told()
    assert (told.whole_runs, told.runs, told.wrong) == (3, 0, 0)
    assert not await second.once(), "the next round is a week away"
    scrubbing.site.clock.at_ms += 8 * DAY_MS
    assert await second.once()
    assert await scrubbing.audit() == []


async def test_switched_off_it_rests_at_once_also_within_a_recording(scrubbing: Scrubbing) -> None:
    await scrubbing.keep(1)
    scrub, piece_bytes = await scrubbing.lead(), 1 << 20

    async def after_a_piece() -> bool:
        if scrubbing.objects.read_bytes == piece_bytes:
            await scrubbing.features.put("scrub", "kim", "", is_on=False)
        return await scrubbing.wanted()

    scrub.wanted = after_a_piece
    assert not await scrub.once()
    assert not await scrub.once()
    assert scrubbing.objects.read_bytes == piece_bytes
    told = await scrubbing.told()
    assert (told.on, told.switched_off, told.runs, told.wrong) == (False, True, 0, 0)
    scrub.wanted = scrubbing.wanted
    await scrubbing.features.put("scrub", "kim", "", is_on=True)
    assert await scrub.once()
    told = await scrubbing.told()
    assert (told.on, told.switched_off, told.runs, told.wrong) == (True, False, 1, 0)


async def test_what_is_changed_is_removed_asked_for_again_and_right_when_it_came(scrubbing: Scrubbing) -> None:
    (run,) = await scrubbing.keep(1, age_ms=1_200_000)
    await scrubbing.node_has(3_600)
    scrubbing.spoil(run)
    flow = await scrubbing.lead()
    guard = await Guard(scrubbing.site).lead()
    guard.watch.own = (scrubbing.tells,)
    assert await flow.once()
    assert await scrubbing.audit() == [("scrub.wrong", run, True)]
    assert (
        f"yard/{run}" in scrubbing.objects.held,
        await scrubbing.check_ms(run) <= scrubbing.site.clock.unix_ms(),
    ) == (
        False,
        True,
    )
    due = await scrubbing.site.runs.runs_to_check(10)
    assert [one.run for one in due] == [run], "the second look finds it missing, and gives a grant"
    await scrubbing.site.runs.mark_missing(due[0].run)
    (alarm,) = await guard.look_for(20)
    found = (await scrubbing.site.queries.alarm(alarm))["alarm"]
    assert found["said"] == {"code": "alarm_scrub_wrong", "params": {"missing": 0, "other": 1, "asked": 1}}
    scrubbing.site.clock.at_ms += AGAIN_MS
    await flow.once()
    assert (await scrubbing.told()).wrong == 1, "it is on its way"
    scrubbing.objects.held[f"yard/{run}"] = (FILM, "")
    async with scrubbing.site.database.writing() as session:
        await session.execute(update(RunRow).values(state="stored", stored_ms=T0))
    scrubbing.site.clock.at_ms += AGAIN_MS
    await flow.once()
    assert (await scrubbing.audit())[1:] == [("scrub.right", run, None)]
    assert (await scrubbing.told()).wrong == 0
    await guard.look_for(20)
    assert (await scrubbing.site.queries.alarm(alarm))["alarm"]["end_ms"] is not None


async def test_what_changes_only_on_its_way_is_nothing_wrong(scrubbing: Scrubbing) -> None:
    await scrubbing.keep(1, age_ms=1_200_000)
    await scrubbing.node_has(3_600)
    read, held = scrubbing.objects.read, dict(scrubbing.objects.held)

    async def once_other(key: str, offset: int, length: int) -> bytes:
        data = await read(key, offset, length)
        return data if scrubbing.objects.read_bytes > len(FILM) else data[:-1] + b"!"

    scrubbing.objects.read = once_other  # type: ignore[method-assign]
    assert await (await scrubbing.lead()).once()
    assert scrubbing.objects.read_bytes == 2 * len(FILM), "it is read again"
    assert (await scrubbing.audit(), scrubbing.objects.held) == ([], held)


async def test_what_its_node_has_no_more_stays_as_it_is_and_is_told(scrubbing: Scrubbing) -> None:
    (run,) = await scrubbing.keep(1)
    scrubbing.spoil(run)
    flow = await scrubbing.lead()
    for ring_s in (None, 60.0):
        if ring_s is not None:
            scrubbing.site.clock.at_ms += AGAIN_MS
            await scrubbing.node_has(ring_s)
        await flow.once()
        assert f"yard/{run}" in scrubbing.objects.held
        assert await scrubbing.check_ms(run) == 1 << 62
    assert await scrubbing.audit() == [("scrub.wrong", run, False)]
    assert ((await scrubbing.told()).wrong, (await scrubbing.told()).asked) == (1, 0)
    scrubbing.site.clock.at_ms += 8 * DAY_MS
    await flow.once()
    assert (await scrubbing.told()).wrong == 1, "it stood no more after a week, and the next round finds it again"
    assert len(await scrubbing.audit()) == 2


async def test_held_footage_is_never_removed(scrubbing: Scrubbing) -> None:
    (run,) = await scrubbing.keep(1, age_ms=1_200_000)
    await scrubbing.node_has(3_600)
    scrubbing.spoil(run)
    now = scrubbing.site.clock.now()
    async with scrubbing.site.database.writing() as session:
        session.add(
            HoldRow(
                id=uuid7(), camera="gate.yard", start_ms=T0 - DAY_MS, end_ms=T0 + DAY_MS, reason="case 7", who="kim",
                created_at=now,
            )
        )  # fmt: skip
    flow = await scrubbing.lead()
    await flow.once()
    assert f"yard/{run}" in scrubbing.objects.held
    assert await scrubbing.audit() == [("scrub.wrong", run, False)]
    async with scrubbing.site.database.writing() as session:
        await session.execute(update(HoldRow).values(released_at=now))
    scrubbing.site.clock.at_ms += AGAIN_MS
    await scrubbing.node_has(7_200)
    await flow.once()
    assert f"yard/{run}" not in scrubbing.objects.held, "nobody holds it any more"


async def test_what_is_missing_or_short_is_found_and_what_retention_took_meanwhile_is_not(scrubbing: Scrubbing) -> None:
    gone, short, swept = await scrubbing.keep(3)
    del scrubbing.objects.held[f"yard/{gone}"], scrubbing.objects.held[f"yard/{swept}"]
    scrubbing.objects.held[f"yard/{short}"] = (FILM[:-1], "")
    flow = await scrubbing.lead()
    assert await flow.once()
    assert await flow.once()
    async with scrubbing.site.database.writing() as session:
        await session.execute(update(RunRow).where(col(RunRow.id) == swept).values(expired_ms=1))
    await flow.once()
    assert sorted(await scrubbing.audit()) == sorted([("scrub.wrong", gone, False), ("scrub.wrong", short, False)])


async def test_a_store_that_is_away_is_no_missing_footage(scrubbing: Scrubbing) -> None:
    await scrubbing.keep(1)
    flow = await scrubbing.lead()
    scrubbing.objects.down = True
    with pytest.raises(Transient):
        await flow.once()
    scrubbing.objects.down = False
    assert await flow.once(), "it goes on where it was"
    assert await scrubbing.audit() == []


async def test_who_lost_the_lease_removes_nothing(scrubbing: Scrubbing) -> None:
    (run,) = await scrubbing.keep(1, age_ms=1_200_000)
    await scrubbing.node_has(3_600)
    scrubbing.spoil(run)
    flow = await scrubbing.lead()
    await drop(scrubbing.site.database, scrubbing.site.clock, LEASE)
    with pytest.raises(Transient):
        await flow.once()
    assert f"yard/{run}" in scrubbing.objects.held
    assert await scrubbing.audit() == []


async def test_what_has_just_come_is_read_beside_the_round(scrubbing: Scrubbing) -> None:
    await scrubbing.keep(5)
    (fresh,) = await scrubbing.keep(1, age_ms=1_200_000)
    scrubbing.spoil(fresh)
    flow = await scrubbing.lead()
    assert [await flow.once(), await flow.once()] == [True, True]
    assert [run for _, run, _ in await scrubbing.audit()] == [fresh]


async def test_a_store_of_which_all_is_missing_is_another_store(scrubbing: Scrubbing) -> None:
    await scrubbing.keep(3, age_ms=1_200_000)
    await scrubbing.node_has(3_600)
    scrubbing.objects.held.clear()
    flow = await scrubbing.lead()
    now_ms = scrubbing.site.clock.unix_ms()
    before = tuple(Wrong(f"{n}", "missing", now_ms, asked=True) for n in range(MOST_WRONG - 1))
    await flow.rows.keep(Scrub(looked_ms=now_ms, wrong=before))
    assert [await flow.once(), await flow.once()] == [True, False]
    told = await scrubbing.told()
    assert (told.stopped, told.wrong) == (True, MOST_WRONG)
    (condition,) = (await scrubbing.tells.conditions()).values()
    assert condition.text.code == "alarm_scrub_stopped"
