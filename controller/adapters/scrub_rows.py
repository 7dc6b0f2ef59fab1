"""Stored recordings one after the other, what is remembered of their slow reading, and what a node's ring has still."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from sqlmodel import col, func, select, update

from controller.adapters.database import Database
from controller.adapters.hold_rows import held_run
from controller.adapters.tables import AuditRow, NodeRow, RunRow, UpkeepRow
from controller.core.conditions import SILENT_MS
from controller.core.nightly import NIGHTLY
from controller.core.scrub import SETTLED_MS, Entry, Footage, Scrub, Wrong
from shared.clock import Clock
from shared.ids import CameraId, node_of

NAME = "scrub"
_OPEN = col(RunRow.expired_ms).is_(None)
_COMING = ("announced", "uploaded")
_SETTLED = col(RunRow.tier).in_(("first", "second"))
"""Who moves what is between the stores reads it itself."""


class SqlScrubRows:
    """`ScrubRows` on SQLite or PostgreSQL."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def scrub(self) -> Scrub:
        """As it was kept last."""
        async with self._database.reading() as session:
            return scrub_of(await session.get(UpkeepRow, NAME))

    async def keep(self, scrub: Scrub, entries: Sequence[Entry] = ()) -> None:
        """Remember how far it is, with what the audit is to tell, or nothing of both."""
        async with self._database.writing() as session:
            row = await session.get(UpkeepRow, NAME, with_for_update=True)
            if row is None:
                session.add(UpkeepRow(name=NAME, state=asdict(scrub)))
            else:
                row.state = asdict(scrub)
            now = self._clock.now()
            session.add_all(
                AuditRow(at=now, who=NIGHTLY, what=one.what, subject=one.camera, address="", detail=dict(one.detail))
                for one in entries
            )

    async def next_after(self, run: str, before: str | None = None) -> Footage | None:
        """The next one that has been stored for a while, by id."""
        settled = func.coalesce(col(RunRow.stored_ms), 0) <= self._clock.unix_ms() - SETTLED_MS
        there = [col(RunRow.state) == "stored", _OPEN, _SETTLED, settled, col(RunRow.id) > run]
        if before is not None:
            there.append(col(RunRow.id) < before)
        async with self._database.reading() as session:
            query = select(RunRow, held_run()).where(*there).order_by(col(RunRow.id)).limit(1)
            return _footage((await session.execute(query)).first())

    async def one(self, run: str) -> Footage | None:
        """One that is stored, or on its way again."""
        async with self._database.reading() as session:
            there = (col(RunRow.id) == run, _OPEN, col(RunRow.state).in_(("stored", *_COMING)))
            return _footage((await session.execute(select(RunRow, held_run()).where(*there))).first())

    async def reach_ms(self, camera: str) -> int | None:
        """Since when the ring of its node has footage of a camera; None: nobody knows, or it does not answer."""
        async with self._database.reading() as session:
            row = await session.get(NodeRow, node_of(CameraId(camera)))
        if row is None or not row.enabled or row.state != "online" or row.last_seen_at is None:
            return None
        seen_ms = round(row.last_seen_at.timestamp() * 1000)
        if self._clock.unix_ms() - seen_ms >= SILENT_MS:
            return None
        told = next((one for one in (row.health or {}).get("cameras", ()) if one.get("id") == camera), None)
        return None if told is None else seen_ms - round(told.get("ring_s", 0.0) * 1000)

    async def begin_again(self, run: str, delay_ms: int, *, there: bool) -> bool:
        """Let the second look at it be due then. False: it went, or is held though it is `there`."""
        free = (col(RunRow.held).is_(False), ~held_run()) if there else ()
        due = (
            update(RunRow)
            .where(col(RunRow.id) == run, col(RunRow.state) == "stored", _OPEN, _SETTLED, *free)
            .values(check_ms=self._clock.unix_ms() + delay_ms)
            .returning(col(RunRow.id))
            .execution_options(synchronize_session=False)
        )
        async with self._database.writing() as session:
            return (await session.scalars(due)).first() is not None


def scrub_of(row: UpkeepRow | None) -> Scrub:
    """What a row remembers; None: nothing was read yet."""
    if row is None:
        return Scrub()
    return Scrub(**{**row.state, "wrong": tuple(Wrong(**one) for one in row.state["wrong"])})


def _footage(found: Any) -> Footage | None:
    if found is None:
        return None
    row, held = found
    return Footage(
        row.id, row.camera, row.key, row.start_ms, row.length_bytes, row.sha256, bool(row.held or held),
        row.state == "stored",
    )  # fmt: skip
