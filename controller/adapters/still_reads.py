"""Which stored picture of a camera is the newest."""

from sqlmodel import col, select

from controller.adapters.database import Database
from controller.adapters.tables import CameraRow, OccurrenceRow
from controller.errors import Missing
from shared.ids import CameraId
from shared.texts import say


class SqlStills:
    """`StoredStills` on SQLite or PostgreSQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def newest_picture(self, camera: CameraId) -> tuple[str, int] | None:
        """Of an occurrence of an alarm, at the moment when its condition was met."""
        query = (
            select(OccurrenceRow.picture_key, OccurrenceRow.condition_ms)
            .where(OccurrenceRow.camera == camera, col(OccurrenceRow.picture_key).is_not(None))
            .order_by(col(OccurrenceRow.start_ms).desc())
            .limit(1)
        )
        async with self._database.reading() as session:
            if await session.get(CameraRow, camera) is None:
                raise Missing("camera", say("unknown", key=camera))
            found = (await session.execute(query)).first()
            return None if found is None or found[0] is None else (found[0], found[1])
