"""What every role shares: start in its own process, beat, stop on SIGTERM or when the supervisor is gone."""

import argparse
import asyncio
import importlib
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import cast

import structlog

from controller.adapters.heartbeat import Heartbeat
from controller.app.same_keys import same_keys
from controller.app.site import Site, open_site
from controller.app.tracing import tracing
from controller.app.ways import require_ways
from shared.errors import CctvError, Rejected
from shared.logs import configure_logs

log = structlog.get_logger("role")

RunRole = Callable[[Site, Heartbeat], Awaitable[None]]

ROLES = {
    "broker": "controller.app.broker:run_broker",
    "api": "controller.app.api:run_api",
    "ingest": "controller.app.ingest:run_ingest",
    "relay": "controller.app.relay:run_relay",
    "notify": "controller.app.notify:run_notify",
    "sweep": "controller.app.sweep:run_sweep",
    "export": "controller.app.export:run_export",
    "worker": "controller.app.worker:run_worker",
    "enrich": "controller.app.enrich:run_enrich",
}
"""Where each role is wired; imported only in its own process: the API never loads an inference runtime."""


def load_role(name: str) -> RunRole:
    """The coroutine function that is the role."""
    if name not in ROLES:
        raise Rejected("role", f"{name!r} is not one of {', '.join(ROLES)}")
    module, _, function = ROLES[name].partition(":")
    return cast("RunRole", getattr(importlib.import_module(module), function))


def run_role(name: str, config_file: Path, heartbeat_fd: int | None) -> int:
    """Run one role until it is told to stop; the exit code: 0 stopped, 1 failed, 2 bad settings."""
    configure_logs()
    structlog.contextvars.bind_contextvars(role=name)
    try:
        role = load_role(name)
        return asyncio.run(_until_stopped(name, role, open_site(config_file), heartbeat_fd))
    except Rejected as fault:
        log.critical("role refused its settings", field=fault.field, fault=fault.fault)
        return 2
    except CctvError as fault:
        log.critical("role failed", error=str(fault))
        return 1
    except KeyboardInterrupt:
        return 0


async def _until_stopped(name: str, role: RunRole, site: Site, heartbeat_fd: int | None) -> int:
    await require_ways(site)
    async with same_keys(site, name), tracing(site, name):
        return await _run(role, site, heartbeat_fd)


async def _run(role: RunRole, site: Site, heartbeat_fd: int | None) -> int:
    heart = Heartbeat(heartbeat_fd)
    work = asyncio.ensure_future(role(site, heart))
    loop = asyncio.get_running_loop()
    if heartbeat_fd is not None:
        # the terminal's Ctrl-C reaches the whole group: the supervisor alone decides the order
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    loop.add_signal_handler(signal.SIGTERM, work.cancel)
    beat = asyncio.create_task(heart.run(), name="heartbeat")
    try:
        await asyncio.wait({work, beat}, return_when=asyncio.FIRST_COMPLETED)
        if not work.done():
            log.warning("supervisor is gone: ending")
            work.cancel()
        with suppress(asyncio.CancelledError):
            await work
        return 0
    finally:
        beat.cancel()
        with suppress(asyncio.CancelledError):
            await beat


def _main() -> int:
    """`python -m controller.app.role ROLE CONFIG [--heartbeat-fd N]`: the supervisor's short way in."""
    parser = argparse.ArgumentParser()
    parser.add_argument("role", choices=tuple(ROLES))
    parser.add_argument("config", type=Path)
    parser.add_argument("--heartbeat-fd", type=int)
    given = parser.parse_args()
    return run_role(given.role, given.config, given.heartbeat_fd)


if __name__ == "__main__":
    code = _main()
    sys.stderr.flush()
    os._exit(code)  # all that must be kept is kept: taking the interpreter apart only delays the stop
