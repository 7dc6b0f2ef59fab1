"""What was answered to requests that may be sent again."""

import sqlalchemy as sa
from sqlmodel import SQLModel

from controller.adapters.tables.columns import BigInt, column


class AnswerRow(SQLModel, table=True):
    """One request by its key, and its answer once there is one."""

    __tablename__ = "answer"
    __table_args__ = (sa.Index("ix_answer_asked", "asked_ms"),)
    who: str = column("user name", primary_key=True)
    key: str = column("as the asker chose it", primary_key=True)
    asked: str = column("SHA-256 of method, path, role and body, hex")
    asked_ms: int = column("Unix ms", BigInt)
    answer: str | None = column(
        "status, media type and body, sealed; none: it is being answered", sa.Text, default=None
    )
