"""Spans that are asked of as a table of a query: one statement however many they are, the same every time."""

import json
from collections.abc import Callable, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession

_NAMES = (
    sa.column("place", sa.Integer),
    sa.column("camera", sa.String),
    sa.column("start_ms", sa.BigInteger),
    sa.column("end_ms", sa.BigInteger),
)


def for_each(session: AsyncSession, wanted: Sequence[tuple[str, int, int]], query: Callable[[Any], Any]) -> Any:
    """A SELECT of the rows that `query` finds for each (camera, start_ms, end_ms): columns of these names.

    Each row begins with the place in `wanted` that it is found for, from 0.
    """
    rows = [
        dict(zip(("place", "camera", "start_ms", "end_ms"), (place, *one), strict=True))
        for place, one in enumerate(wanted)
    ]
    given = sa.literal(json.dumps(rows), sa.Text)
    if session.get_bind().dialect.name == "postgresql":
        asked = sa.func.jsonb_to_recordset(sa.cast(given, JSONB)).table_valued(*_NAMES).render_derived(with_types=True)
        # An OFFSET is never made part of a join: the planner would read the whole table, for it cannot know that each
        # of these finds a few rows.
        found = query(asked.c).offset(0).lateral()
        return sa.select(asked.c.place, *found.c).join_from(asked, found, sa.true())
    value = sa.func.json_each(given).table_valued("value").c.value
    values = (sa.func.json_extract(value, f"$.{name.name}", type_=name.type).label(name.name) for name in _NAMES)
    each = sa.select(*values).subquery()
    found = query(each.c)
    return found.with_only_columns(each.c.place, *found.selected_columns)
