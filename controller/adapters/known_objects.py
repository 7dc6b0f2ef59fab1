"""Which objects the database knows: for the comparison with the store."""

import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import cast

from sqlmodel import col, select, update

from controller.adapters.alarm_rows import drop_picture
from controller.adapters.database import Database
from controller.adapters.hold_rows import held_moment, held_run
from controller.adapters.tables import OccurrenceRow, RunRow
from controller.core.fsck import StoredObject
from controller.core.tiers import Place, Unfinished
from shared.ids import RunId

_ID = re.compile(r"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.[a-z0-9]+\Z")
_OPEN = (col(RunRow.state) == "stored", col(RunRow.expired_ms).is_(None))


def run_of(key: str) -> str | None:
    """The id in an object's key; None: it is not of our making."""
    found = _ID.search(key)
    return None if found is None else found.group(1)


class SqlKnownObjects:
    """`KnownObjects` on SQLite or PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def stored_after(self, run: str, limit: int) -> list[StoredObject]:
        """Runs that are stored, by id."""
        query = select(RunRow, held_run().label("held_now")).where(*_OPEN, col(RunRow.id) > run)
        async with self._database.reading() as session:
            rows = (await session.execute(query.order_by(col(RunRow.id)).limit(limit))).all()
        return [
            StoredObject(row.id, row.key, row.length_bytes, row.md5, row.sha256, bool(row.held or held))
            for row, held in rows
        ]

    async def still_stored(self, runs: Sequence[str]) -> set[str]:
        """Those of them that nobody has begun to delete."""
        async with self._database.reading() as session:
            return set(await session.scalars(select(RunRow.id).where(*_OPEN, col(RunRow.id).in_(runs))))

    async def pictures_after(self, occurrence: str, limit: int) -> list[tuple[str, str]]:
        """Occurrences with a picture, by id, and its key."""
        query = select(OccurrenceRow.id, OccurrenceRow.picture_key).where(
            col(OccurrenceRow.picture_key).is_not(None), col(OccurrenceRow.id) > occurrence
        )
        async with self._database.reading() as session:
            rows = (await session.execute(query.order_by(col(OccurrenceRow.id)).limit(limit))).all()
        return [(row[0], str(row[1])) for row in rows]

    async def strangers(self, keys: Sequence[str]) -> dict[str, bool]:
        """Keys that no row has; True: a row has it and says that it is deleted. What is held is none of them.

        A key that is not of our making is somebody else's, and none of them either.
        """
        ids = {key: one for key in keys if (one := run_of(key)) is not None}
        async with self._database.reading() as session:
            query = select(RunRow.key, RunRow.state, held_run().label("held_now"), RunRow.held)
            runs = (await session.execute(query.where(col(RunRow.id).in_(ids.values())))).all()
            camera, at_ms = col(OccurrenceRow.camera), col(OccurrenceRow.condition_ms)
            query_pictures = select(OccurrenceRow.id, OccurrenceRow.picture_key, held_moment(camera, at_ms))
            pictures = (await session.execute(query_pictures.where(col(OccurrenceRow.id).in_(ids.values())))).all()
        kept = {key for key, state, held_now, held in runs if state != "expired" or held_now or held}
        kept |= {key for _, key, _ in pictures}
        shown = {one for one, key, held in pictures if key is not None or held}
        gone = {key for key, state, _, _ in runs if state == "expired"}
        return {key: key in gone for key, one in ids.items() if key not in kept and one not in shown}

    async def placed(self, keys: Sequence[str]) -> dict[str, Unfinished]:
        """Of these keys those that are stored, and neither on their way nor being deleted."""
        ids = [one for key in keys if (one := run_of(key)) is not None]
        settled = col(RunRow.id).in_(ids), col(RunRow.tier).in_(("first", "second")), *_OPEN
        async with self._database.reading() as session:
            rows = (await session.scalars(select(RunRow).where(*settled))).all()
        return {
            row.key: Unfinished(
                RunId(row.id), row.key, row.length_bytes, row.md5, row.sha256, cast("Place", row.tier), row.state
            )
            for row in rows
            if row.key in keys
        }

    @asynccontextmanager
    async def staying(self, key: str, tier: Place) -> AsyncIterator[bool]:
        """Whether a row names this store: for as long as this lasts nobody changes that."""
        async with self._database.writing() as session:
            kept = update(RunRow).where(col(RunRow.id) == run_of(key), col(RunRow.tier) == tier, *_OPEN)
            kept = kept.values(tier=tier).execution_options(synchronize_session=False)
            yield (await session.scalars(kept.returning(col(RunRow.id)))).first() is not None

    async def place(self, key: str, before: Place, after: Place) -> bool:
        """Let the row name the store where its object is; False: it says something else by now."""
        moved = update(RunRow).where(col(RunRow.id) == run_of(key), col(RunRow.tier) == before, *_OPEN)
        moved = moved.values(tier=after).execution_options(synchronize_session=False)
        async with self._database.writing() as session:
            return (await session.scalars(moved.returning(col(RunRow.id)))).first() is not None

    async def look_again(self, run: str) -> None:
        """Let the second look at a stored run be due."""
        async with self._database.writing() as session:
            await session.execute(update(RunRow).where(col(RunRow.id) == run, *_OPEN).values(check_ms=0))

    async def forget_picture(self, key: str) -> None:
        """Neither its occurrence nor its alarm shows a picture any more."""
        async with self._database.writing() as session:
            await drop_picture(session, key)
