"""Releases for tests: a key of their own, and files that are as small as wanted."""

import hashlib
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from shared.release_file import write_release
from shared.release_manifest import ReleaseFile, sign_manifest

MADE_AT = datetime(2026, 11, 1, 12, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class ReleaseMaker:
    """Signs what it is given."""

    _key: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)

    @property
    def private_pem(self) -> str:
        return self._key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()

    @property
    def public_pem(self) -> str:
        return self._key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()

    def manifest(self, held: Mapping[str, bytes], **changed: Any) -> dict[str, Any]:
        said = {
            "schema": "cctv.release.v1",
            "version": "9.9.9",
            "platform": "any",
            "made_at": MADE_AT.isoformat(),
            "wire_min": 1,
            "wire_max": 1,
            "files": [
                {"name": name, "length_bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
                for name, data in held.items()
            ],
        }
        return {**said, **changed}

    def make(self, folder: Path, held: Mapping[str, bytes], **changed: Any) -> bytes:
        """The bytes of a release; what is `changed` in its manifest is signed too."""
        for name, data in held.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(data)
        raw = json.dumps(self.manifest(held, **changed)).encode()
        out = io.BytesIO()
        entries = tuple(ReleaseFile(name=name, length_bytes=len(data), sha256="0" * 64) for name, data in held.items())
        write_release(out, raw, sign_manifest(raw, self.private_pem), folder, entries)
        return out.getvalue()
