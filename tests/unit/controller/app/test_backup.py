"""Every reason not to believe a backup, one at a time: all else of it is right, and whole under its seal."""

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from controller.adapters.audit_key import AuditKey, open_audit_key
from controller.adapters.backup_parts import end_parts, write_part
from controller.adapters.sealed_stream import SealedWriter, by_private_key, for_recipient, make_pair
from controller.app.backup import check_backup
from controller.core.backup import Manifest, Part, TableSum, manifest_bytes
from shared.errors import Rejected

PUBLIC = "secrets/audit-key.pub.pem"
PRIVATE_PEM, PUBLIC_PEM = make_pair()


@dataclass
class Site:
    """What one backup holds and says."""

    key: AuditKey
    manifest: Manifest
    parts: dict[str, bytes] = field(default_factory=dict)

    def write(self, file: Path, signature: bytes | None = None) -> Path:
        """The backup; signed by `key` unless another signature is given."""
        with file.open("wb") as opened:
            out = SealedWriter(opened, for_recipient(PUBLIC_PEM, "key"), {})
            for name, data in self.parts.items():
                write_part(out, name, [data])
            data = manifest_bytes(self.manifest)
            write_part(out, "manifest.json", [data])
            right = self.key.backup(hashlib.sha256(data).digest())
            write_part(out, "manifest.sig", [base64.b64encode(right if signature is None else signature)])
            end_parts(out)
        return file


def told(parts: Mapping[str, bytes]) -> dict[str, Part]:
    return {name: Part(len(data), hashlib.sha256(data).hexdigest(), 0o600) for name, data in parts.items()}


def key_of(folder: Path) -> AuditKey:
    folder.mkdir(exist_ok=True)
    return open_audit_key(folder / "audit-key.pem", "site")


@pytest.fixture
def site(tmp_path: Path) -> Site:
    key = key_of(tmp_path / "site")
    parts = {"cctv.toml": b"x = 1", PUBLIC: key.public_pem().encode(), "tables/run": b"head\none\ntwo\n"}
    manifest = Manifest(
        id="1", site="site", made_at="2026-03-04T05:06:07+00:00", version="1", revision="1", parts=told(parts),
        tables={"run": TableSum(2, "0")}, audit_seq=0, audit_chain="", ledgers={}, outside=(),
        public_key_pem=key.public_pem(),
    )  # fmt: skip
    return Site(key, manifest, parts)


def refused(file: Path, why: str) -> None:
    with pytest.raises(Rejected) as fault:
        check_backup(file, by_private_key(PRIVATE_PEM, "key"), lambda *_: None)
    assert why in str(fault.value)


def test_one_that_is_right_is_believed(site: Site, tmp_path: Path) -> None:
    found = check_backup(site.write(tmp_path / "x"), by_private_key(PRIVATE_PEM, "key"), lambda *_: None)
    assert found == site.manifest


def test_a_manifest_that_nobody_signed_is_not(site: Site, tmp_path: Path) -> None:
    for signature in (b"", bytes(64), site.key.backup(bytes(32)), site.key.manifest(bytes(32))):
        refused(site.write(tmp_path / "x", signature), "is not signed by the site that it names")


def test_a_manifest_that_another_key_signed_is_not(site: Site, tmp_path: Path) -> None:
    site.key = key_of(tmp_path / "other")
    refused(site.write(tmp_path / "x"), "is not signed by the site that it names")


def test_a_manifest_that_names_another_key_than_the_site_s_is_not(site: Site, tmp_path: Path) -> None:
    site.key = key_of(tmp_path / "other")
    site.manifest = replace(site.manifest, public_key_pem=site.key.public_pem())
    refused(site.write(tmp_path / "x"), "is signed by another key than the site's own")
    del site.parts[PUBLIC]
    site.manifest = replace(site.manifest, parts=told(site.parts))
    refused(site.write(tmp_path / "y"), "is signed by another key than the site's own")


@pytest.mark.parametrize("name", ["cctv.toml", "tables/run", "audit-heads.jsonl"])
def test_a_part_that_is_another_is_not(site: Site, tmp_path: Path, name: str) -> None:
    site.parts[name] = b"head\none\ntwO\n"
    refused(site.write(tmp_path / "x"), f"{name} is not what the manifest says")


def test_a_part_that_is_missing_is_not(site: Site, tmp_path: Path) -> None:
    site.parts["models/a"] = b"m"
    site.manifest = replace(site.manifest, parts=told(site.parts))
    del site.parts["models/a"]
    refused(site.write(tmp_path / "x"), "models/a is not what the manifest says")


@pytest.mark.parametrize("rows", [1, 3])
def test_a_table_of_other_rows_than_are_told_is_not(site: Site, tmp_path: Path, rows: int) -> None:
    site.manifest = replace(site.manifest, tables={"run": TableSum(rows, "0")})
    refused(site.write(tmp_path / "x"), "holds other rows than its manifest says")


def test_a_table_that_is_told_and_not_there_is_not(site: Site, tmp_path: Path) -> None:
    site.manifest = replace(site.manifest, tables={"run": TableSum(2, "0"), "alarm": TableSum(0, "0")})
    refused(site.write(tmp_path / "x"), "holds other rows than its manifest says")
