"""Wires the audit: its sealing in the role sweep, its check for the API and the command line."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import date
from functools import partial
from pathlib import Path
from typing import NoReturn

from controller.adapters.audit_key import keep_heads, open_audit_key, read_heads, signed_by
from controller.adapters.audit_store import SqlAudit
from controller.adapters.bundle_reads import SqlBundleReads
from controller.adapters.database import Database
from controller.adapters.fact_seqs import AHEAD_MS
from controller.adapters.ledger_reads import SqlLedgerReads
from controller.app.site import Site
from controller.core.audit import Head
from controller.core.bundle import Tombstone
from controller.flows.check_audit import CheckAudit
from controller.flows.check_ledger import CheckLedger
from controller.flows.seal_audit import SealAudit
from shared.clock import Clock, SystemClock


async def seal_audit(site: Site, database: Database, clock: Clock) -> NoReturn:
    """Seal until cancelled."""
    await sealing(site, database, clock).always()


def sealing(site: Site, database: Database, clock: Clock) -> SealAudit:
    """Each day's head also proves how far every camera's ledger had come."""
    book, ledgers = SqlAudit(database, clock), SqlLedgerReads(database)

    async def anchor(day: date) -> None:
        await book.anchor(day, await ledgers.heads(clock.unix_ms() + AHEAD_MS))

    key = open_audit_key(site.audit_key_file, site.settings.site)
    return SealAudit(book, key, partial(keep_heads, site.audit_heads_file), anchor, clock)


def build_check(site: Site, database: Database, clock: Clock, copies: Sequence[Head] = ()) -> CheckAudit:
    """Checks against the site's own heads, the file beside the database, and `copies` that were kept elsewhere."""
    file = site.audit_key_file

    def signed(head: Head) -> bool:
        return signed_by(open_audit_key(file, site.settings.site).public_pem(), site.settings.site, head)

    def beside() -> list[Head]:
        own = read_heads(site.audit_heads_file) if site.audit_heads_file.exists() else []
        return [*own, *copies]

    return CheckAudit(SqlAudit(database, clock), signed, beside, clock)


@asynccontextmanager
async def open_audit(site: Site, kept: Path | None = None) -> AsyncIterator[tuple[SqlAudit, CheckAudit]]:
    """The audit of a local site, to be read and to be checked; `kept`: a copy of its heads that was kept elsewhere."""
    copies = () if kept is None else read_heads(kept)
    database = Database(site.settings.database())
    try:
        clock = SystemClock()
        yield SqlAudit(database, clock), build_check(site, database, clock, copies)
    finally:
        await database.close()


async def deleted_footage(site: Site, cameras: Sequence[str], span: tuple[int, int]) -> list[Tombstone]:
    """What was stored of a span and is deleted, when and by whom; its ledger entries stay."""
    database = Database(site.settings.database())
    try:
        reads = SqlBundleReads(database, SystemClock())
        return [one for camera in cameras for one in await reads.tombstones(camera, span)]
    finally:
        await database.close()


@asynccontextmanager
async def open_ledger_check(site: Site) -> AsyncIterator[tuple[CheckLedger, dict[str, list[tuple[int, str, str]]]]]:
    """The ledgers of a local site, and what the audit has on record of them."""
    database = Database(site.settings.database())
    try:
        yield CheckLedger(SqlLedgerReads(database)), await SqlAudit(database, SystemClock()).anchors()
    finally:
        await database.close()
