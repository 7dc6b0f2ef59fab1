"""What is read of the machine: its disk's age and its clock."""

import os
import socket
from pathlib import Path

from edge_agent.adapters.data_folder import DataFolder
from edge_agent.adapters.machine_facts import (
    Disk,
    agent_runs,
    clock_error_ms,
    free_bytes,
    port_fault,
    sync_times_ms,
    write_fault,
)


def test_the_age_of_an_emmc_and_what_is_written_are_read_of_the_whole_disk(tmp_path: Path) -> None:
    device = tmp_path.stat().st_dev
    disk = tmp_path / "sys/devices/mmcblk0"
    partition = disk / "mmcblk0p2"
    (disk / "device").mkdir(parents=True)
    partition.mkdir()
    (partition / "stat").write_text("0 0 0 0 0 0 0\n")
    (disk / "stat").write_text("1 2 3 4 5 6 2000 8\n")
    (disk / "device/life_time").write_text("0x02 0x03\n")
    (tmp_path / "sys/dev/block").mkdir(parents=True)
    (tmp_path / f"sys/dev/block/{os.major(device)}:{os.minor(device)}").symlink_to(partition)
    (tmp_path / "proc").mkdir()
    (tmp_path / "proc/uptime").write_text("86400.0 1.0\n")
    found = Disk(tmp_path, tmp_path)
    assert found.life_used_percent() == 30
    assert found.read_only is False


def test_a_machine_that_tells_nothing_is_no_fault(tmp_path: Path) -> None:
    found = Disk(tmp_path / "not" / "there", tmp_path)
    assert found.life_used_percent() is None
    assert found.written_bytes_day() is None
    assert Path(found.mount).is_mount()


def test_whether_a_folder_can_be_written_is_tried(tmp_path: Path) -> None:
    assert write_fault(tmp_path / "later") == ""
    assert list(tmp_path.iterdir()) == []
    assert write_fault(Path("/proc/self")) != ""
    assert free_bytes(tmp_path / "later") > 0


def test_the_kernels_clock_is_only_asked() -> None:
    error_ms = clock_error_ms()
    assert error_ms is None or error_ms >= 0


def test_a_disk_is_tried_as_a_recording_would(tmp_path: Path) -> None:
    found = sync_times_ms(tmp_path, count=3, size_bytes=1000)
    assert len(found) == 3
    assert all(taken_ms > 0 for taken_ms in found)
    assert not list(tmp_path.iterdir())


def test_a_port_that_is_taken_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        assert "in use" in port_fault("127.0.0.1", port)
    assert port_fault("127.0.0.1", port) == ""
    assert port_fault("192.0.2.1", port) != ""


def test_an_agent_that_holds_the_folder_is_seen_and_not_disturbed(tmp_path: Path) -> None:
    assert not agent_runs(tmp_path / "none")
    folder = DataFolder(tmp_path / "data")
    assert agent_runs(folder.path)
    folder.release()
    assert not agent_runs(folder.path)
