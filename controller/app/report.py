"""Wires reports: for the API, and for the command line straight to the database of a local site."""

from zoneinfo import ZoneInfo

from controller.adapters.alarm_reads import AlarmReads
from controller.adapters.database import Database
from controller.adapters.report_reads import ReportReads
from controller.api.report_schemas import ReportIn
from controller.app.site import Site
from controller.flows.measure_load import MeasureLoad
from controller.flows.write_report import WriteReport
from controller.ports import State
from shared.clock import Clock, SystemClock


def build_report(site: Site, database: Database, clock: Clock) -> WriteReport:
    """Days and hours are those of the site's zone."""
    loads = MeasureLoad(AlarmReads(database), clock, site.settings.alarms.operators)
    return WriteReport(ReportReads(database), loads, clock, ZoneInfo(site.settings.notify.timezone))


async def write_report(site: Site, asked: ReportIn) -> State:
    """ReportOut, with its ReportTrend."""
    database = Database(site.settings.database())
    try:
        report = build_report(site, database, SystemClock())
        wanted = asked.wanted(report.today())
        return {**await report.state(wanted, names=asked.names), "trend": await report.trend(wanted)}
    finally:
        await database.close()
