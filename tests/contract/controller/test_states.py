"""What whole states are made of, on both databases."""

from typing import Any

import sqlalchemy as sa
from sqlmodel import update

from controller.adapters.states import stored_spans
from controller.adapters.tables import RunRow
from controller.ports import Received
from shared.ids import NodeId
from tests.builders import T0, run_fact
from tests.contract.controller.conftest import Site

DAY_MS = 86_400_000


async def test_clips_that_are_days_apart_are_looked_up_without_what_was_stored_between(site: Site) -> None:
    starts = [T0 + day * DAY_MS for day in range(250)]
    runs = [run_fact(start_ms=start_ms, end_ms=start_ms + 8_000) for start_ms in starts]
    await site.facts.save_facts([Received(NodeId("gate"), b"", run) for run in runs])
    async with site.database.writing() as session:
        await session.execute(update(RunRow).values(state="stored"))
    asked: list[tuple[str, Any]] = []
    sa.event.listen(
        site.database.engine.sync_engine,
        "before_cursor_execute",
        lambda _c, _cursor, statement, parameters, *_: asked.append((statement, parameters)),
    )
    async with site.database.reading() as session:
        far = [("gate.yard", starts[day], starts[day] + 1) for day in (0, 249)]
        assert await stored_spans(session, far) == [[(at_ms, at_ms + 8_000)] for _, at_ms, _ in far]
        connection = await session.connection()
        read = [len((await connection.exec_driver_sql(*one)).all()) for one in list(asked) if "run" in one[0]]
        assert sum(read) == len(far)
        each = [("gate.yard", at_ms, at_ms + 1) for at_ms in starts]
        assert await stored_spans(session, each) == [[(at_ms, at_ms + 8_000)] for at_ms in starts]
