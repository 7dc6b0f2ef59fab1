"""In which store each recording lies, which move next, and what is remembered of the moving."""

from collections.abc import Collection
from dataclasses import asdict
from typing import Any, cast

import sqlalchemy as sa
from sqlmodel import col, func, select, update

from controller.adapters.database import Database
from controller.adapters.hold_rows import held_run, stored_long
from controller.adapters.known_objects import run_of
from controller.adapters.sweep_plan import too_old
from controller.adapters.tables import RunRow, UpkeepRow
from controller.core.grants import EVERYTHING
from controller.core.retention import Kept, Retention
from controller.core.storage import DAY_MS
from controller.core.tiers import SPARED_MS, Moves, Standing, Tier, Unfinished
from controller.ports.looking import looking
from shared.clock import Clock
from shared.ids import RunId
from shared.kinds import MediaClass

_NAME = "tiers"
_STORED = (col(RunRow.state) == "stored", col(RunRow.expired_ms).is_(None))
_BETWEEN = col(RunRow.tier).in_(("moving", "moved"))
_HELD = sa.or_(col(RunRow.held).is_(True), held_run())


class SqlPlaces:
    """`Places` on SQLite or PostgreSQL, whoever asks."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def beyond(self, key: str) -> bool:
        """Whether the second store has an object, or may have it."""
        run = run_of(key)
        if run is None:
            return False
        with looking(EVERYTHING):
            async with self._database.reading() as session:
                tier = await session.scalar(select(RunRow.tier).where(col(RunRow.id) == run))
        return tier not in {None, "first"}


class SqlTierRows:
    """`TierRows` on SQLite or PostgreSQL."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def standing(self) -> Standing:
        """As it was kept last."""
        async with self._database.reading() as session:
            row = await session.get(UpkeepRow, _NAME)
        return Standing() if row is None else Standing(**row.state)

    async def keep(self, standing: Standing) -> None:
        """Remember it."""
        async with self._database.writing() as session:
            row = await session.get(UpkeepRow, _NAME, with_for_update=True)
            if row is None:
                session.add(UpkeepRow(name=_NAME, state=asdict(standing)))
            else:
                row.state = asdict(standing)

    async def unfinished(self, limit: int, without: Collection[str] = ()) -> list[Unfinished]:
        """Recordings whose move was begun, `without` left out."""
        query = select(RunRow).where(_BETWEEN, col(RunRow.id).not_in(without)).order_by(col(RunRow.id)).limit(limit)
        async with self._database.reading() as session:
            return [_unfinished(row) for row in await session.scalars(query)]

    async def movable(
        self, moves: Moves, retention: Retention, limit: int, without: Collection[str] = ()
    ) -> tuple[Kept, ...]:
        """What is to move now, the oldest of each purpose, and of what is held; `without` left out."""
        now_ms = self._clock.unix_ms()
        kept: dict[str, Kept] = {}
        async with self._database.reading() as session:
            for condition in _due(moves, retention, now_ms):
                query = select(RunRow, _HELD).where(*condition, col(RunRow.id).not_in(without))
                for row, held in await session.execute(query.order_by(col(RunRow.start_ms)).limit(limit)):
                    of = cast("MediaClass", row.media_class)
                    kept[row.id] = Kept(RunId(row.id), of, row.end_ms, row.length_bytes, bool(held), row.camera)
        return tuple(kept.values())

    async def lying(self) -> tuple[int, int]:
        """How many recordings the second store has, and their bytes."""
        there = col(RunRow.tier).in_(("moved", "second")), col(RunRow.state) == "stored"
        query: Any = select(func.count(), func.sum(RunRow.length_bytes)).where(*there)
        async with self._database.reading() as session:
            count, length = (await session.execute(query)).one()
        return int(count), int(length or 0)

    async def waiting(self, moves: Moves, retention: Retention) -> tuple[int, int]:
        """How many recordings are to move now, and their bytes."""
        conditions = [sa.and_(*one) for one in _due(moves, retention, self._clock.unix_ms())]
        if not conditions:
            return 0, 0
        query: Any = select(func.count(), func.sum(RunRow.length_bytes)).where(sa.or_(*conditions))
        async with self._database.reading() as session:
            count, length = (await session.execute(query)).one()
        return int(count), int(length or 0)

    async def begin(self, run: RunId) -> Unfinished | None:
        """Note that a copy may be in the second store from now on; None: it went, or somebody deletes it."""
        free = (col(RunRow.tier) == "first", stored_long(self._clock.unix_ms()))
        begun = update(RunRow).where(col(RunRow.id) == run, *_STORED, *free).values(tier="moving").returning(RunRow)
        begun = begun.execution_options(synchronize_session=False)
        async with self._database.writing() as session:
            row = (await session.scalars(begun)).first()
            return None if row is None else _unfinished(row)

    async def turn(self, run: RunId, before: Tier, after: Tier) -> bool:
        """One step on, of what is stored and nobody has begun to delete; False: it is not so any more."""
        turned = (
            update(RunRow)
            .where(col(RunRow.id) == run, *_STORED, col(RunRow.tier) == before)
            .values(tier=after)
            .returning(col(RunRow.id))
            .execution_options(synchronize_session=False)
        )
        async with self._database.writing() as session:
            return (await session.scalars(turned)).first() is not None

    async def forget(self, run: RunId) -> None:
        """The second store has nothing of it."""
        back = update(RunRow).where(col(RunRow.id) == run, _BETWEEN).values(tier="first")
        async with self._database.writing() as session:
            await session.execute(back.execution_options(synchronize_session=False))


def _due(moves: Moves, retention: Retention, now_ms: int) -> list[tuple[Any, ...]]:
    """Conditions for each rule: what `controller.core.tiers.due` says, as a question to the database."""
    there = (col(RunRow.tier) == "first", *_STORED, stored_long(now_ms))
    stays = sa.or_(_HELD, ~too_old(retention, now_ms + SPARED_MS))
    found: list[tuple[Any, ...]] = [
        (*there, col(RunRow.media_class) == of, col(RunRow.end_ms) < now_ms - days * DAY_MS, stays)
        for of, days in moves.after_days.items()
    ]
    if moves.evidence:
        found.append((*there, _HELD))
    return found


def _unfinished(row: RunRow) -> Unfinished:
    tier = cast("Tier", row.tier)
    going = row.expired_ms is not None
    return Unfinished(RunId(row.id), row.key, row.length_bytes, row.md5, row.sha256, tier, row.state, going)
