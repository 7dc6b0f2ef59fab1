"""A small ext4 on a loop device, whose power can be cut: what was not durable is gone."""

import fcntl
import os
import shutil
import struct
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

_SHUTDOWN = 0x8004587D  # FS_IOC_SHUTDOWN
_NO_LOG_FLUSH = struct.pack("I", 2)


class LoopDisk:
    """Mounted at `place` unless the power is off."""

    def __init__(self, image: Path, place: Path) -> None:
        self.image = image
        self.place = place

    def cut_power(self) -> None:
        """From now on every write fails, and nothing that is only in memory reaches the disk."""
        folder = os.open(self.place, os.O_RDONLY)
        try:
            fcntl.ioctl(folder, _SHUTDOWN, _NO_LOG_FLUSH)
        finally:
            os.close(folder)

    def restart(self) -> None:
        """Mount what is on the disk; nobody may have a file open."""
        self.unmount()
        self.mount()

    def mount(self) -> None:
        _run("mount", "-o", "loop,noatime", str(self.image), str(self.place))

    def unmount(self) -> None:
        _run("umount", str(self.place))

    def remount(self, mode: str) -> None:
        """`ro` or `rw`."""
        _run("mount", "-o", f"remount,{mode}", str(self.place))


@contextmanager
def loop_disk(folder: Path, length_bytes: int) -> Iterator[LoopDisk]:
    """Make and mount a disk; skips the test where that cannot be done."""
    if os.geteuid() != 0:
        pytest.skip("a loop device needs root")
    for program in ("mkfs.ext4", "mount", "umount"):
        if shutil.which(program) is None:
            pytest.skip(f"{program} is not installed")
    image, place = folder / "disk.img", folder / "disk"
    place.mkdir()
    with image.open("wb") as file:
        file.truncate(length_bytes)
    _run("mkfs.ext4", "-q", "-m", "0", str(image))
    disk = LoopDisk(image, place)
    try:
        disk.mount()
    except subprocess.CalledProcessError as fault:
        pytest.skip(f"no loop device can be mounted here: {fault.stderr.decode(errors='replace').strip()}")
    try:
        yield disk
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=False, capture_output=True)


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True)
