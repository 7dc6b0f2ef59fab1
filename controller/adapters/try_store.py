"""Wrong tries at the login as rows: they outlast a restart, and every process counts the same."""

from collections.abc import Iterable, Mapping

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, delete, or_, select

from controller.adapters.database import Database
from controller.adapters.tables import AuditRow, TryRow
from controller.core.throttle import Counted, Failures, Key, Limits, failed, taken_back, wait_ms
from shared.clock import Clock


class SqlTries:
    """`Tries` on SQLite or PostgreSQL."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def count(self, keys: Mapping[Key, Limits], now_ms: int) -> Counted:
        """Count a failure for each key, unless one of them has to wait."""
        if wait := await self._wait_ms(keys, now_ms):  # who has to wait writes nothing
            return Counted(now_ms, wait, {})
        async with self._database.writing() as session:
            old_ms = now_ms - max(limits.forget_ms for limits in keys.values())
            await session.execute(delete(TryRow).where(col(TryRow.last_ms) < old_ms))
            for who, address in sorted(keys):
                fresh = {"who": who, "address": address, "failures": 0, "last_ms": now_ms}
                await session.execute(self._database.insert(TryRow).values(**fresh).on_conflict_do_nothing())
            rows = await _rows(session, keys, locked=True)
            before = {key: _failures(row) for key, row in rows.items()}
            wait = max(wait_ms(before[key], now_ms, limits) for key, limits in keys.items())
            if not wait:
                for key, row in rows.items():
                    _put(row, failed(before[key], now_ms, keys[key]))
            return Counted(now_ms, wait, before)

    async def _wait_ms(self, keys: Mapping[Key, Limits], now_ms: int) -> int:
        async with self._database.reading() as session:
            rows = await _rows(session, keys)
            return max((wait_ms(_failures(row), now_ms, keys[key]) for key, row in rows.items()), default=0)

    async def settle(self, counted: Counted, forget: Key | None) -> None:
        """It was no failure: take it back, and forget one key altogether."""
        async with self._database.writing() as session:
            for key, row in (await _rows(session, counted.before, locked=True)).items():
                left = taken_back(_failures(row), counted.at_ms, counted.before[key])
                if left is None or key == forget:
                    await session.delete(row)
                else:
                    _put(row, left)

    async def recent(self, least: int, since_ms: int) -> list[tuple[Key, Failures]]:
        """What has at least so many failures, the last one since then; the newest first."""
        async with self._database.reading() as session:
            query = select(TryRow).where(col(TryRow.failures) >= least, col(TryRow.last_ms) > since_ms)
            rows = await session.scalars(query.order_by(col(TryRow.last_ms).desc()).limit(200))
            return [((row.who, row.address), Failures(row.failures, row.last_ms)) for row in rows]

    async def forgive(self, who: str, by: str, address: str) -> int:
        """Forget every failure of somebody, or from an address; how many keys that were."""
        async with self._database.writing() as session:
            gone = delete(TryRow).where(or_(col(TryRow.who) == who, col(TryRow.address) == who))
            count = len((await session.execute(gone.returning(col(TryRow.who)))).all())
            if count:
                now = self._clock.now()
                session.add(AuditRow(at=now, who=by, what="user.unlock", subject=who, address=address, detail={}))
            return count


async def _rows(session: AsyncSession, keys: Iterable[Key], *, locked: bool = False) -> dict[Key, TryRow]:
    """The rows of these keys; always in the same order, so that no two wait for each other."""
    found = {}
    for who, address in sorted(keys):
        row = await session.get(TryRow, (who, address), with_for_update=locked)
        if row is not None:
            found[who, address] = row
    return found


def _failures(row: TryRow) -> Failures | None:
    return Failures(row.failures, row.last_ms) if row.failures else None


def _put(row: TryRow, failures: Failures) -> None:
    row.failures, row.last_ms = failures.count, failures.last_ms
