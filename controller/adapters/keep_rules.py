"""Rules of retention, and what would go by them; every change is in the audit log."""

from collections.abc import Mapping
from typing import Any, cast

import sqlalchemy as sa
from sqlmodel import col, func, select, tuple_

from controller.adapters.database import Database
from controller.adapters.hold_rows import held_run
from controller.adapters.states import State
from controller.adapters.tables import AuditRow, CameraRow, KeepRuleRow, RunRow
from controller.core.keeping import Keeping, KeepRule
from controller.core.storage import DAY_MS
from controller.errors import Missing
from shared.clock import Clock
from shared.kinds import MediaClass
from shared.texts import say

_ALL = "*"


class SqlKeepRules:
    """`KeepRules` on SQLite or PostgreSQL, over the settings' `default_days`."""

    def __init__(self, database: Database, clock: Clock, default_days: int) -> None:
        self._database = database
        self._clock = clock
        self._default_days = default_days

    async def keeping(self) -> Keeping:
        """The rules as they are now."""
        async with self._database.reading() as session:
            rows = (await session.scalars(select(KeepRuleRow).order_by(col(KeepRuleRow.id)))).all()
        rules = (KeepRule(row.camera, cast("MediaClass | None", row.media_class), row.days) for row in rows)
        return Keeping(self._default_days, tuple(rules))

    async def rules(self) -> list[State]:
        """KeepRuleOut of each."""
        async with self._database.reading() as session:
            rows = (await session.scalars(select(KeepRuleRow).order_by(col(KeepRuleRow.id)))).all()
        return [
            {
                "camera": row.camera,
                "media_class": row.media_class,
                "days": row.days,
                "changed_by": row.changed_by,
                "changed_at": row.changed_at.isoformat(),
            }
            for row in rows
        ]

    async def cameras(self) -> tuple[str, ...]:
        """Every camera that was ever heard of."""
        async with self._database.reading() as session:
            return tuple(await session.scalars(select(CameraRow.id).order_by(col(CameraRow.id))))

    async def put(
        self, camera: str | None, media_class: MediaClass | None, days: int | None, who: str, address: str
    ) -> None:
        """Put a rule, or take it away where `days` is none. `Missing`: no such camera."""
        now, key = self._clock.now(), f"{camera or _ALL}:{media_class or _ALL}"
        async with self._database.writing() as session:
            if camera is not None and await session.get(CameraRow, camera) is None:
                raise Missing("camera", say("unknown", key=camera))
            row = await session.get(KeepRuleRow, key, with_for_update=True)
            before = None if row is None else row.days
            if days is None:
                if row is not None:
                    await session.delete(row)
            elif row is None:
                session.add(
                    KeepRuleRow(
                        id=key, camera=camera, media_class=media_class, days=days, changed_at=now, changed_by=who
                    )
                )
            else:
                row.days, row.changed_at, row.changed_by = days, now, who
            detail: dict[str, Any] = {"media_class": media_class, "days": days, "before": before, "after": days}
            session.add(
                AuditRow(at=now, who=who, what="retention.put", subject=camera or "", address=address, detail=detail)
            )

    async def going(self, days: Mapping[tuple[str, MediaClass], int]) -> list[State]:
        """KeepGoingOut: what would go at once of each camera and purpose that is kept for so many days; held stays."""
        by_days: dict[int, list[tuple[str, str]]] = {}
        for key, kept_days in days.items():
            by_days.setdefault(kept_days, []).append(key)
        found: list[State] = []
        async with self._database.reading() as session:
            for kept_days, keys in by_days.items():
                rows = await session.execute(
                    sa.select(
                        col(RunRow.camera),
                        col(RunRow.media_class),
                        func.count(),
                        func.sum(RunRow.length_bytes),
                        func.min(RunRow.start_ms),
                        func.max(RunRow.end_ms),
                    )
                    .where(
                        col(RunRow.state) == "stored",
                        col(RunRow.held).is_(False),
                        ~held_run(),
                        col(RunRow.end_ms) < self._clock.unix_ms() - kept_days * DAY_MS,
                        tuple_(col(RunRow.camera), col(RunRow.media_class)).in_(keys),
                    )
                    .group_by(col(RunRow.camera), col(RunRow.media_class))
                )
                found += [
                    {"camera": camera, "media_class": media_class, "runs": runs, "bytes": int(size),
                     "from_ms": from_ms, "to_ms": to_ms}
                    for camera, media_class, runs, size, from_ms, to_ms in rows
                ]  # fmt: skip
        return sorted(found, key=lambda one: (one["camera"], one["media_class"]))
