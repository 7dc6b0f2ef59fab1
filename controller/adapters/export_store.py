"""Exports as people see them: asked for, listed, told, cancelled, deleted."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, func, select, tuple_

from controller.adapters.database import Database
from controller.adapters.hold_rows import add_hold, release_export
from controller.adapters.states import State, plain
from controller.adapters.tables import AlarmRow, AuditRow, CameraRow, ExportRow, HoldRow, OccurrenceRow
from controller.core.export import OPEN, ExportForm
from controller.core.export_words import Language
from controller.core.footage import clip_of
from controller.errors import Conflict, Missing
from shared.clock import Clock
from shared.errors import Rejected
from shared.mint import uuid7
from shared.texts import say

MOST_OPEN = 50
_LARGEST_PAGE = 200
_ONE_DOWNLOAD = timedelta(hours=1)


class SqlExportStore:
    """`ExportBook` on SQLite or PostgreSQL."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def add(
        self,
        spans: Sequence[State],
        alarms: Sequence[str],
        why: str,
        who: str,
        address: str,
        once: str | None,
        target: str | None = None,
        language: Language = "en",
        form: ExportForm = "films",
    ) -> State:
        """ExportOut of a new one, or of the one that was asked for under the same key. It holds its footage at once.

        `Missing`: no such camera or alarm; `Conflict`: too many are open.
        """
        try:
            return await self._add(spans, alarms, why, who, address, once, target, language, form)
        except IntegrityError:
            if once is None:
                raise
            asked = (spans, alarms, why, who, address, once, target, language, form)
            return await self._add(*asked)  # the same was asked for at the same moment

    async def _add(
        self,
        spans: Sequence[State],
        alarms: Sequence[str],
        why: str,
        who: str,
        address: str,
        once: str | None,
        target: str | None,
        language: Language,
        form: ExportForm,
    ) -> State:
        now = self._clock.now()
        async with self._database.writing() as session:
            if once is not None and (found := await _by_key(session, once)) is not None:
                return _state(found)
            count = await session.scalar(select(func.count()).where(col(ExportRow.state).in_(OPEN))) or 0
            if count >= MOST_OPEN:
                raise Conflict("export", say("too_many", count=count + 1, most=MOST_OPEN))
            for camera in sorted({span["camera"] for span in spans}):
                if await session.get(CameraRow, camera) is None:
                    raise Missing("camera", say("unknown", key=camera))
            row = ExportRow(
                id=uuid7(), once=once, spans=list(spans), alarms=list(alarms), why=why, who=who, created_at=now,
                changed_at=now, target=target, language=language, form=form,
                whole=await self._of_no_camera(session, alarms),
            )  # fmt: skip
            session.add(row)
            for span in spans:
                hold = HoldRow(id=uuid7(), reason="export", who=who, export=row.id, created_at=now, **span)
                await add_hold(session, hold)
            detail = {"spans": list(spans), "alarms": list(alarms), "why": why, "destination": target, "form": form}
            session.add(_audit(now, who, "export.make", row.id, address, detail))
            return _state(row)

    async def _of_no_camera(self, session: AsyncSession, alarms: Sequence[str]) -> bool:
        """Whether one of these alarms is about a node or the site: its record is for who sees everything."""
        asked = select(AlarmRow.id).where(col(AlarmRow.id).in_(alarms), col(AlarmRow.camera).is_(None)).limit(1)
        return await session.scalar(asked) is not None

    async def alarm_spans(self, alarms: Sequence[str]) -> list[State]:
        """What each camera saw of these alarms, as their clips show it. `Missing` where one is not known."""
        found: list[State] = []
        async with self._database.reading() as session:
            for alarm in alarms:
                row = await session.get(AlarmRow, alarm)
                if row is None:
                    raise Missing("alarm", say("unknown", key=alarm))
                occurrences = (
                    await session.scalars(
                        select(OccurrenceRow).where(
                            col(OccurrenceRow.alarm) == alarm,
                            col(OccurrenceRow.camera).is_not(None),
                            col(OccurrenceRow.same_as).is_(None),
                        )
                    )
                ).all()
                for camera in sorted({one.camera for one in occurrences if one.camera is not None}):
                    mine = [one for one in occurrences if one.camera == camera]
                    seen = [(one.start_ms, max(one.condition_ms, one.end_ms or 0)) for one in mine]
                    start_ms, end_ms = clip_of(seen, min(one.condition_ms for one in mine))
                    found.append({"camera": camera, "start_ms": start_ms, "end_ms": end_ms})
        return found

    async def page(self, *, cursor: str | None, limit: int) -> State:
        """ExportPage, newest first; what was deleted is left out."""
        limit = max(1, min(limit, _LARGEST_PAGE))
        order = (col(ExportRow.created_at).desc(), col(ExportRow.id).desc())
        query = select(ExportRow).where(col(ExportRow.state) != "deleted").order_by(*order).limit(limit + 1)
        async with self._database.reading() as session:
            if cursor is not None:
                last = await session.get(ExportRow, cursor)
                if last is None:
                    raise Rejected("cursor", say("bad_cursor"))
                query = query.where(tuple_(col(ExportRow.created_at), col(ExportRow.id)) < (last.created_at, last.id))
            rows = list((await session.scalars(query)).all())
        more = len(rows) > limit
        rows = rows[:limit]
        return {"items": [_state(row) for row in rows], "next": rows[-1].id if more else None}

    async def one(self, export: str) -> State:
        """ExportDetailOut; `Missing` when there is none."""
        async with self._database.reading() as session:
            row = await session.get(ExportRow, export)
        if row is None:
            raise Missing("export", say("unknown", key=export))
        kept = row.result or {}
        return {
            "export": _state(row),
            "files": kept.get("files", []),
            "gaps": kept.get("gaps", []),
            "records": kept.get("records", []),
            "papers": kept.get("papers", []),
            "key": kept.get("key"),
            "manifest_sha256": kept.get("manifest_sha256"),
        }

    async def cancel(self, export: str, who: str, address: str) -> State:
        """ExportOut; one that is over stays as it is."""
        return await self._end(export, "cancelled", who, address)

    async def delete(self, export: str, who: str, address: str) -> State:
        """ExportOut of one whose files go; it may be made at this moment."""
        return await self._end(export, "deleted", who, address)

    async def downloaded(self, export: str, name: str, who: str, address: str) -> None:
        """Put on record who took a file, once an hour: a player asks for many parts of it, in any order."""
        now = self._clock.now()
        query = select(AuditRow.detail).where(
            col(AuditRow.at) > now - _ONE_DOWNLOAD,
            col(AuditRow.who) == who,
            col(AuditRow.what) == "export.download",
            col(AuditRow.subject) == export,
        )
        async with self._database.reading() as session:
            if name in [one.get("file") for one in await session.scalars(query)]:
                return
        async with self._database.writing() as session:
            session.add(_audit(now, who, "export.download", export, address, {"file": name}))

    async def _end(self, export: str, state: str, who: str, address: str) -> State:
        now = self._clock.now()
        async with self._database.writing() as session:
            row = await session.get(ExportRow, export, with_for_update=True)
            if row is None:
                raise Missing("export", say("unknown", key=export))
            if row.state in OPEN or (state == "deleted" and row.state != "deleted"):
                row.state, row.changed_at, row.once = state, now, None  # the same key may ask for it anew
                await release_export(session, row.id, who, now)
                verb = "export.cancel" if state == "cancelled" else "export.delete"
                session.add(_audit(now, who, verb, row.id, address, {}))
            return _state(row)


async def _by_key(session: AsyncSession, once: str) -> ExportRow | None:
    found: ExportRow | None = await session.scalar(select(ExportRow).where(col(ExportRow.once) == once))
    return found


def _audit(at: Any, who: str, what: str, subject: str, address: str, detail: dict[str, Any]) -> AuditRow:
    return AuditRow(at=at, who=who, what=what, subject=subject, address=address, detail=detail)


def _state(row: ExportRow) -> State:
    names = (
        "id", "spans", "alarms", "why", "who", "state", "reason", "bytes_total", "bytes_done", "bytes_to_send",
        "bytes_sent", "language", "form",
    )  # fmt: skip
    return {
        **plain(row, *names),
        "destination": row.target,
        "sent_at": None if row.sent_at is None else row.sent_at.isoformat(),
        "created_at": row.created_at.isoformat(),
        "changed_at": row.changed_at.isoformat(),
    }
