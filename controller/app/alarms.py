"""Wires alarms and maintenance for the command line: straight to the database of a local site."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import UUID

from controller.adapters.alarm_reads import AlarmReads
from controller.adapters.alarm_store import AlarmStore
from controller.adapters.database import Database
from controller.adapters.label_rows import LabelRows
from controller.adapters.maintenance_store import MaintenanceStore
from controller.adapters.queries import Queries
from controller.adapters.set_folder import NewFolder, picture_size
from controller.app.site import Site
from controller.app.stores import open_store
from controller.core.lifecycle import Deed
from controller.errors import Missing
from controller.flows.export_set import Exported, ExportSet, Format
from controller.flows.handle_alarms import HandleAlarms
from controller.flows.maintain import Maintain
from controller.flows.measure_load import MeasureLoad
from controller.ports import State
from shared.clock import SystemClock
from shared.ids import SiteId
from shared.mint import uuid7
from shared.texts import say


@asynccontextmanager
async def _database(site: Site) -> AsyncIterator[Database]:
    database = Database(site.settings.database())
    try:
        yield database
    finally:
        await database.close()


async def alarm_id(database: Database, text: str) -> str:
    """The alarm's id; a person knows its number."""
    plain = text.removeprefix("#")
    if plain.isascii() and plain.isdecimal() and len(plain) <= 9:  # noqa: PLR2004 - fits a column
        return await AlarmReads(database).number(int(plain))
    try:
        return str(UUID(text))
    except ValueError:
        raise Missing("alarm", say("unknown", key=text[:64])) from None


async def list_alarms(site: Site, state: str, camera: str | None, severity: str | None, limit: int) -> State:
    """AlarmPage, newest first."""
    async with _database(site) as database:
        return await Queries(database).alarms(state=state, camera=camera, severity=severity, cursor=None, limit=limit)


async def show_alarm(site: Site, alarm: str) -> State:
    """AlarmDetailOut."""
    async with _database(site) as database:
        return await Queries(database).alarm(await alarm_id(database, alarm))


async def handle_alarm(site: Site, alarm: str, deed: Deed) -> State:
    """AlarmOut after the deed."""
    async with _database(site) as database:
        hands = HandleAlarms(AlarmStore(database, SystemClock()), None)
        return await hands.act(await alarm_id(database, alarm), deed)


async def alarm_load(site: Site, from_ms: int | None, to_ms: int | None, operators: int | None) -> State:
    """AlarmLoadOut."""
    async with _database(site) as database:
        load = MeasureLoad(AlarmReads(database), SystemClock(), site.settings.alarms.operators)
        return await load.state(from_ms, to_ms, operators)


async def export_set(
    site: Site, out: Path, form: Format, from_ms: int, to_ms: int | None, val_share: float
) -> Exported:
    """Write the labelled set to `out`, which must not be there yet."""
    clock = SystemClock()
    folder = NewFolder(out)
    async with _database(site) as database:
        objects = await open_store(site, database, clock)
        export = ExportSet(LabelRows(database), objects, picture_size)
        return await export.run(folder, form, from_ms, clock.unix_ms() if to_ms is None else to_ms, val_share)


async def list_maintenance(site: Site) -> list[State]:
    """MaintenanceOut of every window in force."""
    async with _maintenance(site) as works:
        return await works.in_force()


async def begin_maintenance(site: Site, scope: str, target: str, minutes: int, why: str, who: str) -> State:
    """MaintenanceOut of a window that begins now."""
    async with _maintenance(site) as works:
        return await works.begin(scope, target, minutes, why, who)


async def end_maintenance(site: Site, window: str, who: str) -> State:
    """MaintenanceOut of a window that is over now."""
    async with _maintenance(site) as works:
        return await works.end(window, who)


@asynccontextmanager
async def _maintenance(site: Site) -> AsyncIterator[Maintain]:
    async with _database(site) as database:
        store = MaintenanceStore(database, SystemClock(), SiteId(site.settings.site))
        yield Maintain(store, None, uuid7)
