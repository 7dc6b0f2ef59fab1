"""The supervisor with real processes: started in stages, restarted, killed when frozen, gone with it."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from controller.adapters.supervisor import Child, Supervisor
from controller.core.roles import Patience
from shared.clock import SystemClock
from shared.errors import Transient

pytestmark = pytest.mark.integration

ROLE = """
import asyncio, os, signal, sys
from controller.adapters.heartbeat import Heartbeat
async def main():
    heart = Heartbeat(int(sys.argv[sys.argv.index("--heartbeat-fd") + 1]))
    print(sys.argv[1], "started", flush=True)
    if sys.argv[2] == "stubborn":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if sys.argv[2] == "refusing":
        sys.exit(2)
    if sys.argv[2] != "unready":
        heart.ready()
    await heart.run()
asyncio.run(main())
"""
QUICK = Patience(start_ms=20_000, silence_ms=2_500, proven_ms=30_000, backoff_ms=(50, 100))


def _child(name: str, kind: str = "good", stage: int = 1, log: Path | None = None) -> Child:
    return Child(name, (sys.executable, "-c", ROLE, name, kind), stage, log)


@asynccontextmanager
async def _supervised(*children: Child, file: Path | None = None, stop_ms: int = 2_500) -> AsyncIterator[Supervisor]:
    supervisor = Supervisor(children, SystemClock(), state_file=file, patience=QUICK, stop_ms=stop_ms)
    task = asyncio.create_task(supervisor.run())
    try:
        yield supervisor
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _until(condition: Callable[[], bool], timeout_s: float = 30) -> None:
    async with asyncio.timeout(timeout_s):
        while not condition():
            await asyncio.sleep(0.02)


def _alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


async def test_a_killed_and_a_frozen_role_come_back_and_the_others_stay(tmp_path: Path) -> None:
    file = tmp_path / "roles.json"
    async with _supervised(_child("a"), _child("b"), _child("c"), file=file) as supervisor:
        await supervisor.wait_ready(30)
        first = supervisor.pids()
        os.kill(first["a"], signal.SIGKILL)
        os.kill(first["b"], signal.SIGSTOP)
        await _until(lambda: supervisor.states()["a"].restarts == 1 and supervisor.states()["b"].restarts == 1)
        await _until(lambda: all(state.phase == "running" for state in supervisor.states().values()))
        assert supervisor.pids()["c"] == first["c"]
        assert not _alive(first["b"])
        await _until(
            lambda: (
                [{**one, "pid": one["pid"] in supervisor.pids().values()} for one in json.loads(file.read_text())]
                == [
                    {"name": "a", "state": "running", "restarts": 1, "pid": True},
                    {"name": "b", "state": "running", "restarts": 1, "pid": True},
                    {"name": "c", "state": "running", "restarts": 0, "pid": True},
                ]
            )
        )
        last = supervisor.pids()
    assert not any(_alive(pid) for pid in last.values())
    assert not file.exists()


async def test_a_role_that_only_lacks_a_processor_is_given_time_and_a_stopped_one_is_not() -> None:
    spinning = "import os, sys\nos.write(int(sys.argv[-1]), b'.')\nwhile True: pass"
    patience = Patience(start_ms=20_000, silence_ms=100, starved_ms=600_000)
    supervisor = Supervisor([Child("a", (sys.executable, "-c", spinning))], SystemClock(), patience=patience)
    task = asyncio.create_task(supervisor.run())
    try:
        await supervisor.wait_ready(30)
        await asyncio.sleep(1)
        assert (supervisor.states()["a"].phase, supervisor.states()["a"].restarts) == ("running", 0)
        os.kill(supervisor.pids()["a"], signal.SIGSTOP)
        await _until(lambda: supervisor.states()["a"].restarts == 1)
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def test_a_stage_waits_for_the_one_before(tmp_path: Path) -> None:
    log = tmp_path / "log"
    async with _supervised(_child("first", "unready", 0, log), _child("second", stage=1, log=log)) as supervisor:
        await _until(lambda: log.exists() and "first started" in log.read_text())
        await asyncio.sleep(0.5)
        assert "second" not in supervisor.pids()
        with pytest.raises(Transient, match="first, second"):
            await supervisor.wait_ready(0.1)


async def test_who_does_not_stop_is_killed() -> None:
    async with _supervised(_child("a", "stubborn"), stop_ms=300) as supervisor:
        await supervisor.wait_ready(30)
        pid = supervisor.pids()["a"]
    assert not _alive(pid)


async def test_a_second_ctrl_c_leaves_nothing_behind(caplog: pytest.LogCaptureFixture) -> None:
    supervisor = Supervisor([_child("a", "stubborn")], SystemClock(), patience=QUICK, stop_ms=400)
    task = asyncio.create_task(supervisor.run())
    await supervisor.wait_ready(30)
    (pid,) = supervisor.pids().values()
    for _ in range(3):
        task.cancel()
        await asyncio.sleep(0.02)
    assert _alive(pid), "it is given its time"
    with suppress(asyncio.CancelledError):
        await task
    assert not _alive(pid)
    assert [record for record in caplog.records if record.name == "asyncio"] == []


async def test_nobody_waits_for_a_role_that_refuses_its_settings() -> None:
    async with _supervised(_child("a"), _child("b", "refusing")) as supervisor:
        await supervisor.wait_ready(30)
        assert supervisor.refused() == ("b",)
        assert supervisor.states()["a"].phase == "running"


async def test_a_program_that_cannot_be_started_is_tried_again() -> None:
    async with _supervised(Child("none", ("/does/not/exist",))) as supervisor:
        await _until(lambda: supervisor.states()["none"].failures >= 2)
        assert supervisor.pids() == {}


PARENT = """
import asyncio, sys
from controller.adapters.supervisor import Child, Supervisor
from shared.clock import SystemClock
async def main():
    children = [Child(n, (sys.executable, "-c", sys.argv[1], n, "good")) for n in ("a", "b")]
    supervisor = Supervisor(children, SystemClock())
    task = asyncio.create_task(supervisor.run())
    await supervisor.wait_ready(30)
    print("pids", *supervisor.pids().values(), flush=True)
    await task
asyncio.run(main())
"""


def test_nothing_is_left_when_the_supervisor_itself_is_killed() -> None:
    parent = subprocess.Popen([sys.executable, "-c", PARENT, ROLE], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    with parent.stdout:
        told = next(line for line in parent.stdout if line.startswith("pids"))
        pids = [int(pid) for pid in told.split()[1:]]
    assert len(pids) == 2
    os.kill(pids[1], signal.SIGSTOP)
    parent.kill()
    parent.wait()
    deadline = time.monotonic() + 10
    while any(_alive(pid) for pid in pids) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any(_alive(pid) for pid in pids)
