"""Wires the audit: its sealing in the role sweep, its check for the API and the command line."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import NoReturn

from controller.adapters.audit_key import append_head, open_audit_key, read_heads, signed_by
from controller.adapters.audit_store import SqlAudit
from controller.adapters.database import Database
from controller.app.site import Site
from controller.core.audit import Head
from controller.flows.check_audit import CheckAudit
from controller.flows.seal_audit import seal_always
from shared.clock import Clock, SystemClock


async def seal_audit(site: Site, database: Database, clock: Clock) -> NoReturn:
    """Seal until cancelled."""
    key = open_audit_key(site.audit_key_file, site.settings.site)
    await seal_always(SqlAudit(database, clock), key, partial(append_head, site.audit_heads_file), clock)


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
