"""Wires the comparison of a machine's keys with those of the site's other machines, at every role's start and on."""

import asyncio
import hashlib
import socket
from collections.abc import AsyncIterator, Callable, Collection, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import NoReturn

import structlog

from controller.adapters.audit_key import open_audit_key
from controller.adapters.database import Database
from controller.adapters.machine_store import SqlMachines
from controller.app.site import Site
from controller.core.same_keys import SEEN_MS, Difference, Machine
from shared.clock import Clock, SystemClock
from shared.errors import Rejected, Transient

log = structlog.get_logger("keys")

_MAKES: Mapping[str, Mapping[str, Callable[[Site], object]]] = {
    "api": {"secrets/notify-key": Site.notify_key},
    "notify": {"secrets/notify-key": Site.notify_key},
    "sweep": {"secrets/audit-key.pem": lambda site: open_audit_key(site.audit_key_file, site.settings.site)},
}
_KEYS = ("session-key", "store-key", "notify-key", "audit-key.pem")


def machine_of(site: Site) -> Machine:
    """This machine, as the others see it."""
    files = {f"secrets/{name}": site.secrets_dir / name for name in _KEYS}
    files |= {"secrets/ca-seal-key": site.ca_seal_file, "tls/ca.pem": site.tls_dir / "ca.pem"}
    known = {name: _known_by(name, file) for name, file in files.items() if file.exists()}
    return Machine(f"{socket.gethostname()}:{site.data_dir}", known)


@asynccontextmanager
async def same_keys(site: Site, role: str) -> AsyncIterator[None]:
    """`Rejected` where another machine that is there has another key; meanwhile say that this one is there.

    A key that the role makes at its first use is made here, and not where another machine has it. A SQLite file is one
    machine's.
    """
    database, clock = Database(site.settings.database()), SystemClock()
    try:
        if database.is_sqlite:
            yield
            return
        machines, makes = SqlMachines(database, clock), _MAKES.get(role, {})
        await _come(machines, site, makes)
        if makes:
            for make in makes.values():
                make(site)
            await _come(machines, site, makes)
        saying = asyncio.create_task(_say(machines, site, clock), name="machine")
        try:
            yield
        finally:
            saying.cancel()
            await asyncio.gather(saying, return_exceptions=True)
    finally:
        await database.close()


async def _come(machines: SqlMachines, site: Site, needed: Collection[str] = ()) -> None:
    found = await machines.come(machine_of(site), needed)
    if found is not None:
        raise Rejected(str(site.data_dir / found.key), _told(found))


async def _say(machines: SqlMachines, site: Site, clock: Clock) -> NoReturn:
    """A key that was put there later is compared too: it is told, and nothing stops for it."""
    while True:
        await clock.sleep_ms(SEEN_MS)
        try:
            await _come(machines, site)
        except Rejected as fault:
            log.warning("this machine's keys are not the site's", file=fault.field, fault=fault.fault)
        except Transient as fault:
            log.info("not told that this machine is there", error=str(fault))


def _told(found: Difference) -> str:
    what = "is missing, and is there" if found.missing else "is another one than"
    return f"{what} on {found.machine}: copy secrets/ and tls/ca* from there, or stop the roles there first"


def _known_by(name: str, file: Path) -> str:
    return hashlib.sha256(b"cctv.key.v1\0" + name.encode() + b"\0" + file.read_bytes().strip()).hexdigest()
