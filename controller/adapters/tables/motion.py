"""Where cameras saw motion, minute by minute, on a coarse grid."""

import sqlalchemy as sa
from sqlmodel import SQLModel

from controller.adapters.tables.columns import BigInt, column


class MotionGridRow(SQLModel, table=True):
    """A camera-minute in which something moved; a still one has no row."""

    __tablename__ = "motion_grid"
    camera: str = column("node.camera", primary_key=True)
    minute_ms: int = column("begin of the minute, Unix ms", BigInt, primary_key=True)
    columns: int = column("cells across")
    rows: int = column("cells down")
    step_ms: int = column("how long each layer of cells stands for, ms")
    cells: bytes = column("run lengths, as in shared.motion_grid", sa.LargeBinary)


class MotionToldRow(SQLModel, table=True):
    """From when to when a camera's node told where something moved."""

    __tablename__ = "motion_told"
    camera: str = column("node.camera", primary_key=True)
    first_ms: int = column("begin of the first minute that was told and is kept, Unix ms", BigInt)
    last_ms: int = column("begin of the last one, Unix ms", BigInt)
