"""A board's own tree, laid out in a folder: what is there is read, and nothing that is missing is invented."""

import sys
from pathlib import Path

import pytest

from edge_agent.adapters.board_signs import board_model, board_signs
from edge_agent.core.board_checks import UnitState
from edge_agent.core.boot_config import BootLine
from edge_agent.core.pi_board import board_of

PI5 = board_of("Raspberry Pi 5 Model B")
UNIT = "LoadState=loaded\nMemoryMax=1006632960\nWatchdogUSec=30s\n"
TREE = {
    "proc/device-tree/model": "Raspberry Pi 5 Model B Rev 1.0\x00",
    "proc/mounts": "overlayroot / overlay rw 0 0\n/dev/nvme0n1p1 /data ext4 rw,noatime 0 0\n",
    "proc/cmdline": "console=tty1 panic=10\n",
    "proc/meminfo": "MemTotal: 8000 kB\nCmaTotal:  65536 kB\n",
    "boot/firmware/config.txt": "a=1\ninclude more.txt\ninclude ../../outside.txt\n",
    "boot/firmware/more.txt": "b=1\n",
    "boot/firmware/cmdline.txt": "console=tty1 quiet\n",
    "outside.txt": "c=1\n",
    "usr/lib/systemd/system.conf.d/70-rpi.conf": "[Manager]\nRuntimeWatchdogSec=1m\n",
    "etc/systemd/system.conf.d/80-cctv.conf": "[Manager]\nRuntimeWatchdogSec=15s\n",
    "etc/systemd/journald.conf": "[Journal]\n#Storage=auto\nStorage=persistent\n",
    "usr/lib/systemd/journald.conf.d/40-x.conf": "[Journal]\nStorage=auto\n",
    "etc/systemd/journald.conf.d/40-x.conf": "[Journal]\nStorage=volatile\n",
    "dev/watchdog0": "",
    "dev/dma_heap/vidbuf_cached": "",
    "sys/class/rtc/rtc0": "",
    "sys/class/hwmon/hwmon2/fan1_input": "1200\n",
    "sys/fs/cgroup/cgroup.controllers": "cpuset cpu io memory pids\n",
}


def lay(root: Path, tree: dict[str, str]) -> Path:
    for name, text in tree.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root


def says(text: str) -> list[str]:
    return [sys.executable, "-c", f"print({text!r}, end='')"]


def test_everything_that_is_there_is_read(tmp_path: Path) -> None:
    root = lay(tmp_path, TREE)
    found = board_signs(PI5, Path("/data/gate"), root, says("throttled=0x50000\n"), says(UNIT))
    assert found.boot == (BootLine("a", "1"), BootLine("b", "1"))  # nothing outside the boot partition
    assert (found.cmdline_file, found.cmdline) == (("console=tty1", "quiet"), ("console=tty1", "panic=10"))
    assert found.root is not None
    assert found.data is not None
    assert (found.root.kind, found.data.place, found.disk) == ("overlay", "/data", "nvme")
    assert (found.watchdog, found.journal_storage) == ("15s", "volatile")
    assert found.throttled == 0x50000
    assert found.unit == UnitState(loaded=True, memory_max_bytes=960 << 20, watchdog=True)
    assert found.cma_bytes == 64 << 20
    there = (found.watchdog_device, found.battery_clock, found.fan, found.memory_controller, found.buffers)
    assert there == (True,) * 5


def test_nothing_that_is_missing_is_invented(tmp_path: Path) -> None:
    found = board_signs(PI5, Path("/data"), tmp_path, ["/no/such/vcgencmd"], says("Failed to connect to bus"))
    assert (found.boot, found.cmdline_file, found.root, found.data, found.disk) == (None,) * 5
    assert (found.journal_storage, found.watchdog, found.throttled, found.unit, found.cma_bytes) == (None,) * 5
    there = (found.watchdog_device, found.battery_clock, found.fan, found.memory_controller, found.buffers)
    assert there == (False,) * 5


@pytest.mark.parametrize(
    ("device", "kind", "told"),
    [("/dev/mmcblk0p2", "SD", "sd"), ("/dev/mmcblk0p2", "MMC", "emmc"), ("/dev/sda1", "", "usb"), ("tmpfs", "", None)],
)
def test_the_rings_disk_is_told_by_its_device(tmp_path: Path, device: str, kind: str, told: str | None) -> None:
    tree = {"proc/mounts": f"{device} / ext4 rw 0 0\n", "sys/block/mmcblk0/device/type": f"{kind}\n"}
    assert board_signs(PI5, Path("/data"), lay(tmp_path, tree), ["/no"], ["/no"]).disk == told


def test_a_unit_that_is_not_there_is_told_apart_from_a_system_that_does_not_answer(tmp_path: Path) -> None:
    gone = "LoadState=not-found\nMemoryMax=infinity\nWatchdogUSec=0\n"
    found = board_signs(PI5, Path("/data"), tmp_path, ["/no"], says(gone))
    assert found.unit == UnitState(loaded=False, memory_max_bytes=None, watchdog=False)


def test_what_is_no_raspberry_pi_has_no_model(tmp_path: Path) -> None:
    assert board_model(tmp_path) is None
    assert board_model(lay(tmp_path / "a", {"proc/device-tree/model": "Radxa ROCK 5B\x00"})) is None
    assert board_model(lay(tmp_path / "b", TREE)) == "Raspberry Pi 5 Model B Rev 1.0"
