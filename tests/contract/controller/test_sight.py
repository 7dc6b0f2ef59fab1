"""What is read for somebody is kept to what they see, on SQLite and PostgreSQL, whatever is asked and however."""

from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import SQLModel, col, func, select

from controller.adapters import tables as t
from controller.adapters.alarm_store import AlarmStore
from controller.adapters.sight import FREE, LIMITS, LOOKED_UP
from controller.core.grants import NOTHING, Sight
from controller.core.lifecycle import Deed
from controller.ports.looking import looking
from shared.errors import Broken
from tests.contract.controller.conftest import Site
from tests.fakes.two_cameras import AWAY, HIDDEN, KEPT, fill

ONE = Sight(cameras=frozenset({KEPT}))
OF_NODE = frozenset(
    {t.CertificateRow, t.InvitationRow, t.NodeConfigReportRow, t.NodeConfigRow, t.NodeKeyRow, t.NodeRow}
)
WORDS = ("camera", "cameras", "spans", "alarm", "event", "target", "node")


def test_every_table_says_what_of_it_may_be_read() -> None:
    known = {one.class_: one for one in SQLModel._sa_registry.mappers if one.class_.__module__.startswith("controller")}
    assert set(known) == {*LIMITS, *FREE}
    assert not set(LIMITS) & set(FREE)
    telling = {table for table, mapper in known.items() if any(word in mapper.columns for word in WORDS)}
    free = {t.ArchiveItemRow, t.ArchiveRow, t.FactSeqRow, t.JobRow, t.LayoutRow, t.RawFactRow, t.RuleVersionRow}
    free |= {t.ApiKeyRow, t.UnmaskRow}
    assert telling - set(LIMITS) == free


async def test_each_table_gives_what_is_seen(site: Site) -> None:
    for number, camera in enumerate((KEPT, HIDDEN, AWAY)):
        await fill(site.database, camera, number + 1)
    for sight, rows in ((ONE, 1), (Sight(nodes=frozenset({"gate"})), 2), (NOTHING, 0), (Sight(everything=True), 3)):
        for table in LIMITS:
            of_node = table in OF_NODE
            expected = min(rows, 2 if sight.everything else 1) if of_node else rows
            query: Any = select(func.count()).select_from(table)
            with looking(sight):
                async with site.database.reading() as session:
                    assert await session.scalar(query) == expected, (table, sight)


async def test_however_it_is_asked(site: Site) -> None:
    hidden = {camera: (await fill(site.database, camera, n + 1)).ids for n, camera in enumerate((KEPT, HIDDEN))}[HIDDEN]
    joined = select(t.OccurrenceRow.id).join(t.AlarmRow, col(t.AlarmRow.id) == col(t.OccurrenceRow.alarm))
    inner: Any = sa.select(select(t.EventRow.id).limit(9).subquery())
    implicit = select(t.RunRow.id).where(col(t.RunRow.key) == col(t.AlarmRow.rule), t.AlarmRow.id == hidden["alarm"])
    other, alarm = aliased(t.HoldRow), aliased(t.AlarmRow)
    hold_there = sa.exists().where(col(t.HoldRow.camera) == HIDDEN)
    queries: list[Any] = [joined, inner, implicit, select(t.CameraRow.id).where(hold_there)]
    beside = select(t.HoldRow.id).join(alarm, col(alarm.camera) == col(t.HoldRow.camera))
    within = select(t.CameraRow.id).where(select(other.id).exists())
    with looking(ONE):
        async with site.database.reading() as session:
            assert await session.get(t.AlarmRow, hidden["alarm"]) is None
            assert [len((await session.execute(query)).all()) for query in queries] == [1, 1, 0, 0]
            with pytest.raises(Broken):
                await session.execute(sa.text("SELECT id FROM alarm"))
            with pytest.raises(Broken):
                await session.execute(sa.select(sa.table("alarm", sa.column("id"))))
            count: Any = select(func.count()).select_from(t.HoldRow)
            assert await session.scalar(select(count.scalar_subquery())) == 1
            for question in (select(hold_there), select(other.id), select(alarm.id), beside, within, select(other)):
                with pytest.raises(Broken):
                    await session.execute(question)
            assert await session.scalar(sa.select(sa.func.abs(-3))) == 3
            await session.execute(sa.text("SELECT 1").execution_options(**LOOKED_UP))
        async with site.database.writing() as session:
            gone: Any = await session.execute(sa.delete(t.HoldRow))
            assert gone.rowcount == 1
            assert await session.get(t.ExportRow, hidden["export"], with_for_update=True) is None
    async with site.database.reading() as session:
        assert await session.scalar(select(t.HoldRow.id)) == hidden["hold"]


async def test_what_is_written_of_an_alarm_is_whole(site: Site) -> None:
    """A deed of who sees one camera is told to everybody as it is."""
    ids = (await fill(site.database, KEPT, 1)).ids
    await fill(site.database, HIDDEN, 2)
    store = AlarmStore(site.database, site.clock)
    with looking(ONE):
        assert (await site.queries.alarm(ids["alarm"]))["alarm"]["clip_ready"]
        assert (await store.act(ids["alarm"], Deed("acknowledge", "kim")))["clip_ready"]
