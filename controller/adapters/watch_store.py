"""Alarms about the system itself in the database: what there is to see, and each look's changes as one transaction."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from controller.adapters.alarm_rows import fold_all, lock_site
from controller.adapters.database import Database
from controller.adapters.feed import append_feed
from controller.adapters.maintenance_rows import let_through, suppress
from controller.adapters.tables import AlarmHistoryRow, AlarmRow, BackfillRow, OccurrenceRow, RunRow, SiteRow, TamperRow
from controller.adapters.watch_gaps import GapBook, tell_counts, unseen_gaps
from controller.adapters.watch_jobs import watched_in
from controller.adapters.watch_signs import dead_channels, failing_backups, ingesting, node_signs, rule_id, standing
from controller.core.conditions import Key
from controller.core.losses import Missed
from controller.core.records import SystemKind
from controller.core.watch import Begin, End, KnownAlarm, Lost, Policy, Sighting, Tampering, home, stretch
from shared.clock import Clock, to_datetime
from shared.ids import AlarmId, CameraId, SiteId, node_of
from shared.texts import Text, said, say

_BATCH = 100
_KNOWN = 50
NAMES: Mapping[SystemKind, str] = {
    "tamper": "camera tampering",
    "footage_lost": "footage lost",
    "node_away": "node away",
    "camera_stalled": "camera not live",
    "node_trouble": "node trouble",
    "verification_degraded": "verification degraded",
    "unwatched": "camera unwatched",
    "channel_dead": "messages do not arrive",
    "store_filling": "store filling up",
    "store_away": "store away",
    "backup_failing": "backup failing",
    "upkeep_trouble": "store needs attention",
}
_TAMPER: Mapping[str, Text] = {
    "covered": say("alarm_tamper_covered"),
    "blurred": say("alarm_tamper_blurred"),
    "moved": say("alarm_tamper_moved"),
    "frozen": say("alarm_tamper_frozen"),
    "black": say("alarm_tamper_black"),
}


class SqlWatchStore:
    """`WatchStore` on SQLite or PostgreSQL, for one process at a time."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        site: SiteId,
        policies: Mapping[SystemKind, Policy],
        mint: Callable[[], str],
    ) -> None:
        self._database = database
        self._clock = clock
        self._site = site
        self._policies = policies
        self._mint = mint

    async def sight(self) -> Sighting:
        """What nodes show, what stands, and facts that nobody looked at yet, the oldest first."""
        async with self._database.reading() as session:
            tampers = await session.scalars(
                select(TamperRow)
                .where(col(TamperRow.alarmed).is_(False))
                .order_by(col(TamperRow.start_ms), col(TamperRow.id))
                .limit(_BATCH)
            )
            lost = await session.scalars(
                select(RunRow)
                .where(col(RunRow.state) == "lost", col(RunRow.alarmed).is_(False))
                .order_by(col(RunRow.start_ms), col(RunRow.id))
                .limit(_BATCH)
            )
            gone = await session.scalars(
                select(BackfillRow)
                .where(
                    col(BackfillRow.state) == "gone",
                    col(BackfillRow.alarmed).is_(False),
                    col(BackfillRow.why) != "request",  # whoever asked is told there
                )
                .order_by(col(BackfillRow.start_ms), col(BackfillRow.id))
                .limit(_BATCH)
            )
            return Sighting(
                hearing=await ingesting(session, self._site, self._clock.unix_ms()),
                nodes=await node_signs(session, self._clock.unix_ms()),
                standing=await standing(session),
                dead=await dead_channels(session),
                backups=await failing_backups(session, self._clock.unix_ms()),
                watched=await watched_in(session, self._clock.unix_ms()),
                missed=await unseen_gaps(session, _BATCH),
                tampers=tuple(
                    Tampering(one.id, CameraId(one.camera), one.rev, one.kind, one.start_ms, one.end_ms)
                    for one in tampers
                ),
                lost=(
                    *(
                        Lost(one.id, CameraId(one.camera), one.rev, one.start_ms, one.end_ms, one.reason)
                        for one in lost
                    ),
                    *(
                        Lost(one.id, CameraId(one.camera), 0, one.start_ms, one.end_ms, one.reason, asked=True)
                        for one in gone
                    ),
                ),
            )

    async def save(
        self,
        changes: Sequence[Begin | End],
        tampers: Sequence[Tampering],
        lost: Sequence[Lost],
        missed: Sequence[Missed] = (),
    ) -> tuple[str, ...]:
        """Write a look's changes; returns the ids of alarms that are new. Saving the same again changes nothing."""
        now = self._clock.now()
        async with self._database.writing() as session:
            site = await lock_site(session, self._site)
            book = _Book(session, site, self._policies, self._mint, now)
            for change in changes:
                await (book.begin(change) if isinstance(change, Begin) else book.end(change))
            for tampering in tampers:
                await book.tamper(tampering)
            for loss in lost:
                await book.lose(loss)
            gaps = GapBook(session, book.occur)
            for gap in missed:
                await gaps.miss(gap, self._policies)
            touched = book.touched | gaps.recounted
            feed = await fold_all(session, sorted(touched))
            feed += await tell_counts(session, gaps.recounted, feed)
            await append_feed(self._database, session, self._clock, feed)
        return tuple(book.raised)


class _Book:
    """One transaction's writing, under the site's lock."""

    def __init__(
        self,
        session: AsyncSession,
        site: SiteRow,
        policies: Mapping[SystemKind, Policy],
        mint: Callable[[], str],
        now: datetime,
    ) -> None:
        self._session = session
        self._site = site
        self._policies = policies
        self._mint = mint
        self._now = now
        self.touched: set[str] = set()
        self.raised: list[str] = []

    async def begin(self, change: Begin) -> None:
        known = await self._known(change.key)
        if any(end_ms is None for alarm in known for _, _, end_ms in alarm.spans):
            return
        start_ms, raised_ms = change.start_ms, change.raised_ms
        text = change.condition.text
        await self._occur(change.key, home(known, raised_ms), self._mint(), (start_ms, raised_ms, None), text)

    async def end(self, change: End) -> None:
        for alarm in await self._known(change.key):
            for occurrence, start_ms, end_ms in alarm.spans:
                if end_ms is None:
                    await self._finish(occurrence, max(start_ms, change.end_ms))

    async def tamper(self, one: Tampering) -> None:
        row = await self._session.get(TamperRow, one.id, with_for_update=True)
        if row is not None and row.rev == one.rev:
            row.alarmed = True
        known = await self._session.get(OccurrenceRow, one.id)
        if known is not None:
            if one.end_ms is not None and known.end_ms is None:
                await self._finish(one.id, max(known.start_ms, one.end_ms))
        elif self._policies["tamper"].on:
            key = Key("tamper", one.kind, node_of(one.camera), one.camera)
            span = (one.start_ms, one.start_ms, one.end_ms)
            await self._occur(key, home(await self._known(key), one.start_ms), one.id, span, _TAMPER[one.kind])

    async def lose(self, one: Lost) -> None:
        await self._look_at(one)
        if not self._policies["footage_lost"].on:
            return
        key = Key("footage_lost", "", node_of(one.camera), one.camera)
        place = stretch(await self._known(key), one.start_ms, one.end_ms)
        if place is None:
            return
        if place.occurrence is None:
            span = (place.start_ms, place.start_ms, place.end_ms)
            why = one.reason or "no reason was told"
            await self._occur(key, place.alarm, self._mint(), span, say("alarm_footage_lost", why=why))
            return
        known = await self._session.get(OccurrenceRow, place.occurrence)
        if known is not None:
            known.start_ms, known.end_ms = place.start_ms, place.end_ms
            self.touched.add(known.alarm)
            await self._session.flush()

    async def occur(self, key: Key, alarm: str | None, span: tuple[int, int, int | None], text: Text) -> str:
        """Write an occurrence of its own id; its alarm's id, which is new where `alarm` is none."""
        before = set(self.raised)
        await self._occur(key, alarm, self._mint(), span, text)
        return alarm or next(one for one in self.raised if one not in before)

    async def _look_at(self, one: Lost) -> None:
        if one.asked:
            span = await self._session.get(BackfillRow, one.id, with_for_update=True)
            if span is not None:
                span.alarmed = True
            return
        run = await self._session.get(RunRow, one.id, with_for_update=True)
        if run is not None and run.rev == one.rev:
            run.alarmed = True

    async def _known(self, key: Key) -> list[KnownAlarm]:
        """The newest alarms of a key, each with its occurrences."""
        rows = await self._session.scalars(
            select(AlarmRow)
            .where(
                col(AlarmRow.rule) == rule_id(key.kind),
                col(AlarmRow.camera) == key.camera if key.camera else col(AlarmRow.camera).is_(None),
                col(AlarmRow.node) == key.node if key.node else col(AlarmRow.node).is_(None),
                col(AlarmRow.cause) == key.cause,
            )
            .order_by(col(AlarmRow.condition_ms).desc())
            .limit(_KNOWN)
            .with_for_update()
        )
        mine = {row.id: row for row in rows}
        spans: dict[str, list[tuple[str, int, int | None]]] = {alarm: [] for alarm in mine}
        for one in await self._session.scalars(select(OccurrenceRow).where(col(OccurrenceRow.alarm).in_(list(mine)))):
            spans[one.alarm].append((one.id, one.start_ms, one.end_ms))
        return [KnownAlarm(AlarmId(alarm), row.state == "resolved", tuple(spans[alarm])) for alarm, row in mine.items()]

    async def _occur(
        self, key: Key, alarm: str | None, occurrence: str, span: tuple[int, int, int | None], text: Text
    ) -> None:
        """Write one occurrence (start_ms, condition_ms, end_ms), to `alarm` or to a new one."""
        start_ms, condition_ms, end_ms = span
        at = to_datetime(condition_ms)
        if alarm is None:
            alarm = self._mint()
            await suppress(self._session, self._raise(key, alarm, span, text), at, self._now)
            self.raised.append(alarm)
        else:
            await let_through(self._session, alarm, key.camera, key.node, at, self._now)
        self._history(alarm, "raised" if alarm in self.raised and alarm not in self.touched else "joined")
        self._session.add(
            OccurrenceRow(
                id=occurrence,
                alarm=alarm,
                camera=key.camera,
                start_ms=start_ms,
                condition_ms=condition_ms,
                end_ms=end_ms,
                confidence=1.0,
                track_ids=[],
                late=False,
            )
        )
        self.touched.add(alarm)
        await self._session.flush()

    def _raise(self, key: Key, alarm: str, span: tuple[int, int, int | None], text: Text) -> AlarmRow:
        policy = self._policies[key.kind]
        self._site.last_alarm_number += 1
        row = AlarmRow(
            id=alarm,
            number=self._site.last_alarm_number,
            rev=0,
            state="raised",
            rule=rule_id(key.kind),
            rule_name=NAMES[key.kind],
            kind=key.kind,
            required=[],
            severity=policy.severity,
            camera=key.camera,
            node=key.node,
            cause=key.cause,
            detail=text,
            said=said(text),
            persistence_s=policy.grace_ms / 1000,
            condition_ms=span[1],
            raised_at=self._now,
            end_ms=span[2],
            confidence=1.0,
            occurrences=0,
            late=False,
            cameras=[] if key.camera is None else [str(key.camera)],
        )
        self._session.add(row)
        return row

    async def _finish(self, occurrence: str, end_ms: int) -> None:
        row = await self._session.get(OccurrenceRow, occurrence)
        if row is not None and row.end_ms is None:
            row.end_ms = end_ms
            self._history(row.alarm, "cleared")
            self.touched.add(row.alarm)
            await self._session.flush()

    def _history(self, alarm: str, what: str) -> None:
        self._session.add(AlarmHistoryRow(alarm=alarm, at=self._now, who="system", what=what))
