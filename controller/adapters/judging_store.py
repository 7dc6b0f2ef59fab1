"""The database as the worker sees it: `JudgingStore` on SQLite or PostgreSQL."""

from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from controller.adapters import person_time_rows
from controller.adapters.alarm_rows import fold_all, lock_site, place
from controller.adapters.database import Database
from controller.adapters.feed import append_feed
from controller.adapters.job_queue import JobQueue, fence
from controller.adapters.rule_store import rule_of, surroundings_at
from controller.adapters.states import LONGEST_RUN_MS, State, event_states, overlapping_runs
from controller.adapters.tables import EventClassRow, EventRow, RuleRow, RunRow, SiteRow, VerdictRow
from controller.core.records import Job, Occurrence, Rule, StoredRun, Verdict
from controller.core.surroundings import settle
from shared.clock import Clock
from shared.errors import Rejected
from shared.ids import CameraId, EventId, RunId, SiteId


class SqlJudgingStore(JobQueue):
    """Jobs, rules in force, judgements and footage. `mint` makes alarm ids."""

    def __init__(self, database: Database, clock: Clock, site: SiteId, mint: Callable[[], str]) -> None:
        super().__init__(database, clock)
        self._site = site
        self._mint = mint

    async def rules(self, camera: CameraId) -> tuple[int, tuple[Rule, ...]]:
        """Version and the enabled rules in force on a camera, in the order of the rule file, with all they refer to."""
        async with self._database.reading() as session:
            site = await session.get(SiteRow, self._site)
            rows = await session.scalars(
                select(RuleRow)
                .where(col(RuleRow.enabled).is_(True), (col(RuleRow.camera) == camera) | col(RuleRow.camera).is_(None))
                .order_by(RuleRow.position)  # type: ignore[arg-type]
            )
            version = 0 if site is None else site.rules_version
            around = await surroundings_at(session, version)
            return version, tuple(settle(rule_of(row), around, camera) for row in rows)

    async def save_judgement(
        self, job: Job | None, verdict: Verdict, occurrences: Sequence[Occurrence]
    ) -> tuple[str, ...]:
        """Write verdict, alarms and feed rows in one transaction; returns the ids of alarms that are new."""
        async with self._database.writing() as session:
            if job is not None:
                row = await fence(session, job, self._clock.unix_ms())
                row.judged_ms = max(row.judged_ms or 0, verdict.end_ms)
            added: person_time_rows.Added = {}
            told = await self._write_verdict(session, verdict, job, added)
            await person_time_rows.add(self._database, session, added)
            raised, feed = await self._write_occurrences(session, verdict, occurrences)
            if verdict.event is not None and (feed or told):
                feed += await self._event(session, verdict.event)
            await append_feed(self._database, session, self._clock, feed)
        return raised

    async def settle_job(
        self, job: Job, verdicts: Sequence[Verdict], occurrences: Sequence[Occurrence]
    ) -> tuple[str, ...]:
        """Save all and finish the job in one transaction; the ids of alarms that are new."""
        async with self._database.writing() as session:
            row = await fence(session, job, self._clock.unix_ms())
            row.state, row.ended_ms = "done", self._clock.unix_ms()
            raised: tuple[str, ...] = ()
            feed: list[tuple[str, State]] = []
            added: person_time_rows.Added = {}
            for verdict in verdicts:
                await self._write_verdict(session, verdict, job, added)
            await person_time_rows.add(self._database, session, added)
            for verdict, mine in _shared_out(verdicts, occurrences):
                new, changed = await self._write_occurrences(session, verdict, mine)
                raised, feed = raised + new, feed + changed
            if job.event is not None:
                feed += await self._event(session, job.event)
            await append_feed(self._database, session, self._clock, feed)
        return raised

    async def _event(self, session: AsyncSession, event: EventId) -> list[tuple[str, State]]:
        row = await session.get(EventRow, event)
        return [] if row is None else [("event", state) for state in await event_states(session, [row])]

    async def _write_verdict(
        self, session: AsyncSession, verdict: Verdict, job: Job | None, added: person_time_rows.Added
    ) -> bool:
        """Whether the event's card changes with it; `added` gets what it adds to person-time."""
        if not verdict.start_ms <= verdict.end_ms <= verdict.start_ms + LONGEST_RUN_MS:
            raise Rejected("verdict.end_ms", "a verdict covers up to an hour")
        values = _verdict_values(verdict, job)
        row = await session.get(VerdictRow, verdict.id)
        if row is not None and row.camera != verdict.camera:
            raise Rejected("verdict.id", "is another camera's")
        person_time_rows.note(added, verdict, () if row is None else row.person_time or ())
        known = set() if row is None else {track["class_name"] for track in row.tracks}
        await self._write_classes(session, verdict, known)
        if row is None:
            session.add(VerdictRow(**values))
            await session.flush()
            return True
        before = {name: getattr(row, name) for name in values}
        if before != values:
            for name, value in values.items():
                setattr(row, name, value)
            await session.flush()
        return _tells(before, values)

    async def _write_classes(self, session: AsyncSession, verdict: Verdict, known: set[str]) -> None:
        """What was seen in the verdict's event can be looked for; a verdict that grows asks only for what is new."""
        names = {track.class_name for track in verdict.tracks} - known
        event = await session.get(EventRow, verdict.event) if names and verdict.event is not None else None
        if event is None:
            return
        fixed = {"event": event.id, "camera": event.camera, "start_ms": event.start_ms}
        for name in sorted(names):
            row = self._database.insert(EventClassRow).values(class_name=name, **fixed)
            await session.execute(row.on_conflict_do_nothing())

    async def _write_occurrences(
        self, session: AsyncSession, verdict: Verdict, occurrences: Sequence[Occurrence]
    ) -> tuple[tuple[str, ...], list[tuple[str, State]]]:
        """The new alarms, and the feed rows of all that changed."""
        if not occurrences:
            return (), []
        site = await lock_site(session, self._site)
        alarms: dict[str, bool] = {}
        for occurrence in sorted(occurrences, key=lambda one: (one.condition_ms, one.id)):
            new_id, now = self._mint(), self._clock.now()
            alarm, is_new = await place(session, site, occurrence, verdict, new_id, now)
            alarms[alarm] = is_new or alarms.get(alarm, False)
        feed = await fold_all(session, list(alarms))
        return tuple(alarm for alarm, is_new in alarms.items() if is_new), feed

    async def stored_runs(self, camera: CameraId, start_ms: int, end_ms: int) -> tuple[StoredRun, ...]:
        """The stored runs that overlap [start_ms, end_ms), oldest first."""
        async with self._database.reading() as session:
            rows = await session.scalars(
                select(RunRow)
                .where(*overlapping_runs(camera, start_ms, end_ms), col(RunRow.state) == "stored")
                .order_by(col(RunRow.start_ms), col(RunRow.id))
            )
            return tuple(
                StoredRun(
                    RunId(row.id),
                    CameraId(row.camera),
                    row.start_ms,
                    row.end_ms,
                    row.key,
                    row.length_bytes,
                    row.init_bytes,
                    row.sha256,
                )
                for row in rows
            )


def _shared_out(
    verdicts: Sequence[Verdict], occurrences: Sequence[Occurrence]
) -> list[tuple[Verdict, list[Occurrence]]]:
    """Each occurrence with the verdict in which it was raised, or else with the one before that."""
    read = [verdict for verdict in verdicts if not verdict.unreadable]
    shared: list[tuple[Verdict, list[Occurrence]]] = [(verdict, []) for verdict in read]
    for occurrence in occurrences:
        before = [index for index, verdict in enumerate(read) if verdict.start_ms <= occurrence.condition_ms]
        shared[before[-1] if before else 0][1].append(occurrence)
    return [(verdict, mine) for verdict, mine in shared if mine]


def _verdict_values(verdict: Verdict, job: Job | None) -> dict[str, Any]:
    tracks = [
        {
            "id": track.track_id,
            "class_name": track.class_name,
            "first_ms": track.first_ms,
            "last_ms": track.last_ms,
            "confidence": track.confidence,
            "best_ms": track.best_ms,
            "best_box": [track.best_box.x1, track.best_box.y1, track.best_box.x2, track.best_box.y2],
            "attributes": dict(track.attributes),
        }
        for track in verdict.tracks
    ]
    frames = [
        {
            "pts_ms": frame.pts_ms,
            "boxes": [
                {
                    "track_id": box.track_id,
                    "class_name": box.class_name,
                    "confidence": box.confidence,
                    "x1": box.box.x1,
                    "y1": box.box.y1,
                    "x2": box.box.x2,
                    "y2": box.box.y2,
                }
                for box in frame.boxes
            ],
        }
        for frame in verdict.frames
    ]
    names = (
        "id",
        "camera",
        "event",
        "start_ms",
        "end_ms",
        "late",
        "final",
        "model",
        "model_sha256",
        "provider",
        "sampled",
        "unreadable",
    )
    return {
        **{name: getattr(verdict, name) for name in names},
        "job": None if job is None else job.id,
        "tracks": tracks,
        "frames": frames,
        "thresholds": dict(verdict.thresholds),
        "scores": [asdict(score) for score in verdict.scores],
        "person_time": person_time_rows.told_of(verdict),
    }


def _tells(before: dict[str, Any], now: dict[str, Any]) -> bool:
    """A growing verdict alone is not told each time."""
    if before == now:
        return False
    return bool(now["final"]) or sorted(t["class_name"] for t in before["tracks"]) != sorted(
        t["class_name"] for t in now["tracks"]
    )
