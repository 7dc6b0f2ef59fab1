"""A real virtual environment from a real wheel, without a network: whole, proven, or refused with what was said."""

import asyncio
import hashlib
import io
import sys
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from edge_agent.adapters.venv_installer import VenvInstaller
from scripts.setup import pip_wheel
from shared.errors import Rejected
from shared.release_file import open_release
from shared.release_manifest import ReleaseManifest
from tests.fakes.releases import ReleaseMaker

MAKER = ReleaseMaker()
PROGRAM = """
import sys
if "--version" in sys.argv:
    print("{version}")
elif "bad" in open(sys.argv[sys.argv.index("--config") + 1]).read():
    sys.exit("cameras: is missing")
"""


def wheel(version: str, program: str = PROGRAM) -> bytes:
    """An agent that says which version it is, and refuses settings with the word bad."""
    info = f"sht_cctv-{version}.dist-info"
    held = {
        "standin.py": "def main():" + program.format(version=version).replace("\n", "\n    "),
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: sht-cctv\nVersion: {version}\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/entry_points.txt": "[console_scripts]\ncctv-edge = standin:main\n",
    }
    held[f"{info}/RECORD"] = "".join(f"{name},,\n" for name in [*held, f"{info}/RECORD"])
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, text in held.items():
            archive.writestr(name, text)
    return out.getvalue()


def release(folder: Path, version: str, **changed: bytes) -> tuple[io.BytesIO, int, ReleaseManifest]:
    files: Mapping[str, bytes] = {
        f"sht_cctv-{version}-py3-none-any.whl": wheel(version),
        "pip.whl": pip_wheel().read_bytes(),
        "node.txt": b"",
        **changed,
    }
    file = io.BytesIO(MAKER.make(folder, files, version=version))
    found = open_release(file, MAKER.public_pem)
    return file, found.start, found.manifest


@pytest.fixture
def installer(tmp_path: Path) -> VenvInstaller:
    (tmp_path / "root").mkdir()
    (config := tmp_path / "node.toml").write_text("good")
    return VenvInstaller(tmp_path / "root", config)


async def test_a_release_becomes_an_environment_that_is_proven(installer: VenvInstaller, tmp_path: Path) -> None:
    for version in ("2.0", "3.0"):  # the second replaces what the first left in the slot
        await installer.install(*release(tmp_path, version), "slots/a")
        await installer.prove("slots/a", version)
    with pytest.raises(Rejected, match=r"says that it is 3\.0, not 4\.0"):
        await installer.prove("slots/a", "4.0")
    (tmp_path / "node.toml").write_text("bad")
    with pytest.raises(Rejected, match="cameras: is missing"):
        await installer.prove("slots/a", "3.0")
    config = (tmp_path / "root/slots/a/venv/pyvenv.cfg").read_text()
    assert "include-system-site-packages = false" in config


async def test_what_a_lock_names_is_in_the_release_or_it_is_refused(installer: VenvInstaller, tmp_path: Path) -> None:
    lock = f"missing==1.0 --hash=sha256:{hashlib.sha256(b'').hexdigest()}\n".encode()
    with pytest.raises(Rejected, match="No matching distribution found for missing"):
        await installer.install(*release(tmp_path, "2.0", **{"node.txt": lock}), "slots/a")


async def test_a_release_without_room_leaves_the_disk_as_it_was(installer: VenvInstaller, tmp_path: Path) -> None:
    file, start, manifest = release(tmp_path, "2.0")
    huge = manifest.files[0].model_copy(update={"length_bytes": 2**60})
    with pytest.raises(Rejected, match="MB are free"):
        await installer.install(file, start, manifest.model_copy(update={"files": (huge,)}), "slots/a")
    assert not (tmp_path / "root/slots/a").exists()


async def test_what_the_next_start_would_forget_is_not_installed(tmp_path: Path) -> None:
    (tmp_path / "root").mkdir()
    (tmp_path / "node.toml").touch()
    layer = "overlay / overlay rw,lowerdir=/media/root-ro,upperdir=/media/root-rw/overlay 0 0\n"
    (mounts := tmp_path / "mounts").write_text(f"{layer}tmpfs-root /media/root-rw tmpfs rw 0 0\n")
    forgetful = VenvInstaller(tmp_path / "root", tmp_path / "node.toml", mounts)
    with pytest.raises(Rejected, match="lies in memory, over a read-only root"):
        await forgetful.install(*release(tmp_path, "2.0"), "slots/a")
    mounts.write_text(f"{mounts.read_text()}/dev/sda3 {tmp_path} ext4 rw 0 0\n")
    await forgetful.install(*release(tmp_path, "3.0"), "slots/a")


async def test_whoever_stops_waiting_ends_the_program_too(installer: VenvInstaller, tmp_path: Path) -> None:
    await installer.install(*release(tmp_path, "2.0"), "slots/a")
    program = tmp_path / "root/slots/a/venv/bin/cctv-edge"
    mark = tmp_path / "process"
    program.write_text(
        f"#!{sys.executable}\nimport os, time\nopen({str(mark)!r}, 'w').write(str(os.getpid()))\ntime.sleep(60)\n"
    )
    asked = asyncio.create_task(installer.version("slots/a"))
    while not mark.exists() or not mark.read_text():
        await asyncio.sleep(0.01)
    asked.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asked
    assert not Path(f"/proc/{mark.read_text()}").exists()
