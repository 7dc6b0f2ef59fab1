"""Wires the comparison of database, store and hashes for the command line, and what else is checked with it."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from controller.adapters.audit_store import SqlAudit
from controller.adapters.database import Database
from controller.adapters.known_objects import SqlKnownObjects
from controller.adapters.ledger_reads import SqlLedgerReads
from controller.adapters.tiered_store import UnnamedStore
from controller.app.audit import build_check
from controller.app.site import Site
from controller.app.stores import open_store
from controller.core.fsck import PHASES, Finding, Phase, Strange
from controller.flows.check_ledger import CheckLedger
from controller.flows.check_site import CheckSite
from controller.flows.check_tiers import CheckTiers
from shared.clock import Clock, SystemClock

_ALL_MS = 1 << 60
Far = Callable[[Phase, int, str], None]


class SiteCheck:
    """Every phase in turn, each from where it is told to begin."""

    def __init__(
        self, site: Site, database: Database, objects: CheckSite, tiers: CheckTiers | None, clock: Clock, far: Far
    ) -> None:
        self._site = site
        self._database = database
        self._clock = clock
        self._far = far
        self._objects = objects
        self._tiers = tiers  # none: the site has one store

    async def findings(self, begin: Phase, after: str) -> AsyncIterator[Finding]:
        """All that is wrong; nothing is changed."""
        async for one in self._objects.findings(begin, after):
            yield one
        if self._tiers is not None and PHASES.index(begin) <= PHASES.index("tiers"):
            async for one in self._tiers.findings(after if begin == "tiers" else ""):
                yield one
        for phase, walk in (("audit", self._audit), ("ledgers", self._ledgers)):
            if PHASES.index(phase) >= PHASES.index(begin):
                async for one in walk():
                    yield one

    async def strange(self) -> list[Strange]:
        """Of each store, how much of it a repair would remove because no row knows it."""
        return [await self._objects.strange(), *([] if self._tiers is None else [await self._tiers.strange()])]

    async def repair(self, finding: Finding) -> bool:
        """Do what its kind allows; False: nothing may be done."""
        if finding.kind in {"tier_both", "tier_wrong", "tier_unknown"}:
            return self._tiers is not None and await self._tiers.repair(finding)
        return await self._objects.repair(finding)

    async def note(self, who: str, detail: dict[str, int]) -> None:
        """What was repaired is in the audit."""
        await SqlAudit(self._database, self._clock).note(who, "fsck.repair", detail=detail)

    async def _audit(self) -> AsyncIterator[Finding]:
        async for part in build_check(self._site, self._database, self._clock).whole():
            for fault in part.faults:
                yield Finding("audit", str(fault.seq), fault.kind)
            self._far("audit", part.checked, "")

    async def _ledgers(self) -> AsyncIterator[Finding]:
        anchors = await SqlAudit(self._database, self._clock).anchors()
        async for camera in CheckLedger(SqlLedgerReads(self._database)).all((), 0, _ALL_MS, anchors):
            for fault in camera.faults:
                yield Finding("ledger", fault.camera, f"minute {fault.minute_ms}: {fault.kind}")
            self._far("ledgers", camera.entries, "")


@asynccontextmanager
async def open_site_check(site: Site, far: Far, *, deep: bool) -> AsyncIterator[SiteCheck]:
    """The check of a local site."""
    database, clock = Database(site.settings.database()), SystemClock()
    objects = await open_store(site, database, clock, probe=False)
    try:
        known = SqlKnownObjects(database)
        tiers = None
        if not isinstance(objects.second, UnnamedStore):
            tiers = CheckTiers(known, {"first": objects.first, "second": objects.second}, clock, far)
        yield SiteCheck(site, database, CheckSite(known, objects, clock, far, deep=deep), tiers, clock, far)
    finally:
        objects.close()
        await database.close()
