"""The node's own key: made here, never sent; requests for certificates that it signs, and what its certificate says."""

import os
import stat
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import NameOID

from edge_agent.adapters.sealed_key import is_sealed, seal, tpm_fault, unseal
from shared.errors import Rejected
from shared.ledger_signature import fingerprint


def ensure_node_key(file: Path) -> str:
    """The key in `file`, made at first use, for its owner alone; `Rejected` when it cannot be or is none of ours.

    Where this machine has a TPM that seals it, the disk never sees the key; where it has one that does not, `Broken`.
    """
    if file.exists():
        return _read(file)
    key = Ed25519PrivateKey.generate()
    made = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    kept = made if tpm_fault() else seal(made)  # it may take seconds: who stops it here leaves no half of a file
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return _read(file)
    except OSError as fault:
        raise Rejected("--config", f"{file}: {fault.strerror}") from None
    with os.fdopen(descriptor, "w", encoding="ascii") as opened:
        opened.write(kept)
        opened.flush()
        os.fsync(opened.fileno())
    return made


def key_fingerprint(key_pem: str) -> str:
    """Of its public half, as the controller tells it."""
    public = _loaded(key_pem).public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return fingerprint(public.decode())


def request_certificate(key_pem: str, name: str) -> str:
    """A request that the key signs, PEM; the controller gives the name that it let in."""
    key = _loaded(key_pem)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    made = x509.CertificateSigningRequestBuilder().subject_name(subject).sign(key, None)
    return made.public_bytes(Encoding.PEM).decode()


def certificate_end(certificate_pem: str, key_pem: str) -> datetime | None:
    """Until when it is good; None for what is no certificate of this key."""
    try:
        found = x509.load_pem_x509_certificate(certificate_pem.encode())
    except ValueError:
        return None
    own = _loaded(key_pem).public_key()
    return found.not_valid_after_utc if found.public_key() == own else None


def _read(file: Path) -> str:
    try:
        text = file.read_text(encoding="ascii")
        mode = file.stat().st_mode
    except (OSError, UnicodeDecodeError) as fault:
        raise Rejected("key", f"{file} cannot be read: {fault}") from None
    if stat.S_IMODE(mode) & 0o077:
        raise Rejected("key", f"{file} can be read by others: chmod 600 it, or remove it to have a new one made")
    try:
        text = unseal(text) if is_sealed(text) else text
        _loaded(text)
    except Rejected as fault:
        if is_sealed(text):
            raise Rejected("key", f"{file} {fault.fault}") from None
        raise Rejected("key", f"{file} is no key of ours: remove it to have a new one made") from None
    return text


def _loaded(key_pem: str) -> Ed25519PrivateKey:
    try:
        key = load_pem_private_key(key_pem.encode(), None)
    except (ValueError, TypeError):
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        raise Rejected("key_pem or key_file", "is not an Ed25519 private key in PEM")
    return key
