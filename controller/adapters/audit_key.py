"""The key that signs the audit's daily heads, and the file beside the database that keeps them once more."""

import base64
import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from controller.adapters.node_keys import make_node_keys
from controller.adapters.secret_files import write_secret
from controller.core.audit import Head, head_bytes
from shared.errors import Rejected, Transient

_MANIFEST = b"cctv.evidence.manifest.v1\0"
"""Before what is signed, so that it is no head of the audit."""
_BACKUP = b"cctv.backup.manifest.v1\0"


@dataclass(frozen=True, slots=True)
class AuditKey:
    """Signs heads of one site."""

    site: str
    _key: Ed25519PrivateKey

    def head(self, day: date, seq: int, chain: str) -> Head:
        signed = self._key.sign(head_bytes(self.site, day, seq, chain))
        return Head(day, seq, chain, base64.b64encode(signed).decode())

    def manifest(self, digest: bytes) -> bytes:
        """The signature under the SHA-256 of an evidence bundle's manifest."""
        return self._key.sign(_MANIFEST + digest)

    def backup(self, digest: bytes) -> bytes:
        """The signature under the SHA-256 of a backup's manifest."""
        return self._key.sign(_BACKUP + digest)

    def public_pem(self) -> str:
        return self._key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def open_audit_key(file: Path, site: str) -> AuditKey:
    """The site's key, made at first use; only its owner may read it. `Rejected` when the file holds no such key."""
    if not file.exists():
        write_secret(file, make_node_keys()[0].strip())
        write_secret(file.with_suffix(".pub.pem"), AuditKey(site, _private(file)).public_pem().strip())
    return AuditKey(site, _private(file))


def read_audit_key(file: Path, site: str) -> AuditKey:
    """The site's key as it is; `Transient` where it was not made yet: a second one would be nobody's."""
    if not file.exists():
        raise Transient(f"{file.name} is not there: the role sweep makes it")
    return AuditKey(site, _private(file))


def _private(file: Path) -> Ed25519PrivateKey:
    try:
        key = load_pem_private_key(file.read_bytes(), None)
    except (ValueError, TypeError):
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        raise Rejected(str(file), "holds no Ed25519 key in PEM: put the right file back from a backup")
    return key


def signed_by(public_pem: str, site: str, head: Head) -> bool:
    """Whether the key signed that head of that site."""
    try:
        key = load_pem_public_key(public_pem.encode())
        if not isinstance(key, Ed25519PublicKey):
            return False
        key.verify(base64.b64decode(head.signature, validate=True), head_bytes(site, head.day, head.seq, head.chain))
    except (InvalidSignature, ValueError):
        return False
    return True


def signed_backup(public_pem: str, digest: bytes, signature: bytes) -> bool:
    """Whether the key signed the backup whose manifest has this SHA-256."""
    try:
        key = load_pem_public_key(public_pem.encode())
        if not isinstance(key, Ed25519PublicKey):
            return False
        key.verify(signature, _BACKUP + digest)
    except (InvalidSignature, ValueError):
        return False
    return True


def keep_heads(file: Path, heads: Sequence[Head]) -> None:
    """Keep heads outside the database too, of the days that the file lacks: who copies it away can prove by it.

    One line of JSON each. A last line without its end, cut by a power failure or a full disk, makes room.
    """
    days = {head.day for head in read_heads(file)} if file.exists() else set()
    new = [head for head in heads if head.day not in days]
    if not new:
        return
    with file.open("a+b") as opened:
        opened.seek(0)
        opened.truncate(opened.read().rfind(b"\n") + 1)
        opened.writelines(json.dumps({**asdict(head), "day": head.day.isoformat()}).encode() + b"\n" for head in new)
        opened.flush()
        os.fsync(opened.fileno())


def read_heads(file: Path) -> Sequence[Head]:
    """The heads of a file that `keep_heads` wrote, or of a copy; `Rejected` names the line that is none.

    A last line without its end was cut by a power failure, and is left out.
    """
    try:
        lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
    except (OSError, UnicodeDecodeError) as fault:
        raise Rejected(str(file), f"cannot be read: {fault}") from None
    return [_head(file, number, line) for number, line in enumerate(lines, 1) if line.endswith("\n")]


def _head(file: Path, number: int, line: str) -> Head:
    try:
        told = json.loads(line)
        return Head(date.fromisoformat(told["day"]), int(told["seq"]), str(told["chain"]), str(told["signature"]))
    except (ValueError, TypeError, KeyError):
        raise Rejected(f"{file}, line {number}", "is not a head of the audit") from None
