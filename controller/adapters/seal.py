"""Seals what the database must keep and must not show: AES-256-GCM under a key that lies outside it."""

import base64
import json
import os
from collections.abc import Mapping

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from shared.errors import Rejected
from shared.texts import say

_NONCE_BYTES = 12
_FORM = "v1."


def derived(key: str, use: bytes) -> bytes:
    """A key for one use alone: what is made by it fits, and tells, nothing of another."""
    return HKDF(SHA256(), length=32, salt=None, info=b"cctv " + use).derive(key.encode())


class Seal:
    """Seals small documents; each is bound to its name, so that none can take another's place."""

    def __init__(self, key: str, use: bytes = b"destinations") -> None:
        self._cipher = AESGCM(derived(key, use))

    def close(self, name: str, document: Mapping[str, str]) -> str:
        """The sealed form of `document`."""
        nonce = os.urandom(_NONCE_BYTES)
        closed = self._cipher.encrypt(nonce, json.dumps(dict(document)).encode(), name.encode())
        return _FORM + base64.b64encode(nonce + closed).decode()

    def open(self, name: str, sealed: str) -> dict[str, str]:
        """What was sealed under `name`; `Rejected` when the key is another, or it was changed."""
        try:
            raw = base64.b64decode(sealed.removeprefix(_FORM), validate=True)
            opened = self._cipher.decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], name.encode())
        except (InvalidTag, ValueError):
            raise Rejected(name, say("send_unsealed")) from None
        document: dict[str, str] = json.loads(opened)
        return document
