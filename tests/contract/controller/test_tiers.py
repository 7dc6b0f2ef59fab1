"""Two stores of one site on both databases: what moved is read, counted, held, read again and deleted like the rest."""

import hashlib
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import col, select, update

from controller.adapters.directory_store import DirectoryStore, prepare_directory
from controller.adapters.known_objects import SqlKnownObjects
from controller.adapters.move_rules import SqlMoveRules
from controller.adapters.retention_store import SqlRetentionStore
from controller.adapters.s3_store import S3Store
from controller.adapters.scrub_rows import SqlScrubRows
from controller.adapters.storage_reads import StorageReads
from controller.adapters.sweep_plan import SqlSweepGuard
from controller.adapters.tables import AuditRow, HoldRow, RunRow
from controller.adapters.tier_rows import SqlPlaces, SqlTierRows
from controller.adapters.tiered_store import TieredStore, UnnamedStore
from controller.api.storage_schemas import SecondStoreOut
from controller.core.lease import Term
from controller.core.retention import Refusals, Retention
from controller.core.storage import DAY_MS
from controller.core.tiers import Moves
from controller.errors import Conflict
from controller.flows.check_tiers import CheckTiers
from controller.flows.manage_exports import Asker
from controller.flows.manage_moves import ManageMoves
from controller.flows.move_tiers import MoveTiers
from controller.flows.scrub_store import ScrubStore
from controller.flows.sweep import guarded_sweep, sweep_once
from controller.flows.tell_tiers import TellTiers
from shared.errors import Rejected, Transient
from shared.ids import RunId
from shared.kinds import MEDIA_CLASSES
from shared.mint import uuid7
from tests.contract.controller.conftest import Site
from tests.contract.controller.test_object_stores import WallClock, s3_place
from tests.fakes.led import drop, take
from tests.servers.stores import S3Store as Bucket

LEASE = Term("sweep:yard", "here")
FILM = b"what the node wrote" * 100
SHA256, MD5 = hashlib.sha256(FILM).hexdigest(), hashlib.md5(FILM, usedforsecurity=False).hexdigest()
MONTH = Retention(dict.fromkeys(MEDIA_CLASSES, 30 * DAY_MS))
KIM = Asker("kim", admin=True)


class Stores:
    """A site with a directory on this disk and a NAS, and its leader."""

    def __init__(self, site: Site, folder: Path) -> None:
        self.site, self.folder = site, folder
        for name in ("store", "nas"):
            prepare_directory(folder / name)
        self.first = DirectoryStore(folder / "store", b"s" * 32, site.clock)
        self.second: DirectoryStore | S3Store = DirectoryStore(folder / "nas", b"s" * 32, site.clock)
        self.places = SqlPlaces(site.database)
        self.objects = TieredStore(self.first, self.second, self.places)
        self.rules = SqlMoveRules(site.database, site.clock)
        self.retention = MONTH
        (folder / "moving").mkdir()

    async def told(self) -> tuple[Moves, Retention]:
        return await self.rules.moves(), self.retention

    async def lead(self) -> MoveTiers:
        self.led = await take(self.site.database, self.site.clock, LEASE, 10**13)
        rows = SqlTierRows(self.led, self.site.clock)
        return MoveTiers(rows, self.first, self.second, self.site.clock, self.told, self.folder / "moving", 10**12)

    async def keep(self, age_days: float, of: str = "motion", *, camera: str = "gate.yard") -> str:
        """One that is so old, with its object in the first store; its key."""
        end_ms = self.site.clock.unix_ms() - round(age_days * DAY_MS)
        run = uuid7()
        key = f"yard/gate/yard/2026/03/01/{of}/{end_ms}-{run}.mp4"
        await self.first.put(key, FILM, "video/mp4")
        values: dict[str, Any] = {
            "id": run, "camera": camera, "rev": 1, "state": "stored", "media_class": of, "start_ms": end_ms - 8_000,
            "end_ms": end_ms, "codec": "avc1", "width_px": 1, "height_px": 1, "length_bytes": len(FILM),
            "init_bytes": 1, "sha256": SHA256, "md5": MD5, "segments": [], "key": key, "fact": run, "grants": 1,
            "check_ms": 1 << 62, "stored_ms": 0,
        }  # fmt: skip
        async with self.site.database.writing() as session:
            session.add(RunRow(**values))
        return key

    async def row(self, key: str) -> RunRow:
        async with self.site.database.reading() as session:
            return (await session.scalars(select(RunRow).where(col(RunRow.key) == key))).one()

    async def lies(self, key: str) -> tuple[str, bool, bool]:
        """What its row says, and where its object is."""
        found = [(self.folder / name / key).exists() for name in ("store", "nas")]
        return (await self.row(key)).tier, found[0], found[1]

    async def shown(self, kind: str | None = "directory") -> SecondStoreOut | None:
        tells = TellTiers(SqlTierRows(self.site.database, self.site.clock), self.told, kind)
        state = await tells.state()
        return None if state is None else SecondStoreOut.model_validate(state)


FIRST, SECOND, GONE = ("first", True, False), ("second", False, True), ("second", False, False)


@pytest.fixture
def stores(site: Site, tmp_path: Path) -> Any:
    site.clock.at_ms += 100 * DAY_MS
    found = Stores(site, tmp_path)
    yield found
    found.objects.close()


@pytest.mark.integration
async def test_a_recording_moves_to_a_bucket_and_is_read_and_deleted_there(
    stores: Stores, any_s3: Bucket, tmp_path: Path
) -> None:
    bucket = S3Store(s3_place(any_s3), b"s" * 32, WallClock())
    await bucket.probe()
    stores.second.close()
    stores.second, stores.objects = bucket, TieredStore(stores.first, bucket, stores.places)
    old = await stores.keep(8)
    await stores.rules.put("motion", 7, "kim", "")
    assert await (await stores.lead()).once() == 1
    assert [await one.head(old) is not None for one in (stores.first, bucket)] == [False, True]
    assert await stores.objects.read(old, 5, 9) == FILM[5:14]
    await stores.objects.fetch(old, tmp_path / "copy")
    assert (tmp_path / "copy").read_bytes() == FILM
    await stores.objects.delete(old)
    assert await stores.objects.head(old) is None


async def test_what_is_old_moves_by_its_rule_and_is_read_as_before(stores: Stores, tmp_path: Path) -> None:
    old, young, other = await stores.keep(8), await stores.keep(6), await stores.keep(8, "continuous")
    mover = await stores.lead()
    assert await mover.once() == 0, "without a rule nothing moves"
    await stores.rules.put("motion", 7, "kim", "")
    shown = await stores.shown()
    assert shown is not None
    assert (shown.runs, shown.waiting_runs, shown.waiting_bytes) == (0, 1, len(FILM))
    assert await mover.once() == 1
    assert [await stores.lies(key) for key in (old, young, other)] == [SECOND, FIRST, FIRST]
    assert await stores.objects.head(old) == (len(FILM), MD5)
    assert await stores.objects.read(old, 5, 9) == FILM[5:14]
    await stores.objects.fetch(old, tmp_path / "copy")
    assert (tmp_path / "copy").read_bytes() == FILM
    shown = await stores.shown()
    assert shown is not None
    assert (shown.runs, shown.used_bytes, shown.waiting_runs) == (1, len(FILM), 0)
    assert shown.moved_ms is not None
    figures = await StorageReads(stores.site.database).store(stores.site.clock.unix_ms())
    assert (figures.used_bytes, figures.runs, figures.cameras[0].held_bytes) == (2 * len(FILM), 3, 3 * len(FILM))
    assert list((tmp_path / "moving").iterdir()) == []


async def test_what_retention_takes_within_a_day_is_not_moved_before(stores: Stores) -> None:
    soon, later = await stores.keep(29.5), await stores.keep(28.5)
    await stores.rules.put("motion", 7, "kim", "")
    assert await (await stores.lead()).once() == 1
    assert [await stores.lies(key) for key in (soon, later)] == [FIRST, SECOND]


async def test_what_is_held_moves_soon_and_stays_for_as_long_as_it_is_held(stores: Stores) -> None:
    held, free = await stores.keep(1), await stores.keep(1)
    row = await stores.row(held)
    async with stores.site.database.writing() as session:
        session.add(
            HoldRow(
                id=uuid7(), camera="gate.yard", start_ms=row.start_ms, end_ms=row.end_ms, reason="x", who="kim",
                created_at=stores.site.clock.now(),
            )
        )  # fmt: skip
        await session.execute(update(RunRow).where(col(RunRow.key) == free).values(start_ms=1, end_ms=2))
        await session.execute(update(RunRow).where(col(RunRow.key) == held).values(held=True))
    await stores.rules.put("evidence", 0, "kim", "")
    mover = await stores.lead()
    assert await mover.once() == 1
    assert [await stores.lies(key) for key in (held, free)] == [SECOND, FIRST]
    stores.site.clock.at_ms += 60 * DAY_MS
    rows = SqlRetentionStore(stores.led, stores.site.clock)
    assert await sweep_once(rows, stores.objects, stores.site.clock, MONTH) == 1
    assert await stores.lies(held) == SECOND


async def test_retention_takes_from_both(stores: Stores) -> None:
    old, young = await stores.keep(28), await stores.keep(28, "continuous")
    await stores.rules.put("motion", 7, "kim", "")
    await (await stores.lead()).once()
    stores.site.clock.at_ms += 3 * DAY_MS
    rows = SqlRetentionStore(stores.led, stores.site.clock)
    assert await sweep_once(rows, stores.objects, stores.site.clock, MONTH) == 2
    assert await stores.lies(old) == GONE
    assert (await stores.lies(young))[1:] == (False, False)
    assert {(await stores.row(key)).state for key in (old, young)} == {"expired"}


async def test_a_second_that_is_away_keeps_back_only_what_lies_there(stores: Stores) -> None:
    moved = await stores.keep(28)
    await stores.rules.put("motion", 7, "kim", "")
    await (await stores.lead()).once()
    near = await stores.keep(29, "promoted")
    (stores.folder / "nas").rename(stores.folder / "pulled")
    (stores.folder / "nas").mkdir()
    stores.site.clock.at_ms += 3 * DAY_MS
    with pytest.raises(Transient, match="mounted"):
        await stores.objects.read(moved, 0, 1)
    rows = SqlRetentionStore(stores.led, stores.site.clock)
    await sweep_once(rows, stores.objects, stores.site.clock, MONTH)
    assert (await stores.row(near)).state == "expired"
    assert (await stores.row(moved)).state == "stored", "what cannot be deleted is not told to be gone"


async def test_the_quota_is_the_first_stores(stores: Stores) -> None:
    """Ten in the second do not count, and none of them goes for a quota that they do not fill."""
    await stores.rules.put("motion", 7, "kim", "")
    moved = [await stores.keep(20 + n / 10) for n in range(10)]
    assert await (await stores.lead()).once() == 10
    near = [await stores.keep(1 + n / 10) for n in range(4)]
    rows, guard = SqlRetentionStore(stores.led, stores.site.clock), SqlSweepGuard(stores.led, stores.site.clock)
    retention = replace(MONTH, quota_bytes=3 * len(FILM))
    plan = await guard.plan(retention, stores.site.clock.unix_ms())
    assert (plan.due, plan.due_bytes) == (1, len(FILM))
    swept = await guarded_sweep(rows, guard, stores.objects, stores.site.clock, retention, Refusals())
    assert swept == 1
    assert [(await stores.row(key)).state for key in near] == ["stored"] * 3 + ["expired"]
    assert {await stores.lies(key) for key in moved} == {SECOND}


async def test_the_slow_reading_reads_the_second_and_leaves_what_is_on_its_way(stores: Stores) -> None:
    moved, going = await stores.keep(8), await stores.keep(6)
    await stores.rules.put("motion", 7, "kim", "")
    await (await stores.lead()).once()
    (stores.folder / "nas" / moved).write_bytes(FILM[:-1] + b"!")
    (stores.folder / "store" / going).write_bytes(FILM[:-1] + b"!")
    async with stores.site.database.writing() as session:
        await session.execute(update(RunRow).where(col(RunRow.key) == going).values(tier="moving"))

    async def wanted() -> bool:
        return True

    rows = SqlScrubRows(stores.led, stores.site.clock)
    scrub = ScrubStore(rows, stores.objects, stores.site.clock, 10**13, wanted)
    assert [await scrub.once() for _ in range(2)] == [True, False]
    wrong = (await rows.scrub()).wrong
    assert [one.run for one in wrong] == [(await stores.row(moved)).id]


async def test_what_comes_anew_comes_to_the_first(stores: Stores) -> None:
    moved = await stores.keep(8)
    await stores.rules.put("motion", 7, "kim", "")
    await (await stores.lead()).once()
    assert await stores.site.runs.mark_missing(RunId((await stores.row(moved)).id))
    row = await stores.row(moved)
    assert (row.state, row.tier) == ("announced", "first")


async def test_who_lost_the_lease_deletes_nothing(stores: Stores) -> None:
    """It slept after its copy was read back: the row cannot be turned, so the first's stays."""
    old = await stores.keep(8)
    await stores.rules.put("motion", 7, "kim", "")
    mover = await stores.lead()
    begun = await mover.rows.begin(RunId((await stores.row(old)).id))
    assert begun is not None
    await drop(stores.site.database, stores.site.clock, LEASE)
    with pytest.raises(Transient, match="no longer ours"):
        await mover.once()
    assert await stores.lies(old) == ("moving", True, True)
    assert await (await stores.lead()).once() == 1
    assert await stores.lies(old) == SECOND


async def test_a_site_that_names_no_second_any_more_says_so_and_forgets_nothing(stores: Stores) -> None:
    moved, near = await stores.keep(28), await stores.keep(1)
    await stores.rules.put("motion", 7, "kim", "")
    await (await stores.lead()).once()
    alone = TieredStore(stores.first, UnnamedStore(stores.places), stores.places)
    assert await alone.read(near, 0, 4) == FILM[:4]
    for asked in (alone.read(moved, 0, 4), alone.head(moved), alone.delete(moved)):
        with pytest.raises(Transient, match=r"store\.second"):
            await asked
    shown = await stores.shown(None)
    assert shown is not None
    assert (shown.kind, shown.runs) == (None, 1)
    tells = TellTiers(SqlTierRows(stores.site.database, stores.site.clock), stores.told, None)
    (condition,) = (await tells.conditions()).values()
    assert condition.text.code == "alarm_second_unnamed"
    stores.site.clock.at_ms += 3 * DAY_MS
    rows = SqlRetentionStore(stores.led, stores.site.clock)
    assert await sweep_once(rows, alone, stores.site.clock, MONTH) == 0
    assert (await stores.row(moved)).state == "stored"


async def test_a_site_without_a_second_is_told_nothing(stores: Stores) -> None:
    await stores.keep(28)
    assert await stores.shown(None) is None
    assert await TellTiers(SqlTierRows(stores.site.database, stores.site.clock), stores.told, None).conditions() == {}


async def test_rules_are_put_taken_away_and_on_record(stores: Stores) -> None:
    manage = ManageMoves(stores.rules, named=True)
    for subject, days in (("motion", 7), ("evidence", 0), ("motion", 9), ("motion", None), ("motion", None)):
        state = await manage.put(subject, days, KIM)
    assert [(rule["subject"], rule["days"], rule["changed_by"]) for rule in state["rules"]] == [("evidence", 0, "kim")]
    async with stores.site.database.reading() as session:
        rows = await session.scalars(
            select(AuditRow).where(AuditRow.what == "retention.move").order_by(col(AuditRow.id))
        )
        told = [(row.subject, row.detail["before"]["days"], row.detail["after"]["days"]) for row in rows]
    assert told == [("motion", None, 7), ("evidence", None, 0), ("motion", 7, 9), ("motion", 9, None)]
    for subject, wrong in (("motion", 0), ("motion", 4_000), ("evidence", 3), ("films", 3)):
        with pytest.raises(Rejected):
            await manage.put(subject, wrong, KIM)
    without = ManageMoves(stores.rules, named=False)
    with pytest.raises(Conflict, match="no second store"):
        await without.put("motion", 7, KIM)
    assert (await without.put("evidence", None, KIM))["rules"] == [], "a rule may be taken away"


async def check(stores: Stores, *, repair: bool = False) -> dict[str, str]:
    """What is found, by subject; with `repair` whether it was put right."""
    both: Any = {"first": stores.first, "second": stores.second}
    far: list[tuple[str, int]] = []
    tiers = CheckTiers(
        SqlKnownObjects(stores.site.database), both, stores.site.clock, lambda phase, more, _: far.append((phase, more))
    )
    found = {one.subject: one for one in [one async for one in tiers.findings()]}
    if repair:
        return {subject: str(await tiers.repair(one)) for subject, one in found.items()}
    assert {phase for phase, _ in far} <= {"tiers"}
    return {subject: one.kind for subject, one in found.items()}


async def test_what_lies_in_both_or_in_the_wrong_one_is_found_and_put_right(stores: Stores) -> None:
    moved, twice, astray, near = [await stores.keep(8) for _ in range(3)] + [await stores.keep(1)]
    await stores.rules.put("motion", 7, "kim", "")
    assert await (await stores.lead()).once() == 3
    assert await check(stores) == {}
    await stores.first.put(twice, FILM, "video/mp4")
    await stores.second.put(near, FILM, "video/mp4")
    stranger = f"yard/gate/yard/2026/03/01/motion/1-{uuid7()}.mp4"
    await stores.second.put(stranger, FILM, "video/mp4")
    long_ago_s = stores.site.clock.unix_ms() / 1000 - 2 * 86_400
    os.utime(stores.folder / "nas" / stranger, (long_ago_s, long_ago_s))
    async with stores.site.database.writing() as session:
        await session.execute(update(RunRow).where(col(RunRow.key) == astray).values(tier="first"))
    assert await check(stores) == {
        f"first:{twice}": "tier_both",
        f"second:{near}": "tier_both",
        f"second:{astray}": "tier_wrong",
        f"second:{stranger}": "tier_unknown",
    }
    assert await stores.objects.read(astray, 0, 4) == FILM[:4], "found whatever its row says"
    assert set((await check(stores, repair=True)).values()) == {"True"}
    assert await check(stores) == {}
    assert [await stores.lies(key) for key in (moved, twice, astray, near)] == [SECOND, SECOND, SECOND, FIRST]
    assert await stores.second.head(stranger) is None


async def test_the_last_right_copy_is_never_what_is_too_much(stores: Stores) -> None:
    """Its row names the second, where it has other bytes: the first's is what is left of it."""
    key = await stores.keep(8)
    await stores.rules.put("motion", 7, "kim", "")
    await (await stores.lead()).once()
    await stores.first.put(key, FILM, "video/mp4")
    (stores.folder / "nas" / key).write_bytes(FILM[:-1] + b"!")
    assert await check(stores) == {f"first:{key}": "tier_wrong"}
    assert await check(stores, repair=True) == {f"first:{key}": "True"}
    assert (await stores.lies(key))[0] == "first"
    assert await stores.objects.read(key, 0, len(FILM)) == FILM


async def test_what_begins_to_move_meanwhile_is_left_alone(stores: Stores) -> None:
    key = await stores.keep(8)
    await stores.second.put(key, FILM, "video/mp4")
    both: Any = {"first": stores.first, "second": stores.second}
    tiers = CheckTiers(SqlKnownObjects(stores.site.database), both, stores.site.clock, lambda *_: None)
    (found,) = [one async for one in tiers.findings()]
    async with stores.site.database.writing() as session:
        await session.execute(update(RunRow).where(col(RunRow.key) == key).values(tier="moving"))
    assert not await tiers.repair(found)
    assert await stores.lies(key) == ("moving", True, True)
