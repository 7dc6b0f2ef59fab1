"""A camera's process after a stream took it over: no program, no file but its ring, no other connection."""

import asyncio
import json
import multiprocessing
import socket
import subprocess
import sys
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess
from pathlib import Path

import pytest

from edge_agent.adapters.camera_cage import CameraCage
from edge_agent.adapters.camera_process import CameraProcess
from edge_agent.adapters.camera_spawn import spawn_camera
from edge_agent.adapters.camera_wire import CameraOrder
from edge_agent.adapters.machine_facts import confinement
from edge_agent.adapters.ring import DiskRing
from shared.clock import SystemClock
from shared.ids import CameraId
from tests.fakes.child_run_over import run_over
from tests.fakes.footage import packets, write_film
from tests.integration.edge_agent.test_camera_process import child, running, segments
from tests.servers.rtsp import RtspServer

pytestmark = pytest.mark.integration
REFUSED = "PermissionError"


def tried(folder: Path, how: str) -> dict[str, dict[str, str]]:
    ring = folder / "ring"
    ring.mkdir()
    (folder / "secret").write_text("key")
    with socket.create_server(("127.0.0.1", 0)) as camera:
        port = str(camera.getsockname()[1])
        command = [sys.executable, "-m", "tests.fakes.camera_run_over", str(ring), port, how]
        done = subprocess.run(command, capture_output=True, check=True, timeout=60)
    told = json.loads(done.stdout)
    assert told.pop("the open connection") == "done"
    found: dict[str, dict[str, str]] = told
    for attempts in found.values():
        for own in ("its own folder", "its own signal", "its own limits", "a thread of its own"):
            assert attempts.pop(own) == "done"
    return found


def test_a_stream_that_takes_its_process_over_finds_nothing(tmp_path: Path) -> None:
    found = tried(tmp_path, "main")
    assert found["after"] == dict.fromkeys(found["after"], REFUSED)
    assert len(found["after"]) == 16
    before = {what for what, came in found["before"].items() if came != REFUSED}
    assert before == {"internet"}, "names are looked up, and the camera is connected to"
    assert not (tmp_path / "written").exists()


def test_beside_a_second_stream_only_connections_are_left(tmp_path: Path) -> None:
    found = tried(tmp_path, "sub")
    assert {what for what, came in found["after"].items() if came != REFUSED} == {"internet"}


def test_without_landlock_too_no_other_process_is_signalled() -> None:
    script = (
        "import json, os; from shared.confine import refuse_calls; from tests.fakes.reader_run_over import signals;"
        "refuse_calls(); print(json.dumps(signals(os.getppid())))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True, timeout=60)
    found = json.loads(done.stdout)
    assert found == dict.fromkeys(found, REFUSED)
    assert len(found) == 6


@pytest.mark.parametrize("how", ["pickle", "half"])
async def test_the_agent_believes_nothing_of_a_process_that_was_taken_over_and_starts_another(
    tmp_path: Path, how: str
) -> None:
    film = write_film(tmp_path / "film.mp4", options={"g": "10", "bf": "0", "preset": "ultrafast"})
    starts = 0

    async def spawn(order: CameraOrder, connection: Connection, descriptor: int) -> ForkServerProcess:
        nonlocal starts
        starts += 1
        if starts > 1:
            return await spawn_camera(order, connection, descriptor)
        context = multiprocessing.get_context("forkserver")
        process = context.Process(target=run_over, args=(how, tmp_path / "ran", connection), daemon=True)
        await asyncio.to_thread(process.start)
        return process

    clock = SystemClock()
    camera = CameraProcess(CameraId("n1.gate"), str(film), DiskRing(tmp_path), 10**9, clock, spawn=spawn)
    task = asyncio.create_task(camera.run())
    try:
        async with asyncio.timeout(60):
            while camera.signs().restarts == 0:
                await asyncio.sleep(0.02)
            why = {"pickle": "its process said something odd", "half": "no picture for"}[how]
            assert camera.signs().last_error.startswith(why)
        assert await segments(camera, 1)
        assert camera.signs().state == "live"
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    assert not (tmp_path / "ran").exists()


def order(source: str, folder: Path) -> CameraOrder:
    return CameraOrder(CameraId("n1.gate"), source, None, folder, 10**9, 0, 10)


def filters(pid: int) -> int:
    """How many filters of calls stand before a process; none of it is taken back."""
    status = Path(f"/proc/{pid}/status").read_text()
    assert "NoNewPrivs:\t1" in status
    return int(status.partition("Seccomp_filters:")[2].split()[0])


async def test_a_network_cameras_process_is_closed_once_connected_and_a_new_one_connects_again(tmp_path: Path) -> None:
    server = RtspServer(packets(40))
    source = f"rtsp://127.0.0.1:{server.port}/live"
    try:
        async with running(tmp_path, source) as (camera, _ring):
            assert await segments(camera, 1)
            first = child()
            assert filters(first) == 2
            server.drop_readers()
            async with asyncio.timeout(60):
                while camera.signs().restarts == 0 or camera.signs().state != "live":
                    await asyncio.sleep(0.05)
            assert child() != first
        async with running(tmp_path, source, sub_source=source) as (camera, _ring):
            assert await segments(camera, 1)
            assert filters(child()) == 1, "the second stream may have to connect again"
    finally:
        server.close()


async def test_a_films_process_never_has_a_network(tmp_path: Path) -> None:
    film = write_film(tmp_path / "film.mp4", options={"g": "10", "bf": "0", "preset": "ultrafast"})
    async with running(tmp_path, str(film)) as (camera, _ring):
        assert await segments(camera, 1)
        assert filters(child()) == 1
    cage = CameraCage.of(order(str(film), tmp_path))
    assert cage is not None
    assert not cage.connects


@pytest.mark.parametrize(
    ("source", "unix"),
    [("rtsp://u:p.local@10.0.0.7/live", False), ("rtsp://cam.example/live.local", False), ("rtsp://Cam.local/", True)],
)
def test_a_local_socket_is_left_to_who_asks_avahi_for_a_name(source: str, tmp_path: Path, *, unix: bool) -> None:
    cage = CameraCage.of(order(source, tmp_path))
    assert cage is not None
    assert cage.asks_avahi is unix


@pytest.mark.parametrize("source", ["scene://yard", "picamera://0", "v4l2:///dev/video0"])
def test_cameras_of_this_machine_have_no_cage(source: str, tmp_path: Path) -> None:
    assert CameraCage.of(order(source, tmp_path)) is None


def test_this_machine_can_confine() -> None:
    assert confinement() == "all"
