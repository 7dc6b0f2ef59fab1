"""What sweep deletes and forgets: `RetentionStore` on SQLite or PostgreSQL."""

from collections.abc import Collection
from itertools import product
from typing import Any

from sqlmodel import col, delete, func, select, update

from controller.adapters.alarm_rows import drop_picture
from controller.adapters.database import Database
from controller.adapters.feed import Feed
from controller.adapters.hold_rows import held_moment, held_run, stored_long
from controller.adapters.motion_rows import forget_motion
from controller.adapters.person_time_rows import forget_person_time
from controller.adapters.tables import (
    AuditRow,
    BackfillRow,
    FactSeqRow,
    JobRow,
    LeaseRow,
    OccurrenceRow,
    OneTimeCodeRow,
    RawFactRow,
    RunRow,
)
from controller.adapters.verdict_rows import footage_expired, forget_verdicts
from controller.core.audit import REFUSED, REFUSED_KEPT
from controller.core.lease import WORKER
from controller.core.retention import CLASSES, Kept
from shared.clock import Clock
from shared.ids import RunId
from shared.kinds import MediaClass

_JOB_KEPT_MS = 7 * 24 * 3_600_000
_SEQ_KEPT_MS = 30 * 24 * 3_600_000
_RAW_FACTS_KEPT = 10_000
_TIERS = (col(RunRow.tier) != "second", col(RunRow.tier) == "second")


class SqlRetentionStore:
    """Stored runs by age and class; rows that only grow are kept to a bound."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._seen = ""  # id of the verdict that was looked at last: what stays is not looked at again

    async def stored_bytes(self) -> int:
        """Of the first store."""
        async with self._database.reading() as session:
            total = await session.scalar(
                select(func.sum(RunRow.length_bytes)).where(col(RunRow.state) == "stored", col(RunRow.tier) != "second")
            )
            return int(total or 0)

    async def oldest_runs(
        self, limit: int, without: Collection[str] = (), apart: Collection[str] = ()
    ) -> tuple[Kept, ...]:
        """The oldest stored runs of each class, `limit` of each; held ones, those just stored and `without` left out.

        So many also of each camera of `apart`, and of each store: what others keep for longer does not hide what is due
        of them, nor what has moved what a quota takes.
        """
        kept: list[Kept] = []
        camera = col(RunRow.camera)
        places: list[Any] = [camera.not_in(apart) if apart else True, *(camera == one for one in sorted(apart))]
        async with self._database.reading() as session:
            for media_class, place, tier in product(CLASSES, places, _TIERS):
                rows = await session.scalars(
                    select(RunRow)
                    .where(
                        col(RunRow.state) == "stored",
                        col(RunRow.media_class) == media_class,
                        place,
                        tier,
                        col(RunRow.held).is_(False),
                        ~held_run(),
                        stored_long(self._clock.unix_ms()),
                        col(RunRow.id).not_in(without),
                    )
                    .order_by(col(RunRow.start_ms))
                    .limit(limit)
                )
                kept += [_kept(row, media_class) for row in rows]
        return tuple(kept)

    async def begin_expiry(self, run: RunId) -> str | None:
        """Note that its object goes now, and tell its key; None where it is held, or not stored any more."""
        begun = (
            update(RunRow)
            .where(col(RunRow.id) == run, col(RunRow.state) == "stored", col(RunRow.held).is_(False), ~held_run())
            .values(expired_ms=self._clock.unix_ms())
            .returning(col(RunRow.key))
            .execution_options(synchronize_session=False)
        )
        async with self._database.writing() as session:
            key: str | None = (await session.scalars(begun)).first()
            return key

    async def mark_expired(self, run: RunId) -> None:
        """Its object is gone; the row stays as a tombstone, and old verdicts lose what was seen in its pictures."""
        async with self._database.writing() as session:
            now_ms = self._clock.unix_ms()
            gone = await session.execute(
                update(RunRow)
                .where(col(RunRow.id) == run, col(RunRow.state) == "stored")
                .values(state="expired", expired_ms=now_ms)
                .returning(col(RunRow.camera), col(RunRow.start_ms), col(RunRow.end_ms))
                .execution_options(synchronize_session=False)
            )
            for camera, start_ms, end_ms in gone.all():
                await footage_expired(session, camera, start_ms, end_ms, now_ms)

    async def old_pictures(self, before_ms: int, limit: int, without: Collection[str] = ()) -> tuple[str, ...]:
        """Object keys of occurrences' pictures from before, oldest first; `without` left out."""
        async with self._database.reading() as session:
            keys = await session.scalars(
                select(OccurrenceRow.picture_key)
                .where(
                    col(OccurrenceRow.picture_key).is_not(None),
                    col(OccurrenceRow.condition_ms) < before_ms,
                    ~held_moment(col(OccurrenceRow.camera), col(OccurrenceRow.condition_ms)),
                    col(OccurrenceRow.picture_key).not_in(without),
                )
                .order_by(col(OccurrenceRow.condition_ms))
                .limit(limit)
            )
            return tuple(key for key in keys if key is not None)

    async def picture_may_go(self, key: str) -> bool:
        """Whether nobody holds the moment of a picture."""
        held = held_moment(col(OccurrenceRow.camera), col(OccurrenceRow.condition_ms))
        async with self._database.reading() as session:
            found = select(OccurrenceRow.id).where(col(OccurrenceRow.picture_key) == key, held)
            return await session.scalar(found.limit(1)) is None

    async def forget_picture(self, key: str) -> None:
        """The object is gone: neither its occurrence nor its alarm shows a picture any more."""
        async with self._database.writing() as session:
            await drop_picture(session, key)

    async def forget_motion(self, before_ms: int) -> None:
        """Forget where something moved before."""
        async with self._database.writing() as session:
            await forget_motion(session, before_ms)

    async def prune(self) -> None:
        """Forget old feed rows, jobs, workers, refused logins, codes, payloads, figures and verdicts over a bound."""
        await Feed(self._database).prune()
        async with self._database.writing() as session:
            before_ms = self._clock.unix_ms() - _JOB_KEPT_MS
            ended = col(JobRow.state).in_(("done", "parked"))
            await session.execute(delete(JobRow).where(ended, col(JobRow.created_ms) < before_ms))
            gone = (col(LeaseRow.name).startswith(WORKER), col(LeaseRow.until_ms) < before_ms)
            await session.execute(delete(LeaseRow).where(*gone))
            refused = col(AuditRow.what) == REFUSED  # written by whoever guesses: what people did is kept
            await session.execute(delete(AuditRow).where(refused, col(AuditRow.at) < self._clock.now() - REFUSED_KEPT))
            newest: Any = await session.scalar(select(func.max(RawFactRow.id)))
            await session.execute(delete(RawFactRow).where(col(RawFactRow.id) <= (newest or 0) - _RAW_FACTS_KEPT))
            await session.execute(delete(FactSeqRow).where(col(FactSeqRow.seen_ms) < before_ms - _SEQ_KEPT_MS))
            over = col(BackfillRow.state).in_(("done", "gone", "failed"))
            await session.execute(
                delete(BackfillRow).where(over, col(BackfillRow.created_ms) < before_ms - _SEQ_KEPT_MS)
            )
            await session.execute(delete(OneTimeCodeRow).where(col(OneTimeCodeRow.expires_at) < self._clock.now()))
            await forget_person_time(session, self._clock.unix_ms())
            seen = await forget_verdicts(session, self._seen, self._clock.unix_ms())
        self._seen = seen


def _kept(row: RunRow, media_class: MediaClass) -> Kept:
    first = row.tier != "second"
    return Kept(RunId(row.id), media_class, row.end_ms, row.length_bytes, row.held, row.camera, first)
