"""Freeze any role: recording goes on, and the role is replaced."""

import os
import signal
from collections.abc import Iterator

import pytest

from tests.servers.running_demo import RunningDemo, running_demo, until

pytestmark = [pytest.mark.e2e]
FROZEN = ("worker", "api", "relay", "ingest", "notify", "sweep", "broker")


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningDemo]:
    with running_demo(tmp_path_factory.mktemp("frozen")) as running:
        yield running


def _recorded_bytes(demo: RunningDemo) -> int:
    return sum(file.stat().st_size for file in demo.data.glob("demo-data/ring/*/*"))


@pytest.mark.timeout(180)
@pytest.mark.parametrize("role", FROZEN)
def test_a_frozen_role_stops_neither_recording_nor_the_others(demo: RunningDemo, role: str) -> None:
    until("the role", lambda: _pid(demo, role), 30)
    frozen = demo.pid_of(role)
    before = _recorded_bytes(demo)
    os.kill(frozen, signal.SIGSTOP)
    until("recording goes on", lambda: _recorded_bytes(demo) > before, 20)
    replaced = until("a new process", lambda: (pid := _pid(demo, role)) not in (None, frozen) and pid, 20)
    assert replaced != frozen
    during = _recorded_bytes(demo)
    until("recording still goes on", lambda: _recorded_bytes(demo) > during, 20)


def _pid(demo: RunningDemo, role: str) -> int | None:
    try:
        return demo.pid_of(role)
    except StopIteration:
        return None
