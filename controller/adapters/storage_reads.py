"""How much the store holds by age and camera, and how large the database is, as the database itself knows."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from sqlmodel import col

from controller.adapters.database import Database
from controller.adapters.tables import RunRow
from controller.core.storage import DAY_MS, MEASURED_DAYS, Kept


@dataclass(frozen=True, slots=True)
class CameraBytes:
    """What the store has of one camera."""

    camera: str
    held_bytes: int
    day_bytes: int | None  # of footage that came of a day, as far as it was measured; None: of less than a day
    oldest_ms: int | None


@dataclass(frozen=True, slots=True)
class StoreFigures:
    """What the store holds, by the age of its footage in whole days; what has moved to the second counts as gone."""

    used_bytes: int
    runs: int
    oldest_ms: int | None
    by_age: Mapping[int, Kept]
    cameras: tuple[CameraBytes, ...]
    by_purpose: Mapping[tuple[str, str], Mapping[int, Kept]]  # camera and class


class StorageReads:
    """On SQLite or PostgreSQL; no object of the store is looked at."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def store(self, now_ms: int) -> StoreFigures:
        """Every stored run, and those of the measured days that went again."""
        start, length, state = col(RunRow.start_ms), col(RunRow.length_bytes), col(RunRow.state)
        base, day = sa.literal_column(str(now_ms), sa.BigInteger), sa.literal_column(str(DAY_MS), sa.BigInteger)
        age = ((base - start) // day).label("age")
        stored = state == "stored"
        since_ms = now_ms - MEASURED_DAYS * DAY_MS
        query = sa.select(
            col(RunRow.camera),
            col(RunRow.media_class),
            age,
            sa.func.sum(sa.case((stored, length), else_=0)),
            sa.func.sum(sa.case((sa.and_(stored, col(RunRow.tier) != "second"), length), else_=0)),
            sa.func.sum(length),
            sa.func.sum(sa.case((stored, 1), else_=0)),
            sa.func.min(sa.case((stored, start), else_=None)),
            sa.func.min(start),
        ).where(sa.or_(stored, sa.and_(state == "expired", start >= since_ms)), start <= now_ms)
        by_age: dict[int, Kept] = {}
        by_camera: dict[str, list[tuple[int, int, int | None, int]]] = {}
        by_purpose: dict[tuple[str, str], dict[int, Kept]] = {}
        runs, first_ms = 0, now_ms
        async with self._database.reading() as session:
            for camera, media_class, days, held, near, came, number, oldest_ms, came_ms in await session.execute(
                query.group_by(col(RunRow.camera), col(RunRow.media_class), age)
            ):
                by_purpose.setdefault((camera, media_class), {})[days] = Kept(int(near), int(came))
                before = by_age.get(days, Kept())
                by_age[days] = Kept(before.held_bytes + int(near), before.came_bytes + int(came))
                recent = int(came) if days < MEASURED_DAYS else 0
                by_camera.setdefault(camera, []).append((int(held), recent, oldest_ms, came_ms))
                runs += int(number)
                first_ms = min(first_ms, came_ms)
        cameras = tuple(_camera(camera, mine, now_ms) for camera, mine in sorted(by_camera.items()))
        oldest = [one.oldest_ms for one in cameras if one.oldest_ms is not None]
        used = sum(kept.held_bytes for kept in by_age.values())
        return StoreFigures(used, runs, min([first_ms, *oldest]) if by_age else None, by_age, cameras, by_purpose)

    async def database_bytes(self) -> int:
        """The size of the database: its file and its log, or what the server counts."""
        if self._database.is_sqlite:
            file = Path(self._database.url.database or "")
            parts = (file, file.with_name(f"{file.name}-wal"))
            return sum(part.stat().st_size for part in parts if part.is_file())
        async with self._database.reading() as session:
            return int(await session.scalar(sa.text("SELECT pg_database_size(current_database())")) or 0)


def _camera(camera: str, mine: list[tuple[int, int, int | None, int]], now_ms: int) -> CameraBytes:
    measured = min(float(MEASURED_DAYS), (now_ms - min(came_ms for *_, came_ms in mine)) / DAY_MS)
    oldest = [oldest_ms for _, _, oldest_ms, _ in mine if oldest_ms is not None]
    came = sum(recent for _, recent, _, _ in mine)
    day_bytes = round(came / measured) if measured >= 1 else None
    return CameraBytes(camera, sum(held for held, *_ in mine), day_bytes, min(oldest, default=None))
