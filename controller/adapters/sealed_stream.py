"""A file that only who has its passphrase or its private key can read: AES-256-GCM in frames, in order, to the last."""

import base64
import hashlib
import json
import os
import struct
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from shared.errors import Rejected

FRAME_BYTES = 262_144
_MAGIC = b"CCTVBAK1"
_TAG_BYTES = 16
_HEADER_MAX = 65_536
_KEY_BYTES = 32
_SCRYPT_N = 1 << 16  # 64 MiB and some tenths of a second: who guesses pays that for every guess
_SCRYPT_MAX = 1 << 20
_LEAST_CHARACTERS = 12
Lock = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Sealer:
    """Makes a file's key, and what of it stands at the begin of the file."""

    lock: Callable[[bytes], Lock]


@dataclass(frozen=True, slots=True)
class Opener:
    """Finds a file's key by what stands at its begin."""

    key: Callable[[Lock], bytes]


def by_passphrase(text: str) -> tuple[Sealer, Opener]:
    """Both ends of the same passphrase."""
    if len(text) < _LEAST_CHARACTERS:
        raise Rejected("--passphrase-file", f"holds fewer than {_LEAST_CHARACTERS} characters")

    def derive(salt: bytes, n: int) -> AESGCM:
        return AESGCM(Scrypt(salt=salt, length=_KEY_BYTES, n=n, r=8, p=1).derive(text.encode()))

    def lock(key: bytes) -> Lock:
        salt = os.urandom(16)
        return {"kind": "passphrase", "n": _SCRYPT_N, "salt": _b64(salt), "key": _wrap(derive(salt, _SCRYPT_N), key)}

    def unlock(found: Lock) -> bytes:
        if found["kind"] != "passphrase":
            raise Rejected("backup", "is sealed for a private key: give it with --key-file")
        n = found["n"]
        if not isinstance(n, int) or not 1 < n <= _SCRYPT_MAX or n & (n - 1):
            raise ValueError(n)
        return _unwrap(derive(_raw(found["salt"]), n), found["key"], "--passphrase-file")

    return Sealer(lock), Opener(unlock)


def for_recipient(pem: bytes, name: str) -> Sealer:
    """Whoever has the public key can seal, and not read."""
    try:
        recipient = load_pem_public_key(pem)
    except ValueError:
        recipient = None
    if not isinstance(recipient, X25519PublicKey):
        raise Rejected(name, "holds no X25519 public key: `cctv backup key` makes a pair")

    def lock(key: bytes) -> Lock:
        once = X25519PrivateKey.generate()
        shared = _agreed(once, recipient, once.public_key())
        return {"kind": "recipient", "once": _b64(once.public_key().public_bytes_raw()), "key": _wrap(shared, key)}

    return Sealer(lock)


def by_private_key(pem: bytes, name: str) -> Opener:
    """The other end of `for_recipient`."""
    try:
        private = load_pem_private_key(pem, None)
    except (ValueError, TypeError):
        private = None
    if not isinstance(private, X25519PrivateKey):
        raise Rejected(name, "holds no X25519 private key: `cctv backup key` makes a pair")

    def unlock(found: Lock) -> bytes:
        if found["kind"] != "recipient":
            raise Rejected("backup", "is sealed by a passphrase: give it with --passphrase-file")
        once = X25519PublicKey.from_public_bytes(_raw(found["once"]))
        return _unwrap(_agreed(private, once, once), found["key"], name)

    return Opener(unlock)


def remembered(sealer: Sealer) -> tuple[Sealer, Opener]:
    """The same seal, and what opens this one file while whoever sealed it still runs: to try it without its key."""
    keys: dict[str, bytes] = {}

    def lock(key: bytes) -> Lock:
        made = sealer.lock(key)
        keys[json.dumps(made, sort_keys=True)] = key
        return made

    def unlock(found: Lock) -> bytes:
        return keys[json.dumps(found, sort_keys=True)]

    return Sealer(lock), Opener(unlock)


def make_pair() -> tuple[bytes, bytes]:
    """A private and a public key, PEM."""
    key = X25519PrivateKey.generate()
    return (
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
        key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
    )


def _agreed(private: X25519PrivateKey, public: X25519PublicKey, once: X25519PublicKey) -> AESGCM:
    told = private.public_key().public_bytes_raw() if once is public else public.public_bytes_raw()
    info = b"cctv backup" + once.public_bytes_raw() + told
    return AESGCM(HKDF(SHA256(), length=_KEY_BYTES, salt=None, info=info).derive(private.exchange(public)))


def _wrap(cipher: AESGCM, key: bytes) -> str:
    nonce = os.urandom(12)
    return _b64(nonce + cipher.encrypt(nonce, key, _MAGIC))


def _unwrap(cipher: AESGCM, wrapped: str, field: str) -> bytes:
    raw = _raw(wrapped)
    try:
        return cipher.decrypt(raw[:12], raw[12:], _MAGIC)
    except InvalidTag:
        raise Rejected(field, "does not open this backup: it is another's, or the file's begin was changed") from None


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _raw(text: str) -> bytes:
    return base64.b64decode(text, validate=True)


def _nonce(number: int, *, last: bool) -> bytes:
    return struct.pack(">QI", number, 1 if last else 0)  # the key is this file's alone


class SealedWriter:
    """Writes a sealed file; `end` writes its last frame, without which it does not read."""

    def __init__(self, file: BinaryIO, sealer: Sealer, told: dict[str, Any]) -> None:
        key = AESGCM.generate_key(256)
        header = json.dumps({**told, "lock": sealer.lock(key)}, sort_keys=True).encode()
        self._file, self._cipher, self._bound = file, AESGCM(key), hashlib.sha256(header).digest()
        self._number, self._left = 0, bytearray()
        file.write(_MAGIC + struct.pack(">I", len(header)) + header)

    def write(self, data: bytes) -> None:
        self._left += data
        while len(self._left) > FRAME_BYTES:
            self._frame(bytes(self._left[:FRAME_BYTES]), last=False)
            del self._left[:FRAME_BYTES]

    def end(self) -> None:
        self._frame(bytes(self._left), last=True)

    def _frame(self, data: bytes, *, last: bool) -> None:
        self._file.write(self._cipher.encrypt(_nonce(self._number, last=last), data, self._bound))
        self._number += 1


def read_header(file: BinaryIO) -> tuple[dict[str, Any], bytes]:
    """What a file says of itself to who cannot open it, and the bytes that said so."""
    begin = file.read(len(_MAGIC) + 4)
    if len(begin) < len(_MAGIC) + 4 or begin[: len(_MAGIC)] != _MAGIC:
        raise Rejected("backup", "is no backup of ours, or of a form that this version does not read")
    length = struct.unpack(">I", begin[len(_MAGIC) :])[0]
    raw = file.read(length) if length <= _HEADER_MAX else b""
    try:
        told = json.loads(raw)
        whole = len(raw) == length and isinstance(told["lock"]["kind"], str)
    except (ValueError, TypeError, KeyError):
        whole = False
    if not whole:
        raise Rejected("backup", "is damaged at its begin")
    return told, raw


class SealedReader:
    """Reads what `SealedWriter` wrote; `Rejected` at the first byte that was changed, cut off or put in."""

    def __init__(self, file: BinaryIO, opener: Opener) -> None:
        self.told, raw = read_header(file)
        try:
            self._cipher = AESGCM(opener.key(self.told["lock"]))
        except (ValueError, TypeError, KeyError):
            raise Rejected("backup", "is damaged at its begin") from None
        self._file, self._bound = file, hashlib.sha256(raw).digest()
        self._number, self._left, self._ended = 0, b"", False
        self._ahead = file.read(FRAME_BYTES + _TAG_BYTES)

    def read(self, length: int) -> bytes:
        """Exactly so many bytes; `Rejected` where the file has fewer."""
        parts = [self._left]
        have = len(self._left)
        while have < length:
            if self._ended:
                raise Rejected("backup", "ends before it should")
            parts.append(self._frame())
            have += len(parts[-1])
        data = b"".join(parts)
        self._left = data[length:]
        return data[:length]

    def at_end(self) -> bool:
        """Whether nothing is left."""
        return self._ended and not self._left

    def _frame(self) -> bytes:
        sealed, self._ahead = self._ahead, self._file.read(FRAME_BYTES + _TAG_BYTES)
        self._ended = not self._ahead
        try:
            data = self._cipher.decrypt(_nonce(self._number, last=self._ended), sealed, self._bound)
        except (InvalidTag, ValueError):
            raise Rejected("backup", "is damaged or cut: nothing of it was used") from None
        self._number += 1
        return data


def read_told(path: Path) -> dict[str, Any]:
    """What a backup says of itself without being opened; nothing vouches for it."""
    with path.open("rb") as file:
        return {name: value for name, value in read_header(file)[0].items() if name != "lock"}
