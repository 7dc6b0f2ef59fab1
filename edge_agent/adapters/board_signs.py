"""What a Raspberry Pi tells about its card, kernel, system and cameras; only looked at, nothing is set."""

import contextlib
import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

from edge_agent.core.board_checks import BoardSigns, DiskKind, UnitState
from edge_agent.core.boot_config import boot_lines
from edge_agent.core.pi_board import Board
from edge_agent.core.system_files import mount_of, read_mounts, read_words, size_bytes, systemd_value
from edge_agent.core.throttling import read_throttled

_WAIT_S = 5.0
_THROTTLED = ("vcgencmd", "get_throttled")
_UNIT = ("systemctl", "show", "cctv-edge.service", "--property=LoadState,MemoryMax,WatchdogUSec")
_SYSTEMD = ("usr/lib/systemd", "usr/local/lib/systemd", "run/systemd", "etc/systemd")
_LARGEST_BYTES = 256 * 1024


def board_model(root: Path = Path("/")) -> str | None:
    """The model in the device tree; None on what is no Raspberry Pi."""
    text = _read(root / "proc/device-tree/model").rstrip("\x00\n")
    return text if text.startswith("Raspberry ") else None


def board_signs(
    board: Board,
    data_dir: Path,
    root: Path = Path("/"),
    throttled: Sequence[str] = _THROTTLED,
    unit: Sequence[str] = _UNIT,
) -> BoardSigns:
    """Everything that is compared; `root` is another tree in tests, `throttled` and `unit` other programs."""
    boot = next((place for place in (root / "boot/firmware", root / "boot") if (place / "config.txt").is_file()), None)
    mounts = read_mounts(_read(root / "proc/mounts"))
    data = mount_of(str(data_dir.resolve()), mounts)
    return BoardSigns(
        boot=None
        if boot is None
        else boot_lines(_read(boot / "config.txt"), board.name, lambda name: _beside(boot, name)),
        cmdline_file=None if boot is None else read_words(_read(boot / "cmdline.txt")),
        cmdline=read_words(_read(root / "proc/cmdline")),
        root=mount_of("/", mounts),
        data=data,
        journal_storage=systemd_value(_texts(root, "journald.conf"), "Storage"),
        watchdog=systemd_value(_texts(root, "system.conf"), "RuntimeWatchdogSec"),
        watchdog_device=(root / "dev/watchdog0").exists(),
        throttled=read_throttled(_answer(throttled)),
        battery_clock=(root / "sys/class/rtc/rtc0").exists(),
        fan=any((root / "sys/class/hwmon").glob("*/fan1_input")),
        disk=_disk(root, data.device if data is not None else ""),
        unit=_unit(_answer(unit)),
        memory_controller="memory" in _read(root / "sys/fs/cgroup/cgroup.controllers").split(),
        cma_bytes=_cma_bytes(_read(root / "proc/meminfo")),
        buffers=(root / "dev/dma_heap/vidbuf_cached").exists(),
    )


def camera_models() -> tuple[str, ...] | None:
    """The sensors that picamera2 lists; None where it cannot be asked."""
    try:
        from picamera2 import Picamera2
    except ImportError:
        return None
    return tuple(str(one.get("Model", "")) for one in Picamera2.global_camera_info() if _is_module(one))


def _is_module(one: dict[str, object]) -> bool:
    return "usb" not in str(one.get("Id", ""))


def _read(file: Path) -> str:
    try:
        with file.open(encoding="utf-8", errors="replace") as opened:
            return opened.read(_LARGEST_BYTES)
    except OSError:
        return ""


def _beside(folder: Path, name: str) -> str | None:
    file = (folder / name).resolve()
    return _read(file) if file.is_relative_to(folder.resolve()) and file.is_file() else None


def _texts(root: Path, name: str) -> list[str]:
    """A file of systemd and its drop-ins, in the order in which they count; of one name the last folder's."""
    main = next((root / place / name for place in reversed(_SYSTEMD) if (root / place / name).is_file()), None)
    found: dict[str, Path] = {}
    for place in _SYSTEMD:
        found |= {file.name: file for file in (root / place / f"{name}.d").glob("*.conf")}
    files = [*([main] if main is not None else []), *(found[key] for key in sorted(found))]
    return [_read(file) for file in files]


def _answer(command: Sequence[str]) -> str:
    with contextlib.suppress(OSError, subprocess.TimeoutExpired):
        done = subprocess.run(
            command,
            capture_output=True,
            timeout=_WAIT_S,
            check=False,
            text=True,
            errors="replace",
            env={"LC_ALL": "C", "PATH": os.defpath + ":/usr/sbin:/sbin"},
        )
        if done.returncode == 0:
            return done.stdout
    return ""


def _unit(text: str) -> UnitState | None:
    told = dict(line.partition("=")[::2] for line in text.splitlines() if "=" in line)
    if "LoadState" not in told:
        return None
    return UnitState(
        loaded=told["LoadState"] == "loaded",
        memory_max_bytes=size_bytes(told.get("MemoryMax", "")),
        watchdog=told.get("WatchdogUSec", "0") not in {"", "0", "infinity"},
    )


def _disk(root: Path, device: str) -> DiskKind | None:
    name = device.removeprefix("/dev/")
    if name.startswith("nvme"):
        return "nvme"
    if name.startswith("mmcblk"):
        return "sd" if _read(root / f"sys/block/{name.partition('p')[0]}/device/type").strip() != "MMC" else "emmc"
    return "usb" if name.startswith("sd") else None


def _cma_bytes(text: str) -> int | None:
    for line in text.splitlines():
        name, _, rest = line.partition(":")
        if name == "CmaTotal" and (fields := rest.split()) and fields[0].isdigit():
            return int(fields[0]) * 1024
    return None
