"""The Installer port: a version's own virtual environment, made of the release's files alone, each with its hash."""

import asyncio
import os
import platform
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

from edge_agent.core.system_files import over_memory, read_mounts
from shared.errors import Rejected, Transient
from shared.release_file import Release, unpack_release
from shared.release_manifest import ReleaseManifest

_MACHINES = {"x86_64": "amd64", "aarch64": "arm64"}
_ROOM = 4  # packages as they come, as they are unpacked, and as Python writes them
_ROOM_BYTES = 100_000_000
_PATIENCE_S = 900.0
_PIP = ("--no-input", "--disable-pip-version-check", "install", "--require-hashes", "--no-deps", "--no-index",
        "--only-binary", ":all:", "--no-cache-dir", "--find-links", "wheels")  # fmt: skip


class VenvInstaller:
    """Below `root`; the new version reads `config` as the user whom that belongs to."""

    def __init__(self, root: Path, config: Path, mounts: Path = Path("/proc/mounts")) -> None:
        self._root = root
        self._mounts = mounts
        self._config = config
        self.platform = this_platform()

    async def version(self, slot: str) -> str:
        return (await _run([self._program(slot), "--version"], self._root)).strip() or "unpackaged"

    async def install(self, file: BinaryIO, start: int, manifest: ReleaseManifest, slot: str) -> None:
        place = self._root / slot
        system_packages = self._sees_system_packages()
        await asyncio.to_thread(self._empty, place, manifest)
        await asyncio.to_thread(unpack_release, file, Release(manifest, start), place)
        wheel = next((one for one in manifest.files if one.name.startswith("sht_cctv-")), None)
        if wheel is None:
            raise Rejected("release.files", "holds no wheel of the agent")
        (place / "wheel.txt").write_text(f"./{wheel.name} --hash=sha256:{wheel.sha256}\n", encoding="ascii")
        more = ["--system-site-packages"] if system_packages else []
        await _run([sys.executable, "-m", "venv", "--without-pip", *more, str(place / "venv")], place)
        for lock in ("raspberry-pi.txt" if system_packages else "node.txt", "wheel.txt"):
            await _run([str(place / "venv/bin/python"), "pip.whl/pip", *_PIP, "--requirement", lock], place)
        await asyncio.to_thread(shutil.rmtree, place / "wheels", ignore_errors=True)
        await asyncio.to_thread(os.sync)  # all of it is on the disk before anything points there

    async def prove(self, slot: str, version: str) -> None:
        found = await self.version(slot)
        if found != version:
            raise Rejected("release.version", f"what was installed says that it is {found}, not {version}")
        if self._config.exists():
            line = [self._program(slot), "check", "--settings-only", "--config", str(self._config)]
            await _run(line, self._config.parent, as_owner_of=self._config)

    def _program(self, slot: str) -> str:
        return str(self._root / slot / "venv/bin/cctv-edge")

    def _empty(self, place: Path, manifest: ReleaseManifest) -> None:
        """An empty slot, and room for it. What an earlier update left there goes first."""
        try:
            if over_memory(str(place.resolve()), read_mounts(self._mounts.read_text(encoding="utf-8"))):
                raise Rejected("--root", f"{self._root} lies in memory, over a read-only root: give it a partition")
            if place.exists():
                shutil.rmtree(place)
            place.parent.mkdir(mode=0o755, exist_ok=True)
            free = shutil.disk_usage(place.parent).free
            need = manifest.length_bytes * _ROOM + _ROOM_BYTES
            if free < need:
                raise Rejected("release", f"needs {need // 1_000_000} MB of disk, and {free // 1_000_000} MB are free")
            place.mkdir(mode=0o755)
            (place / "wheels").mkdir(mode=0o755)
        except OSError as fault:
            raise Transient(f"{place}: {fault.strerror}") from fault

    def _sees_system_packages(self) -> bool:
        """As the version that runs: camera modules come from the distribution."""
        try:
            told = (self._root / "current/venv/pyvenv.cfg").read_text(encoding="utf-8")
        except OSError:
            return False
        return "include-system-site-packages = true" in told


def this_platform() -> str:
    """`trixie-arm64` and so on."""
    try:
        name = platform.freedesktop_os_release().get("VERSION_CODENAME", "unknown")
    except OSError:
        name = "unknown"
    return f"{name}-{_MACHINES.get(platform.machine(), platform.machine())}"


async def _run(line: Sequence[str], folder: Path, *, as_owner_of: Path | None = None) -> str:
    """What a program says; `Rejected` with its last line when it fails. It is ended with whoever waits for it."""
    owner = as_owner_of.stat() if as_owner_of is not None and os.geteuid() == 0 else None  # noqa: ASYNC240 - a moment
    name = f"{Path(line[0]).name} {line[1]}"
    try:
        process = await asyncio.create_subprocess_exec(
            *line,
            cwd=folder,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env={"PATH": os.defpath, "PYTHONDONTWRITEBYTECODE": "1", "LC_ALL": "C.UTF-8"},
            user=None if owner is None else owner.st_uid,
            group=None if owner is None else owner.st_gid,
            extra_groups=None if owner is None else [],
        )
    except OSError as fault:
        raise Rejected("release", f"{name}: {fault.strerror}") from None
    try:
        async with asyncio.timeout(_PATIENCE_S):
            out, fault_text = await process.communicate()
    except TimeoutError:
        raise Rejected("release", f"{name} did not end within {_PATIENCE_S:.0f} s") from None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode:
        lines = [text for text in fault_text.decode(errors="replace").splitlines() if text.strip()]
        raise Rejected("release", f"{name}: {lines[-1][:200] if lines else f'ended with {process.returncode}'}")
    return out.decode(errors="replace")
