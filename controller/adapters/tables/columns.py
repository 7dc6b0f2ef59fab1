"""What the tables share: column types that mean the same on both databases, and columns with a comment."""

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Dialect
from sqlmodel import Field

BigInt = sa.BigInteger().with_variant(sa.Integer, "sqlite")
"""SQLite numbers rows by itself only in a column of type INTEGER."""
Json = sa.JSON(none_as_null=True)


class UtcDateTime(sa.types.TypeDecorator[datetime]):
    """An aware UTC datetime; SQLite keeps it without its zone."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        del dialect
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        del dialect
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def column(comment: str, sa_type: Any = None, **rest: Any) -> Any:
    """A field whose column carries `comment`."""
    if sa_type is not None:
        rest["sa_type"] = sa_type
    return Field(sa_column_kwargs={"comment": comment}, **rest)
