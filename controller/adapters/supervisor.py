"""Supervises processes: starts in stages, restarts what died or froze, leaves nothing behind."""

import asyncio
import contextlib
import errno
import json
import os
import signal
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import structlog

from controller.adapters.child import spawn
from controller.core import roles
from controller.core.roles import Patience, RoleState
from shared.clock import Clock
from shared.errors import Transient

log = structlog.get_logger("supervisor")

_TICK_MS = 100
_STALL_MS = 2_000
_REFUSED = 2


@dataclass(frozen=True, slots=True)
class Child:
    """One process. Stages start in order, each when all before are ready, and stop in the reverse order.

    It is given `--heartbeat-fd N` and writes a byte there when it is ready and each second from then on.
    """

    name: str
    argv: tuple[str, ...]
    stage: int = 1
    log_file: Path | None = None


@dataclass(slots=True)
class _Running:
    child: Child
    state: RoleState = field(default_factory=RoleState)
    process: asyncio.subprocess.Process | None = None
    waiter: asyncio.Task[int] | None = None
    pipe: int | None = None
    refused: bool = False  # it ended with the exit code for bad settings: trying again helps nobody who waits


class Supervisor:
    """Runs `children` until cancelled; the states are readable in `state_file` (JSON) while it runs."""

    def __init__(
        self,
        children: Sequence[Child],
        clock: Clock,
        *,
        state_file: Path | None = None,
        patience: Patience | None = None,
        stop_ms: int = 2_500,
    ) -> None:
        self._children = [_Running(child) for child in sorted(children, key=lambda child: child.stage)]
        self._clock = clock
        self._state_file = state_file
        self._patience = patience or Patience()
        self._stop_ms = stop_ms
        self._written = ""
        self._opened: set[int] = set()
        self._ready = asyncio.Event()
        self._ticked_ms = clock.monotonic_ms()

    async def run(self) -> None:
        """Supervise until cancelled, then stop all: what does not end in time is killed."""
        try:
            while True:
                await self._tick()
                await self._clock.sleep_ms(_TICK_MS)
        finally:
            # A second Ctrl-C changes nothing: stopping is short in any case, and leaves nothing behind when it ends.
            stopping = asyncio.create_task(self._stop(), name="stop")
            while not stopping.done():
                with contextlib.suppress(asyncio.CancelledError):
                    await asyncio.shield(stopping)
            stopping.result()

    def refused(self) -> tuple[str, ...]:
        """Children that cannot run with their settings; they are tried again, but nobody waits for them."""
        return tuple(one.child.name for one in self._children if one.refused)

    async def wait_ready(self, timeout_s: float) -> None:
        """Return once every child is ready or has refused; `Transient` names those that are not in time."""
        try:
            async with asyncio.timeout(timeout_s):
                await self._ready.wait()
        except TimeoutError:
            late = ", ".join(one.child.name for one in self._children if one.state.phase != "running")
            raise Transient(f"not ready after {timeout_s:g} s: {late}") from None

    def states(self) -> dict[str, RoleState]:
        return {one.child.name: one.state for one in self._children}

    def pids(self) -> dict[str, int]:
        """Process ids of those that run."""
        return {one.child.name: one.process.pid for one in self._children if one.process is not None}

    async def _tick(self) -> None:
        now_ms = self._clock.monotonic_ms()
        if now_ms - self._ticked_ms > _STALL_MS:
            # we were stopped ourselves: their beats are still in the pipes
            for one in self._children:
                one.state = roles.heard(one.state, now_ms) if one.state.phase == "running" else one.state
        self._ticked_ms = now_ms
        for one in self._children:
            if one.waiter is not None and one.waiter.done():
                self._gone(one, one.waiter.result(), now_ms)
            if one.process is None and not self._may_start(one.child.stage):
                continue
            silent = one.process is not None and roles.silent(one.state, now_ms, self._patience)
            runnable = silent and one.process is not None and _runnable(one.process.pid)
            one.state, action = roles.tick(one.state, now_ms, self._patience, runnable=runnable)
            if action == "start":
                await self._start(one, now_ms)
            elif action == "kill" and one.process is not None:
                log.error("role frozen, killed", role=one.child.name, pid=one.process.pid)
                _signal(one.process, signal.SIGKILL)
        if all(one.state.phase == "running" or one.refused for one in self._children):
            self._ready.set()
        self._write_states()

    def _may_start(self, stage: int) -> bool:
        """A stage waits once until those before it are ready; later each role is restarted on its own."""
        if stage in self._opened:
            return True
        if all(one.state.phase == "running" for one in self._children if one.child.stage < stage):
            self._opened.add(stage)
        return stage in self._opened

    async def _start(self, one: _Running, now_ms: int) -> None:
        reader, writer = os.pipe()
        os.set_blocking(reader, False)
        argv = (*one.child.argv, "--heartbeat-fd", str(writer))
        try:
            process = await spawn(argv, descriptors=(writer,), log_file=one.child.log_file)
        except OSError as fault:
            os.close(reader)
            log.warning("role cannot be started", role=one.child.name, error=str(fault))
            one.state = roles.exited(roles.started(one.state, now_ms), now_ms, self._patience)
            return
        finally:
            os.close(writer)
        one.process, one.pipe = process, reader
        one.waiter = asyncio.create_task(process.wait(), name=f"wait for {one.child.name}")
        one.state = roles.started(one.state, now_ms)
        asyncio.get_running_loop().add_reader(reader, self._heard, one, reader)
        if not one.refused:
            log.info("role started", role=one.child.name, pid=process.pid, restarts=one.state.restarts)

    def _heard(self, one: _Running, pipe: int) -> None:
        try:
            beats = os.read(pipe, 4096)
        except BlockingIOError:
            return
        except OSError as fault:
            if fault.errno != errno.EBADF:
                log.warning("heartbeat unreadable", role=one.child.name, error=str(fault))
            beats = b""
        if not beats:
            asyncio.get_running_loop().remove_reader(pipe)
            return
        one.refused = False
        one.state = roles.heard(one.state, self._clock.monotonic_ms())

    def _gone(self, one: _Running, code: int, now_ms: int) -> None:
        if not (one.refused and code == _REFUSED):
            log.warning("role ended", role=one.child.name, code=code, phase=one.state.phase)
        one.refused = code == _REFUSED
        self._forget(one)
        one.state = roles.exited(one.state, now_ms, self._patience)

    def _forget(self, one: _Running) -> None:
        if one.pipe is not None:
            asyncio.get_running_loop().remove_reader(one.pipe)
            os.close(one.pipe)
        one.process = one.waiter = one.pipe = None

    async def _stop(self) -> None:
        for stage in sorted({one.child.stage for one in self._children}, reverse=True):
            group = [one for one in self._children if one.child.stage == stage and one.process is not None]
            for one in group:
                if one.process is not None:
                    _signal(one.process, signal.SIGTERM)
            waiters = [one.waiter for one in group if one.waiter is not None]
            if waiters:
                _, late = await asyncio.wait(waiters, timeout=self._stop_ms / 1000)
                for one in group:
                    if one.waiter in late and one.process is not None:
                        log.warning("role did not stop, killed", role=one.child.name)
                        _signal(one.process, signal.SIGKILL)
                await asyncio.wait(waiters)
            for one in group:
                self._forget(one)
                one.state = RoleState(starts=one.state.starts)
        if self._state_file is not None:
            self._state_file.unlink(missing_ok=True)

    def _write_states(self) -> None:
        """For `GET /system`: written on change only, by rename."""
        if self._state_file is None:
            return
        told = json.dumps(
            [
                {
                    "name": one.child.name,
                    "state": "down" if one.refused else one.state.phase,
                    "restarts": one.state.restarts,
                    "pid": None if one.process is None else one.process.pid,
                }
                for one in self._children
            ]
        )
        if told != self._written:
            fresh = self._state_file.with_suffix(".new")
            fresh.write_text(told, encoding="utf-8")
            fresh.replace(self._state_file)
            self._written = told


def _runnable(pid: int) -> bool:
    """Whether a process' main thread runs or waits for a processor; False where nothing tells."""
    try:
        told = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
    return told.rpartition(")")[2].split()[:1] == ["R"]


def _signal(process: asyncio.subprocess.Process, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        process.send_signal(number)
