"""Wires what the site's housekeeping tells of itself, for who watches and for who asks."""

from collections.abc import Sequence

from controller.adapters.backup_log import SqlBackupLog
from controller.adapters.database import Database
from controller.adapters.sweep_plan import SqlSweepGuard
from controller.app.site import Site
from controller.flows.let_sweep import LetSweep
from controller.flows.tell_backups import TellBackups
from controller.flows.watch_alarms import Housekeeping
from shared.clock import Clock


def tell_backups(site: Site, database: Database, clock: Clock) -> TellBackups:
    """How the nightly backup is."""
    return TellBackups(SqlBackupLog(database, clock), clock, site.settings.backup.nightly, clock.unix_ms())


def own_troubles(site: Site, database: Database, clock: Clock) -> Sequence[Housekeeping]:
    """What may be wrong of itself."""
    return (tell_backups(site, database, clock), LetSweep(SqlSweepGuard(database, clock)))
