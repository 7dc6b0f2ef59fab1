"""What the machine tells about its disk and its clock; only looked at, nothing is set."""

import contextlib
import ctypes
import os
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

_STA_UNSYNC = 0x40
_LIFE = {f"0x{step:02x}": step * 10 for step in range(1, 12)}
_SECTOR_BYTES = 512
_TRIAL_S = 60


class _Timex(ctypes.Structure):
    """The head of the kernel's `struct timex`, and room for the rest."""

    _fields_ = (
        ("modes", ctypes.c_uint),
        ("offset", ctypes.c_long),
        ("freq", ctypes.c_long),
        ("maxerror", ctypes.c_long),
        ("esterror", ctypes.c_long),
        ("status", ctypes.c_int),
        ("rest", ctypes.c_char * 512),
    )


def clock_error_ms() -> float | None:
    """How far the kernel thinks its clock may be off; None while nothing disciplines it."""
    state = _Timex()  # modes 0: only read
    if ctypes.CDLL(None, use_errno=True).adjtimex(ctypes.byref(state)) < 0 or state.status & _STA_UNSYNC:
        return None
    return float(state.maxerror) / 1000


def write_fault(folder: Path) -> str:
    """Why nothing can be written there; empty when it can. A folder that is not there yet counts as its parent."""
    place = existing(folder)
    try:
        with tempfile.TemporaryFile(dir=place) as file:
            file.write(b"check")
            file.flush()
            os.fsync(file.fileno())
    except OSError as fault:
        return fault.strerror or str(fault)
    return ""


def sync_times_ms(folder: Path, count: int = 8, size_bytes: int = 256 * 1024) -> list[float]:
    """How long each of some writes, as large as a fragment, takes to be durable; empty where nothing can be written."""
    found: list[float] = []
    data = os.urandom(size_bytes)
    with contextlib.suppress(OSError), tempfile.TemporaryFile(dir=existing(folder)) as file:
        for _ in range(count):
            begun = time.perf_counter()
            file.write(data)
            file.flush()
            os.fdatasync(file.fileno())
            found.append((time.perf_counter() - begun) * 1000)
    return found


def port_fault(host: str, port: int) -> str:
    """Why nobody can listen there now; empty when one can."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as fault:
            return fault.strerror or str(fault)
    return ""


def agent_runs(folder: Path) -> bool:
    """Whether an agent holds this data folder; only looked at: to try its lock could keep one from starting."""
    try:
        inode = (folder / "lock").stat().st_ino
        held = Path("/proc/locks").read_text(encoding="ascii").splitlines()
    except OSError:
        return False
    return any(" FLOCK " in line and f":{inode} " in line for line in held)


def confinement() -> str:
    """What this kernel takes from a camera's process: `all`, `calls` without files, or why nothing."""
    command = [sys.executable, "-m", "edge_agent.adapters.camera_cage"]
    try:
        done = subprocess.run(command, capture_output=True, check=True, timeout=_TRIAL_S, text=True)
    except (OSError, subprocess.SubprocessError) as fault:
        return f"no: {fault}"
    return done.stdout.strip()


def existing(folder: Path) -> Path:
    """The folder, or the nearest one above it that is there."""
    return next((place for place in (folder, *folder.parents) if place.is_dir()), Path("/"))


def free_bytes(folder: Path) -> int:
    """What may still be written under this folder."""
    state = os.statvfs(existing(folder))
    return state.f_bavail * state.f_frsize


class Disk:
    """The disk that a folder is on. `root` is another tree in tests."""

    def __init__(self, folder: Path, root: Path = Path("/")) -> None:
        self._root = root
        place = existing(folder)
        device = place.stat().st_dev
        self._number = f"{os.major(device)}:{os.minor(device)}"
        self.read_only = bool(os.statvfs(place).f_flag & os.ST_RDONLY)
        self.mount = self._mount_point(place)

    def life_used_percent(self) -> int | None:
        """What an eMMC says of its age, in tenths; SD cards and most SSDs tell it to nobody but their own tools."""
        words = self._read("device/life_time").split()
        return max((_LIFE[word.lower()] for word in words if word.lower() in _LIFE), default=None)

    def written_bytes_day(self) -> float | None:
        """How much was written to it a day, on average since the machine's start."""
        fields = self._read("stat").split()
        with contextlib.suppress(ValueError, IndexError, OSError, ZeroDivisionError):
            uptime_s = float((self._root / "proc/uptime").read_text(encoding="ascii").split()[0])
            return int(fields[6]) * _SECTOR_BYTES * 86_400 / uptime_s
        return None

    def _read(self, name: str) -> str:
        """A file of the whole disk's in /sys: of the partition, or of what it is a part of."""
        place = self._root / "sys/dev/block" / self._number
        for folder in (place.resolve(), place.resolve().parent):
            with contextlib.suppress(OSError):
                if (folder / "stat").exists() and (folder / name).is_file():
                    return (folder / name).read_text(encoding="ascii", errors="replace")
        return ""

    @staticmethod
    def _mount_point(place: Path) -> str:
        place = place.resolve()
        return str(next((above for above in (place, *place.parents) if above.is_mount()), place))
