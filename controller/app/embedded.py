"""One machine, one command: every role as a child of one supervisor."""

import asyncio
import signal
import sys
from collections.abc import Sequence

import structlog

from controller.adapters.database import Database
from controller.adapters.lock_file import hold_lock
from controller.adapters.supervisor import Child, Supervisor
from controller.adapters.tcp_ports import require_free
from controller.app.database import migrate_site
from controller.app.login import build_login
from controller.app.site import Site
from controller.app.ways import require_ways
from shared.clock import SystemClock
from shared.errors import Transient

log = structlog.get_logger("up")

WORK = ("api", "ingest", "relay", "notify", "sweep", "export", "worker")


def children_of(site: Site, roles: Sequence[str] = WORK, *, log_files: bool) -> list[Child]:
    """The broker (unless it is somebody else's) before the rest. Logs: files, or standard error."""

    def child(role: str, stage: int) -> Child:
        argv = (
            sys.executable,
            "-m",
            "controller.app.role",
            role,
            str(site.config_file),
        )
        return Child(role, argv, stage, site.log_dir / f"{role}.log" if log_files else None)

    own_broker = [] if site.settings.broker.kind == "external" else [child("broker", 0)]
    optional = ("enrich",) if site.settings.enrich.on else ()
    return [*own_broker, *(child(role, 1) for role in (*roles, *optional))]


def check_ports(site: Site) -> None:
    """Refuse to start when somebody else has one of our ports."""
    settings = site.settings
    require_free(settings.listen.host, settings.listen.port, "listen.port")
    require_free(settings.relay.host, settings.relay.port, "relay.port")
    if settings.broker.kind != "external":
        require_free(settings.broker.host, settings.broker.port, "broker.port")
        if site.node_port is not None:
            require_free(settings.broker.host, site.node_port, "broker.node_port")


async def make_ready(site: Site) -> str | None:
    """Bring the database up to date; a one-time code for the first login, until somebody has a password."""
    await migrate_site(site)
    await require_ways(site)
    database, clock = Database(site.settings.database()), SystemClock()
    try:
        login, _ = build_login(site, database, clock)
        return await login.first_code()
    finally:
        await database.close()


async def supervise(
    site: Site,
    children: Sequence[Child],
    *,
    on_ready: asyncio.Event | None = None,
    start_timeout_s: float = 60,
) -> None:
    """Hold the data directory and run `children` until SIGINT, SIGTERM or cancellation."""
    with hold_lock(site.lock_file, "cctv"):
        check_ports(site)
        supervisor = Supervisor(children, SystemClock(), state_file=site.roles_file)
        task = asyncio.ensure_future(supervisor.run())
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, task.cancel)
        ready = asyncio.create_task(_announce(supervisor, on_ready, start_timeout_s))
        try:
            await task
        except asyncio.CancelledError:
            log.info("stopped")
        finally:
            ready.cancel()
            task.cancel()
            await asyncio.gather(task, ready, return_exceptions=True)
            for number in (signal.SIGINT, signal.SIGTERM):
                loop.remove_signal_handler(number)


async def _announce(supervisor: Supervisor, on_ready: asyncio.Event | None, timeout_s: float) -> None:
    while True:
        try:
            await supervisor.wait_ready(timeout_s)
            break
        except Transient as fault:
            log.warning("still starting", detail=str(fault))
    for role in supervisor.refused():
        log.error("role cannot run: its log says what to change", role=role)
    log.info("ready")
    if on_ready is not None:
        on_ready.set()
