"""Makes the key that signs releases, and of a release's folder one signed file that nodes install."""

import argparse
import hashlib
import json
import os
import re
import shutil
import sys
import tarfile
import tomllib
from collections.abc import Collection
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from scripts.steps import ROOT
from shared.errors import CctvError
from shared.release_file import check_release, open_release, write_release
from shared.release_manifest import WIRE, ReleaseFile, ReleaseManifest, sign_manifest

NODE_LOCKS = ("node.txt", "raspberry-pi.txt")
_OTHERS = 0o077
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")


def make_key(private: Path) -> Path:
    """A new key, which nobody else may read; its public half beside it, for nodes and controllers."""
    key = Ed25519PrivateKey.generate()
    _write_private(private, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    public = private.with_name(private.name + ".pub")
    public.write_bytes(key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    return public


def sign_release(
    folder: Path, out: Path, key_pem: str, version: str, now: datetime, platform: str = "any"
) -> ReleaseManifest:
    """Write `out`: the wheel, pip, the nodes' locks and, where there are some for `platform`, what those locks name."""
    with TemporaryDirectory(dir=out.parent) as name:
        staged = Path(name)
        wheel = next(iter(sorted(folder.glob(f"sht_cctv-{version}-*.whl"))), None)
        if wheel is None:
            raise SystemExit(f"{folder} holds no wheel of {version}: make the release first")
        for file in (wheel, folder / "pip.whl", *(folder / lock for lock in NODE_LOCKS)):
            shutil.copy(file, staged)
        if platform != "any":
            named = {one for lock in NODE_LOCKS for one in _HASH.findall((staged / lock).read_text(encoding="utf-8"))}
            _take_wheels(folder / f"wheels-{platform}.tar", staged / "wheels", named)
        manifest = ReleaseManifest(
            version=version,
            platform=platform,
            made_at=now,
            wire_min=WIRE,
            wire_max=WIRE,
            files=_files(staged),
        )
        raw = json.dumps(manifest.model_dump(mode="json", by_alias=True), indent=1).encode()
        part = out.with_name(out.name + ".part")
        with part.open("w+b") as made:
            write_release(made, raw, sign_manifest(raw, key_pem), staged, manifest.files)
            check_release(made, open_release(made, _public(key_pem)))
        part.replace(out)
    return manifest


def _files(staged: Path) -> tuple[ReleaseFile, ...]:
    found = (file for file in sorted(staged.rglob("*")) if file.is_file())
    return tuple(
        ReleaseFile(
            name=str(file.relative_to(staged)),
            length_bytes=file.stat().st_size,
            sha256=hashlib.sha256(file.read_bytes()).hexdigest(),
        )
        for file in found
    )


def _take_wheels(packed: Path, out: Path, named: Collection[str]) -> None:
    """Those whose hash is named: the controller's lie in the same archive, and a node would fetch them in vain."""
    out.mkdir()
    with tarfile.open(packed) as archive:
        for member in archive:
            if (file := archive.extractfile(member)) is None:
                continue
            if hashlib.sha256(content := file.read()).hexdigest() in named:
                (out / Path(member.name).name).write_bytes(content)


def _public(key_pem: str) -> str:
    key = load_pem_private_key(key_pem.encode(), None).public_key()
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def _write_private(file: Path, content: bytes) -> None:
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        out.write(content)


def _private(file: Path) -> str:
    if file.stat().st_mode & _OTHERS:
        raise SystemExit(f"{file} is open to others: chmod 600")
    return file.read_text(encoding="ascii")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    does = parser.add_subparsers(dest="what", required=True)
    key = does.add_parser("key", help="make a key; keep it where releases are made, and nowhere else")
    key.add_argument("file", type=Path)
    sign = does.add_parser("sign", help="make release/VERSION/sht-cctv-VERSION-PLATFORM.release")
    sign.add_argument("--key", type=Path, required=True)
    sign.add_argument("--folder", type=Path, help="what scripts.release filled; release/VERSION")
    sign.add_argument("--platform", required=True, help="bookworm-arm64 and so on: with its packages of Python")
    given = parser.parse_args()
    if given.what == "key":
        if given.file.resolve().is_relative_to(ROOT):
            raise SystemExit(f"{given.file} lies in this repository: keep the key elsewhere")
        print(f"{given.file}: keep it. Nodes and controllers are given {make_key(given.file)}")
        return
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    folder = given.folder or ROOT / "release" / version
    out = folder / f"sht-cctv-{version}-{given.platform}.release"
    try:
        made = sign_release(folder, out, _private(given.key), version, datetime.now(UTC), given.platform)
    except (CctvError, OSError) as fault:
        sys.exit(f"{fault}")
    print(f"{out}: {len(made.files)} files, {made.length_bytes} bytes")


if __name__ == "__main__":
    main()
