"""Wires what the site's housekeeping tells of itself, for who watches and for who asks."""

from collections.abc import Sequence
from functools import partial

from controller.adapters.backup_log import SqlBackupLog
from controller.adapters.database import Database
from controller.adapters.feature_store import SqlFeatures
from controller.adapters.keep_rules import SqlKeepRules
from controller.adapters.move_rules import SqlMoveRules
from controller.adapters.scrub_rows import SqlScrubRows
from controller.adapters.sweep_plan import SqlSweepGuard
from controller.adapters.tier_rows import SqlTierRows
from controller.app.site import Site
from controller.core.retention import Retention
from controller.core.tiers import Moves
from controller.flows.let_sweep import LetSweep
from controller.flows.see_signs import Housekeeping
from controller.flows.tell_backups import TellBackups
from controller.flows.tell_scrub import TellScrub
from controller.flows.tell_tiers import TellTiers
from shared.clock import Clock


def tell_backups(site: Site, database: Database, clock: Clock) -> TellBackups:
    """How the nightly backup is."""
    return TellBackups(SqlBackupLog(database, clock), clock, site.settings.backup.nightly, clock.unix_ms())


def tell_scrub(site: Site, database: Database, clock: Clock) -> TellScrub:
    """How far the slow reading of the store is."""
    wanted = partial(SqlFeatures(database, clock).is_on, "scrub")
    return TellScrub(SqlScrubRows(database, clock), site.settings.store.scrub_day_bytes > 0, wanted)


def tell_tiers(site: Site, database: Database, clock: Clock) -> TellTiers:
    """What lies in the second store, and how the moving goes."""
    second, kept = site.settings.store.second, site.settings.retention
    keeping, moves = SqlKeepRules(database, clock, kept.days), SqlMoveRules(database, clock)

    async def rules() -> tuple[Moves, Retention]:
        return await moves.moves(), (await keeping.keeping()).retention(kept.quota_bytes)

    return TellTiers(SqlTierRows(database, clock), rules, None if second is None else second.kind)


def own_troubles(site: Site, database: Database, clock: Clock) -> Sequence[Housekeeping]:
    """What may be wrong of itself."""
    sweep = LetSweep(SqlSweepGuard(database, clock))
    own = tell_scrub(site, database, clock), tell_tiers(site, database, clock)
    return (tell_backups(site, database, clock), sweep, *own)
