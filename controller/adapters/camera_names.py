"""What people call cameras, in the database: whoever looks is told at once, and it is put on record."""

from sqlmodel import col, select

from controller.adapters.database import Database
from controller.adapters.feed import append_feed
from controller.adapters.states import State, camera_states
from controller.adapters.tables import AuditRow, CameraRow
from controller.errors import Conflict, Missing
from shared.clock import Clock
from shared.ids import CameraId
from shared.texts import say


class SqlCameraNames:
    """`CameraNames` on SQLite or PostgreSQL."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def one(self, camera: CameraId) -> State:
        """CameraOut; `Missing` when there is none."""
        async with self._database.reading() as session:
            row = await session.get(CameraRow, camera)
            if row is None:
                raise Missing("camera", say("unknown", key=camera))
            (state,) = await camera_states(session, [row])
            return state

    async def put(self, camera: CameraId, name: str, who: str, address: str) -> State:
        """CameraOut after it. `Conflict`: another camera is called so."""
        async with self._database.writing() as session:
            row = await session.get(CameraRow, camera, with_for_update=True)
            if row is None:
                raise Missing("camera", say("unknown", key=camera))
            label = "" if name == camera.partition(".")[2] else name
            others = select(CameraRow.id).where(col(CameraRow.label) == label, col(CameraRow.id) != camera)
            if label and await session.scalar(others.limit(1)) is not None:
                raise Conflict("name", say("name_taken", name=name))
            detail = {"name": label, "before": row.label, "after": label}
            row.label = label
            await session.flush()
            (state,) = await camera_states(session, [row])
            now = self._clock.now()
            session.add(AuditRow(at=now, who=who, what="camera.name", subject=camera, address=address, detail=detail))
            await append_feed(self._database, session, self._clock, [("camera", state)])
            return state
