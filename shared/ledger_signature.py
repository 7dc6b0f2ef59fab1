"""A node's signature under a ledger entry: what is signed, by whom, and whether it fits."""

import base64
import binascii
import hashlib

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from shared.errors import Rejected

_WHAT = b"cctv.ledger.entry.v1\0"
"""Before what is signed, so that no signature of the same key for another end fits here."""


class EntrySigner:
    """Signs the entries of one node with its own key."""

    def __init__(self, private_key_pem: str) -> None:
        """`Rejected` when the text is no Ed25519 key in PEM."""
        try:
            key = load_pem_private_key(private_key_pem.encode(), None)
        except (ValueError, TypeError):
            key = None
        if not isinstance(key, Ed25519PrivateKey):
            raise Rejected("key_pem or key_file", "is not an Ed25519 private key in PEM")
        self._key = key

    def sign(self, entry: str) -> str:
        """The signature under an entry's hash (hex), base64."""
        return base64.b64encode(self._key.sign(_signed(entry))).decode()


def fits(signature: str, entry: str, public_key_pem: str) -> bool:
    """Whether the key signed that entry's hash."""
    try:
        key = load_pem_public_key(public_key_pem.encode())
        if not isinstance(key, Ed25519PublicKey):
            return False
        key.verify(base64.b64decode(signature, validate=True), _signed(entry))
    except (InvalidSignature, ValueError, binascii.Error):
        return False
    return True


def fingerprint(public_key_pem: str) -> str:
    """SHA-256 of the key's SubjectPublicKeyInfo, hex; `Rejected` when it is no key."""
    try:
        key = load_pem_public_key(public_key_pem.encode())
    except ValueError:
        raise Rejected("public_key", "is not a public key in PEM") from None
    return hashlib.sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).hexdigest()


def _signed(entry: str) -> bytes:
    return _WHAT + bytes.fromhex(entry)
