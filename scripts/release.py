"""Makes the folder that machines are installed from: wheel, locks, pip, hashes; packages too for those offline."""

import argparse
import hashlib
import shutil
import subprocess
import sys
import tarfile
import tomllib
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from scripts.setup import pip_wheel
from scripts.steps import ROOT

REQUIREMENTS = ROOT / "requirements"
LOCKS = ("runtime.txt", "node.txt", "raspberry-pi.txt", "gpu.txt")
PYTHONS = {"bookworm": "311", "trixie": "313", "noble": "312"}
MACHINES = {"amd64": "x86_64", "arm64": "aarch64"}


def sha256(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def build_wheel(root: Path, out: Path) -> Path:
    """The wheel of the tree at `root`."""
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(out)]
    subprocess.run(command, check=True, cwd=root, stdout=subprocess.DEVNULL)
    return next(out.glob("sht_cctv-*.whl"))


def pack_wheels(platform: str, out: Path, locks: Sequence[str]) -> None:
    """Download what the locks name for `platform` (bookworm-amd64), checked by hash, into one archive."""
    distribution, machine = platform.split("-")
    with TemporaryDirectory() as folder:
        kinds = [f"--platform=manylinux_2_{least}_{MACHINES[machine]}" for least in (17, 27, 28, 31, 34)]
        for lock in locks:
            command = [
                sys.executable,
                str(pip_wheel() / "pip"),
                "download",
                "--quiet",
                "--no-deps",
                "--only-binary=:all:",
            ]
            command += [*kinds, f"--python-version={PYTHONS[distribution]}", "--require-hashes", "--dest", folder]
            subprocess.run([*command, "--requirement", str(REQUIREMENTS / lock)], check=True)
        with tarfile.open(out / f"wheels-{platform}.tar", "w") as archive:
            archive.add(folder, "wheels")


def write_sums(out: Path) -> None:
    """SHA256SUMS of everything in the folder, as sha256sum reads it."""
    files = sorted(file for file in out.iterdir() if file.is_file() and file.name != "SHA256SUMS")
    lines = [f"{sha256(file)}  {file.name}\n" for file in files]
    (out / "SHA256SUMS").write_text("".join(lines), encoding="utf-8")


def make_release(root: Path, out: Path, platforms: Sequence[str] = (), *, gpu: bool = False) -> Path:
    """Fill `out`; the wheel in it."""
    out.mkdir(parents=True, exist_ok=True)
    for stale in out.glob("*.whl"):
        stale.unlink()
    wheel = build_wheel(root, out)
    shutil.copy(pip_wheel(), out / "pip.whl")
    for lock in LOCKS:
        shutil.copy(REQUIREMENTS / lock, out / lock)
    for platform in platforms:
        pack_wheels(platform, out, LOCKS if gpu else LOCKS[:3])
    write_sums(out)
    return wheel


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    choices = [f"{name}-{machine}" for name in PYTHONS for machine in MACHINES]
    parser.add_argument("--offline", nargs="*", default=[], choices=choices, help="also packages of Python, for these")
    parser.add_argument("--out", type=Path, help="the folder; release/VERSION")
    parser.add_argument("--gpu", action="store_true", help="with those for a CUDA card, 300 MB")
    given = parser.parse_args()
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    out = given.out or ROOT / "release" / version
    wheel = make_release(ROOT, out, given.offline, gpu=given.gpu)
    print(f"{wheel}\ncctv_version: {version}\ncctv_wheel_sha256: {sha256(wheel)}")


if __name__ == "__main__":
    main()
