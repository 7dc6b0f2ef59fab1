"""Checks an evidence bundle, alone and offline: Python 3.9 or newer and nothing else.

    python3 verify.py FOLDER|ZIP --key FINGERPRINT [--ca FINGERPRINT] [--language ko] [--json]

Ends with 0: all of it is as it was signed; 1: something is not, and each place is named; 2: it cannot be checked.
Take this file from somebody you trust: a copy that lies inside a bundle says what whoever made the bundle wants.
"""

from __future__ import annotations

import argparse
import base64
import contextlib
import errno
import hashlib
import io
import json
import os
import re
import stat
import sys
import zipfile
import zlib
from collections import Counter
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any, Callable, Iterator

SCHEMA = "cctv-evidence-bundle/1"
MANIFEST, SIGNATURE, SUMS, KEYS, CUSTODY = "manifest.json", "manifest.sig", "SHA256SUMS", "keys.json", "custody.jsonl"
SIGNED_MANIFEST, SIGNED_ENTRY = b"cctv.evidence.manifest.v1\0", b"cctv.ledger.entry.v1\0"
BLOCK, DOCUMENT_MOST, LINES_MOST, LINE_MOST, FAULTS_MOST = 4_194_304, 33_554_432, 67_108_864, 1_048_576, 1_000
INDEX_MOST = 4_194_304
PACKED_MOST = 100  # times smaller than it is: what bundles hold is packed tenfold at most
MINUTE = 60_000
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,199}")
HEX = re.compile(r"[0-9a-f]{64}")
Told = Callable[[str, int, int], None]

# Ed25519 (RFC 8032): points are (X, Y, Z, T) with x = X/Z, y = Y/Z, xy = T/Z.
P = 2**255 - 19
Q = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT = pow(2, (P - 1) // 4, P)


def _add(a: Any, b: Any) -> Any:
    left, right = (a[1] - a[0]) * (b[1] - b[0]) % P, (a[1] + a[0]) * (b[1] + b[0]) % P
    twist, double = 2 * a[3] * b[3] * D % P, 2 * a[2] * b[2] % P
    e, f, g, h = right - left, double - twist, double + twist, right + left
    return e * f % P, g * h % P, f * g % P, e * h % P


def _point(data: bytes) -> Any:
    """The point that 32 bytes name; None where they name none."""
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & ((1 << 255) - 1)
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT % P
    if (x * x - square) % P or (x == 0 and sign):
        return None
    x = P - x if x & 1 != sign else x
    return x, y, 1, x * y % P


BASE = _point((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))


def signed(public: bytes, message: bytes, signature: bytes) -> bool:
    """Whether `signature` is this key's under `message`: [S]B - [k]A is R."""
    point = _point(public) if len(public) == 32 else None
    scalar = int.from_bytes(signature[32:], "little")
    if point is None or len(signature) != 64 or scalar >= Q:
        return False
    digest = hashlib.sha512(signature[:32] + public + message).digest()
    times, minus = int.from_bytes(digest, "little") % Q, (P - point[0], point[1], 1, P - point[3])
    both, found = _add(BASE, minus), (0, 1, 1, 0)
    for bit in range(max(scalar.bit_length(), times.bit_length()) - 1, -1, -1):
        found = _add(found, found)
        which = (scalar >> bit & 1) | (times >> bit & 1) << 1
        if which:
            found = _add(found, (BASE, minus, both)[which - 1])
    inverse = pow(found[2], P - 2, P)
    x, y = found[0] * inverse % P, found[1] * inverse % P
    return (y | (x & 1) << 255).to_bytes(32, "little") == signature[:32]


# ECDSA on P-256 (FIPS 186-5), with which a site's CA signs: points are (x, y), None is the one at infinity.
P256 = 0xFFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFF
N256 = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
B256 = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B
G256 = (
    0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
    0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5,
)


def _sum256(a: Any, b: Any) -> Any:
    if a is None or b is None:
        return b if a is None else a
    if a[0] == b[0]:
        if (a[1] + b[1]) % P256 == 0:
            return None
        slope = (3 * a[0] * a[0] - 3) * pow(2 * a[1], -1, P256) % P256
    else:
        slope = (b[1] - a[1]) * pow(b[0] - a[0], -1, P256) % P256
    x = (slope * slope - a[0] - b[0]) % P256
    return x, (slope * (a[0] - x) - a[1]) % P256


def _times256(number: int, point: Any) -> Any:
    found = None
    for bit in f"{number:b}":
        found = _sum256(found, found)
        found = _sum256(found, point) if bit == "1" else found
    return found


def signed256(public: bytes, message: bytes, r: int, s: int) -> bool:
    """Whether (r, s) is this key's (x, then y) signature under `message`, over its SHA-256."""
    x, y = int.from_bytes(public[:32], "big"), int.from_bytes(public[32:], "big")
    on_it = max(x, y) < P256 and (y * y - x * x * x + 3 * x - B256) % P256 == 0
    if len(public) != 64 or not on_it or not 0 < r < N256 or not 0 < s < N256:
        return False
    digest, inverse = int.from_bytes(hashlib.sha256(message).digest(), "big"), pow(s, -1, N256)
    mine, theirs = _times256(digest * inverse % N256, G256), _times256(r * inverse % N256, (x, y))
    found = _sum256(mine, theirs)
    return found is not None and found[0] % N256 == r


class Unfit(Exception):
    """What is read is not what a bundle has there."""


# Certificates (RFC 5280), as far as a path from a node's key to the site's CA needs them.
EC_KEY = bytes.fromhex("3059301306072a8648ce3d020106082a8648ce3d03010703420004")
ED_KEY = bytes.fromhex("302a300506032b6570032100")
EC_SIGNS, COMMON_NAME = bytes.fromhex("300a06082a8648ce3d040302"), bytes.fromhex("0603550403")


def der(data: bytes, at: int = 0) -> tuple[int, bytes, int]:
    """Tag, content and end of what begins at `at`."""
    head = data[at : at + 2]
    if len(head) < 2 or head[0] & 31 == 31:
        raise Unfit("is no certificate")
    length, at, tag = head[1], at + 2, head[0]
    if length & 128:
        many = length & 127
        length, at = int.from_bytes(data[at : at + many], "big"), at + many
        if not 0 < many < 4 or length < 128:
            raise Unfit("is no certificate")
    if at + length > len(data):
        raise Unfit("is no certificate")
    return tag, data[at : at + length], at + length


def parts_of(data: bytes) -> list[tuple[int, bytes, bytes]]:
    """Tag, content and all bytes of each in a sequence."""
    found, at = [], 0
    while at < len(data):
        tag, content, end = der(data, at)
        found.append((tag, content, data[at:end]))
        at = end
    return found


class Certificate:
    """What of one counts here: whose it is, whose key, who gave it."""

    def __init__(self, pem: object) -> None:
        data = exact_base64("".join(line for line in str(pem).strip().splitlines() if "-----" not in line))
        tag, whole, end = der(data)
        parts = parts_of(whole)
        if tag != 48 or end != len(data) or [one[0] for one in parts] != [48, 48, 3]:
            raise Unfit("is no certificate")
        self.signed, self.how, self.signature = parts[0][2], parts[1][2], parts[2][1]
        fields = [one for one in parts_of(parts[0][1]) if one[0] != 160]
        if len(fields) < 6:
            raise Unfit("is no certificate")
        self.issuer, self.subject, self.key = fields[2][2], fields[4][2], fields[5][2]
        self.mark = sha256(data)

    def name(self) -> str:
        """The common name, where it is all that there is."""
        rows = [pair for row in parts_of(der(self.subject)[1]) for pair in parts_of(row[1])]
        told = [parts_of(pair[1]) for pair in rows]
        if len(told) != 1 or len(told[0]) != 2 or told[0][0][2] != COMMON_NAME:
            raise Unfit("names more than one")
        return told[0][1][1].decode("utf-8", "replace")

    def gave(self, other: Certificate) -> bool:
        """Whether its key signed the other one."""
        if other.issuer != self.subject or other.how != EC_SIGNS or not self.key.startswith(EC_KEY):
            return False
        tag, content, end = der(other.signature[1:])
        numbers = parts_of(content)
        if other.signature[0] or end != len(other.signature) - 1 or [tag, *(one[0] for one in numbers)] != [48, 2, 2]:
            return False
        r, s = (int.from_bytes(one[1], "big") for one in numbers)
        return signed256(self.key[len(EC_KEY) :], other.signed, r, s)


def public_of(pem: object) -> bytes:
    """The 32 bytes of an Ed25519 public key in PEM."""
    text = "".join(line for line in str(pem).strip().splitlines() if "-----" not in line)
    data = exact_base64(text)
    if len(data) != 44 or not data.startswith(ED_KEY):
        raise Unfit("is no Ed25519 public key")
    return data[12:]


def fingerprint_of(pem: object) -> str:
    return hashlib.sha256(ED_KEY + public_of(pem)).hexdigest()


def exact_base64(text: object) -> bytes:
    """No other text has the same meaning, so that a changed letter is a changed signature."""
    try:
        data = base64.b64decode(str(text), validate=True)
    except ValueError:
        raise Unfit("is no base64") from None
    if base64.b64encode(data).decode() != text:
        raise Unfit("is no base64")
    return data


def canonical(told: object) -> bytes:
    try:
        return json.dumps(told, sort_keys=True, separators=(",", ":")).encode()
    except RecursionError:
        raise Unfit("is nested too deep") from None


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def utc(at_ms: object) -> str:
    try:
        at = datetime(1970, 1, 1, tzinfo=timezone.utc) + timedelta(milliseconds=int(str(at_ms)))
    except (ValueError, OverflowError):
        return str(at_ms)
    return f"{at:%Y-%m-%d %H:%M:%S}.{at.microsecond // 1000:03} UTC"


def parsed(data: bytes) -> Any:
    """JSON of people who may want harm: no depth, number or text of it ends this program."""

    def number(text: str) -> int:
        if len(text) > 20:
            raise Unfit("has a number that is none")
        return int(text)

    def refuse(text: str) -> None:
        raise Unfit(f"has {text}")

    try:
        return json.loads(data, parse_int=number, parse_constant=refuse)
    except (ValueError, RecursionError) as fault:
        raise Unfit(f"is no JSON ({str(fault)[:80]})") from None


def typed(told: Any, *fields: tuple[str, Any]) -> list[Any]:
    """Fields of an object, each of its type."""
    if not isinstance(told, dict):
        raise Unfit("is no object")
    for name, kind in fields:
        if not isinstance(told.get(name), kind) or (kind is int and isinstance(told[name], bool)):
            raise Unfit(f"has no right {name}")
    return [told[name] for name, _ in fields]


def rows(told: Any, *kinds: Any) -> list[list[Any]]:
    """A list of lists, each with values of these kinds."""
    if not isinstance(told, list):
        raise Unfit("has no list")
    for row in told:
        if not isinstance(row, list) or len(row) != len(kinds) or any(map(_other, row, kinds)):
            raise Unfit("has a row that is none")
    return told


def _other(value: Any, kind: Any) -> bool:
    return not isinstance(value, kind) or (kind is int and isinstance(value, bool))


class Folder:
    """A bundle as it was made: plain files side by side."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def names(self) -> list[str]:
        return sorted(entry.name for entry in os.scandir(self.path))

    def open(self, name: str) -> tuple[Any, int]:
        """A plain file and its length: no link leads out of the folder, and no device or pipe is waited for."""
        number = os.open(self.path / name, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
        about = os.fstat(number)
        if not stat.S_ISREG(about.st_mode):
            os.close(number)
            raise Unfit("is no plain file")
        return os.fdopen(number, "rb"), about.st_size

    def close(self) -> None:
        """Nothing of it is open between two files."""


class Archive:
    """A bundle in a ZIP, read where it lies: nothing of it is unpacked to a disk.

    Refused by name: what leads out of it, stands twice, is a link, encrypted, packed beyond belief, or lies where
    another reader of ZIP files would find something else.
    """

    def __init__(self, path: Path) -> None:
        self.infos: dict[str, zipfile.ZipInfo] = {}
        self.file = path.open("rb")
        try:
            self._list()
        except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError) as fault:
            self.file.close()
            raise Unfit(f"is no ZIP that can be read ({fault})") from None
        except Unfit:
            self.file.close()
            raise

    def _list(self) -> None:
        _small_index(self.file)
        self.zip = zipfile.ZipFile(self.file)
        found: dict[str, zipfile.ZipInfo] = {}
        alike = set[str]()  # where letters have no case, one of two would replace the other
        for info in self.zip.infolist():
            _sound(info)
            if info.filename.casefold() in alike:
                raise Unfit(f"{info.filename!r} stands twice in it")
            alike.add(info.filename.casefold())
            found[info.filename] = info
        _side_by_side(self.file, list(found.values()), self.zip.start_dir)
        tops = {name.partition("/")[0] for name in found}
        inside = f"{tops.pop()}/" if len(tops) == 1 and MANIFEST not in found else ""
        self.infos = {name[len(inside) :]: info for name, info in found.items() if name != inside}

    def names(self) -> list[str]:
        return sorted(self.infos)

    def open(self, name: str) -> tuple[Any, int]:
        """One of its files and its length."""
        if name not in self.infos:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
        info = self.infos[name]
        if hasattr(info, "CRC"):
            del info.CRC  # what was changed is named by its hash, block by block, instead
        try:
            return io.BufferedReader(Unpacking(self.zip.open(info))), info.file_size
        except zipfile.BadZipFile as fault:
            raise Unfit(str(fault)) from None

    def close(self) -> None:
        self.file.close()


class Unpacking(io.RawIOBase):
    """What a ZIP unpacks; where its packing is broken, that is told as of a disk that cannot be read."""

    def __init__(self, inner: Any) -> None:
        super().__init__()
        self.inner = inner

    def readable(self) -> bool:
        return True

    def readinto(self, into: Any) -> int:
        try:
            data = self.inner.read(len(into))
        except (zlib.error, EOFError, zipfile.BadZipFile) as fault:
            raise OSError(errno.EIO, f"cannot be unpacked ({fault})") from None
        into[: len(data)] = data
        return len(data)


def _small_index(file: Any) -> None:
    """Its list of files is read into memory: how large it says that it is, in both places that say so."""
    length = file.seek(0, os.SEEK_END)
    at = file.seek(max(0, length - 65_557 - 20))
    tail = file.read()
    place = len(tail) - 22
    if place < 0 or tail[place : place + 4] != b"PK\5\6" or tail[-2:] != b"\0\0":
        place = tail.rfind(b"PK\5\6")
    if place < 0 or len(tail) - place < 22:
        raise Unfit("is neither a folder nor a ZIP")
    size = int.from_bytes(tail[place + 12 : place + 16], "little")
    locator = tail[max(0, place - 20) : place]
    if locator[:4] == b"PK\6\7":
        file.seek(min(int.from_bytes(locator[8:16], "little"), length))
        record = file.read(56)
        far = at + place - 76
        file.seek(max(0, far))
        size = max(int.from_bytes(one[40:48], "little") for one in (record, file.read(56)))
    if size > INDEX_MOST:
        raise Unfit("has a list of files that is too large")
    file.seek(0)


def _sound(info: zipfile.ZipInfo) -> None:
    name, mode = info.orig_filename, info.external_attr >> 16
    parts = name.rstrip("/").split("/")
    if (
        len(parts) > 2
        or any(part in ("", ".", "..") or not part.isprintable() for part in parts)
        or set(name) & set("\\:")
    ):
        raise Unfit(f"{name!r} has a name that could lead out of it")
    if info.flag_bits & 0x2041:
        raise Unfit(f"{name!r} is encrypted: unpack it, and check the folder")
    if stat.S_IFMT(mode) not in (0, stat.S_IFREG, stat.S_IFDIR) or (stat.S_ISDIR(mode) and not name.endswith("/")):
        raise Unfit(f"{name!r} is a link or a device")
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise Unfit(f"{name!r} is packed in a way that this program does not read")
    if info.file_size > PACKED_MOST * info.compress_size + LINE_MOST or (name.endswith("/") and info.file_size):
        raise Unfit(f"{name!r} is packed beyond belief")


def _side_by_side(file: Any, infos: list[zipfile.ZipInfo], end: int) -> None:
    """Each begins where the one before ends, the first at the beginning: nothing is there that the list leaves out."""
    at = 0
    for info in sorted(infos, key=lambda one: one.header_offset):
        file.seek(info.header_offset)
        head = file.read(30)
        if len(head) < 30 or head[:4] != b"PK\3\4" or not 0 <= info.header_offset - at <= 24:
            raise Unfit(f"{info.filename!r} does not lie beside the others")
        extra = int.from_bytes(head[26:28], "little") + int.from_bytes(head[28:30], "little")
        at = info.header_offset + 30 + extra + info.compress_size
    if not 0 <= end - at <= 24:
        raise Unfit("has something between its files and their list")


def source_of(path: Path) -> Any:
    """A folder or a ZIP."""
    return Archive(path) if path.is_file() else Folder(path)


class Bundle:
    """What is checked; `faults`: what is wrong, `notes`: what a reader should know. `ca`: whose certificates count."""

    def __init__(
        self, source: Any, expected: str | None = None, tell: Told = lambda *_: None, ca: str | None = None
    ) -> None:
        self.source, self.expected, self.tell, self.ca_expected = source, expected, tell, ca
        self.faults: list[dict[str, Any]] = []
        self.notes: list[dict[str, Any]] = []
        self.counts = {"files": 0, "entries": 0, "signed": 0, "segments": 0, "custody": 0, "certificates": 0}
        self.manifest: dict[str, Any] = {}
        self.key = self.content = self.ca = ""
        self.trusted = False
        self._keys: dict[str, dict[str, bytes]] = {}
        self._site = b""

    def check(self) -> None:
        """All of it; `Unfit` where there is nothing to begin with."""
        text = self._text(MANIFEST)
        try:
            self._signature(text)
            self._files(text)
        except Unfit as fault:
            sums = self._optional(SUMS)
            if sums and f"{sha256(text)}  {MANIFEST}\n".encode() not in sums:
                self.fault("manifest", MANIFEST, first=0, last=len(text))
            raise Unfit(f"{MANIFEST}: {fault}") from None
        self._guard(KEYS, self._node_keys)
        for ledger in self.manifest["ledgers"]:
            self._guard(ledger["name"], self._camera, ledger)
        self._guard(CUSTODY, self._custody)

    def fault(self, what: str, file: str, **about: Any) -> None:
        told = {"what": what, "file": file, **about}
        if len(self.faults) < FAULTS_MOST and told not in self.faults[-50:]:
            self.faults.append(told)

    def note(self, what: str, file: str, **about: Any) -> None:
        if len(self.notes) < FAULTS_MOST:
            self.notes.append({"what": what, "file": file, **about})

    def _guard(self, name: str, step: Callable[..., None], *given: Any) -> None:
        try:
            step(*given)
        except Unfit as fault:
            self.fault("unreadable", name, detail=str(fault))

    def _text(self, name: str) -> bytes:
        try:
            with self.source.open(name)[0] as file:
                data: bytes = file.read(DOCUMENT_MOST + 1)
        except OSError as fault:
            raise Unfit(f"{name}: {fault.strerror}") from None
        if len(data) > DOCUMENT_MOST:
            raise Unfit(f"{name}: is too large")
        return data

    def _signature(self, text: bytes) -> None:
        """Who signed the manifest; what it promises is looked at in any case."""
        told = self.manifest = parsed(text)
        typed(told, ("schema", str), ("site", str))
        if told["schema"] != SCHEMA:
            raise Unfit(f"is not of {SCHEMA}")
        lists = [(name, list) for name in ("files", "records", "papers", "ledgers", "gaps", "tombstones", "wanted")]
        typed(told, ("site_key", dict), ("export", str), *lists)
        for one in (part for name, _ in lists for part in told[name]):
            typed(one)
        for one in told["ledgers"]:
            if not NAME.fullmatch(typed(one, ("name", str), ("camera", str), ("entries", int))[0]):
                raise Unfit("names a ledger that no bundle has")
        told_of = [one for one in told["papers"] if one.get("kind") not in ("report", "verifier")]
        self.content = sha256(canonical({**told, "papers": told_of}))
        self.key, self._site = fingerprint_of(told["site_key"].get("public_key_pem")), b""
        self._site = public_of(told["site_key"]["public_key_pem"])
        try:
            signature = self._text(SIGNATURE)
            fits = signature[-1:] == b"\n" and signed(
                self._site,
                SIGNED_MANIFEST + hashlib.sha256(text).digest(),
                exact_base64(signature[:-1].decode("latin-1")),
            )
        except Unfit:
            fits = False
        if not fits:
            whole = f"{sha256(text)}  {MANIFEST}\n".encode() in self._optional(SUMS)
            what, name = ("signature", SIGNATURE) if whole else ("manifest", MANIFEST)
            self.fault(what, name, first=0, last=len(self._optional(name)))
        self.trusted = fits and self.expected is not None and self.key == self.expected
        if self.expected is not None and self.key != self.expected:
            self.fault("key", MANIFEST, detail=self.key)

    def _optional(self, name: str) -> bytes:
        try:
            return self._text(name)
        except Unfit:
            return b""

    def _files(self, text: bytes) -> None:
        """Every file against its promise, then what is there besides."""
        promised: dict[str, dict[str, Any]] = {}
        for one in (*self.manifest["files"], *self.manifest["records"], *self.manifest["papers"]):
            name, length, whole, blocks = typed(one, ("name", str), ("bytes", int), ("sha256", str), ("blocks", list))
            sound = all(isinstance(block, str) and HEX.fullmatch(block) for block in (whole, *blocks))
            if (
                not NAME.fullmatch(name)
                or name in promised
                or not sound
                or not length >= 0
                or len(blocks) != -(-length // BLOCK)
            ):
                raise Unfit(f"{name[:80]!r} is not described as a file of a bundle is")
            promised[name] = one
        total, done = sum(one["bytes"] for one in promised.values()), 0
        for name, one in promised.items():
            self._file(name, one, lambda more, name=name, done=done: self.tell(name, done + more, total))  # type: ignore[misc]
            done += one["bytes"]
        self.counts["files"] = len(promised)
        for name in (KEYS, CUSTODY, *(one["name"] for one in self.manifest["ledgers"])):
            if name not in promised:
                self.fault("unpromised", MANIFEST, detail=name)
        self._sums(text, promised)
        for name in self.source.names():
            if name not in promised and name not in (MANIFEST, SIGNATURE, SUMS):
                self.fault("added", name)

    def _file(self, name: str, one: dict[str, Any], more: Callable[[int], None]) -> None:
        try:
            file, length = self.source.open(name)
            with file:
                read, whole = 0, hashlib.sha256()
                wrong: list[list[int]] = []
                for place, block in enumerate(one["blocks"]):
                    data = file.read(min(BLOCK, one["bytes"] - read))
                    whole.update(data)
                    if data and sha256(data) != block:
                        if wrong and wrong[-1][1] == read:
                            wrong[-1][1] = read + len(data)
                        else:
                            wrong.append([read, read + len(data)])
                    read = min(one["bytes"], (place + 1) * BLOCK)
                    more(read)
        except FileNotFoundError:
            return self.fault("absent", name)
        except OSError as fault:
            return self.fault("unreadable", name, detail=str(fault.strerror))
        except Unfit as fault:
            return self.fault("unreadable", name, detail=str(fault))
        if length != one["bytes"]:
            self.fault("length", name, first=min(length, one["bytes"]), last=max(length, one["bytes"]))
        for first, last in wrong:
            self.fault("bytes", name, first=first, last=last)
        if not wrong and length == one["bytes"] and whole.hexdigest() != one["sha256"]:
            self.fault("bytes", name, first=0, last=length)
        return None

    def _sums(self, text: bytes, promised: dict[str, dict[str, Any]]) -> None:
        """Follows from the manifest, so that each line of it that differs is its own fault."""
        last = {MANIFEST: sha256(text), SIGNATURE: sha256(self._optional(SIGNATURE))}
        expected = [f"{one['sha256']}  {name}" for name, one in promised.items()]
        expected += [f"{value}  {name}" for name, value in last.items()]
        try:
            found = self._text(SUMS).decode("utf-8", "replace").split("\n")
        except Unfit:
            return self.fault("absent", SUMS)
        spoiled = {one["file"] for one in self.faults if one["what"] in ("manifest", "signature")}
        for number, (mine, its) in enumerate(zip([*expected, ""], [*found, *[""] * len(expected)]), 1):
            if mine != its and mine[66:] not in spoiled:
                self.fault("line", SUMS, line=number)
        if len(found) > len(expected) + 1:
            self.fault("line", SUMS, line=len(expected) + 2)
        return None

    def _node_keys(self) -> None:
        told = parsed(self._text(KEYS))
        (nodes,) = typed(told, ("nodes", list))
        authority = self._authority(told.get("ca_pem"))
        for one in nodes:
            node, mark, pem = typed(one, ("node", str), ("fingerprint", str), ("public_key_pem", str))
            try:
                if fingerprint_of(pem) != mark:
                    self.fault("node_key", KEYS, detail=f"{node} {mark[:16]}")
                    continue
            except Unfit:
                self.fault("node_key", KEYS, detail=f"{node} {mark[:16]}")
                continue
            self._keys.setdefault(node, {})[mark] = public_of(pem)
            if one.get("certificate_pem") is None or authority is None:
                self.note("certificate_none", KEYS, detail=f"{node} {mark[:16]}")
            else:
                self._certificate(authority, one["certificate_pem"], node, public_of(pem))

    def _authority(self, pem: object) -> Certificate | None:
        """The site's CA: its own signature, and whether it is the one that was named."""
        if pem is None:
            if self.ca_expected is not None:
                self.fault("ca", KEYS, detail="-")
            return None
        try:
            authority = Certificate(pem)
            own = authority.gave(authority)
        except Unfit:
            self.fault("ca", KEYS, detail="is no certificate")
            return None
        self.ca = authority.mark
        if not own or self.ca_expected not in (None, authority.mark):
            self.fault("ca", KEYS, detail=authority.mark)
        return authority

    def _certificate(self, authority: Certificate, pem: object, node: str, public: bytes) -> None:
        """A path of one step: the CA gave this node's name this very key."""
        try:
            given = Certificate(pem)
            fits = given.key == ED_KEY + public and given.name() == node and authority.gave(given)
        except Unfit:
            fits = False
        if fits:
            self.counts["certificates"] += 1
        else:
            self.fault("certificate", KEYS, detail=f"{node} {sha256(ED_KEY + public)[:16]}")

    def _lines(self, name: str) -> Iterator[tuple[int, int, int, Any]]:
        """Number, first and last byte, and what a file of lines tells; None where a line is not readable."""
        try:
            with self.source.open(name)[0] as file:
                at, number = 0, 0
                while line := file.readline(LINE_MOST):
                    number, at = number + 1, at + len(line)
                    if at > LINES_MOST:
                        raise Unfit("is too large")
                    try:
                        told = parsed(line)
                        whole = canonical(told) + b"\n" == line
                    except Unfit:
                        whole = False
                    yield number, at - len(line), at, told if whole else None
        except OSError as fault:
            raise Unfit(str(fault.strerror)) from None

    def _camera(self, ledger: dict[str, Any]) -> None:
        """The entries of one camera, then its media against them."""
        camera, name = ledger["camera"], ledger["name"]
        stretches, untold = rows(ledger.get("stretches"), int, int), rows(ledger.get("untold"), int, int)
        heads = {(minute, chain): entry for chain, minute, entry in rows(ledger.get("heads"), str, int, str)}
        found: list[tuple[int, dict[str, Any]]] = []
        for number, first, last, told in self._lines(name):
            try:
                self._well_formed(told, camera)
            except Unfit:
                self.fault("entry_unreadable", name, line=number, first=first, last=last, camera=camera)
                continue
            found.append((number, told))
            self.tell(name, number, ledger["entries"])
        self._chains(name, stretches, found)
        kept = {(told["minute_ms"], told["chain"]): told["entry"] for _, told in found}
        for (minute, chain), entry in heads.items():
            if kept.get((minute, chain)) != entry:
                self.fault("head", name, camera=camera, at_ms=minute)
        spoken = [[told["minute_ms"], told["minute_ms"] + MINUTE] for _, told in found] + untold
        spoken += [gap[:2] for _, told in found for gap in told["gaps"] or ()]
        for first_ms, last_ms in _lacking(stretches, spoken):
            self.fault("entry_removed", name, camera=camera, at_ms=first_ms, end_ms=last_ms)
        for first_ms, last_ms in untold:
            self.note("untold", name, camera=camera, at_ms=first_ms, end_ms=last_ms)
        self._media(camera, found)

    @staticmethod
    def _well_formed(told: Any, camera: str) -> None:
        typed(told, ("chain", str), ("previous", str), ("entry", str), ("minute_ms", int))
        rows(told.get("segments"), int, int, int, str, bool)
        if told.get("gaps") is not None:
            rows(told["gaps"], int, int, str)
        if told.get("camera") != camera or not HEX.fullmatch(told["entry"]):
            raise Unfit("is another camera's")

    def _chains(self, name: str, stretches: list[list[Any]], found: list[tuple[int, dict[str, Any]]]) -> None:
        """Each entry: its hash, its place, its link, its signature."""
        hashes, heads = {told["entry"] for _, told in found}, dict[Any, str]()
        before: tuple[int, str] = (-1, "")
        keys = self._keys.get(found[0][1]["camera"].partition(".")[0], {}) if found else {}
        for number, told in found:
            minute, chain, entry = told["minute_ms"], told["chain"], told["entry"]
            about = {"line": number, "camera": told["camera"], "at_ms": minute}
            self.counts["entries"] += 1
            stretch = next((place for place, (first, last) in enumerate(stretches) if first <= minute < last), None)
            dated = stretch is not None and minute % MINUTE == 0
            if not dated or any(not minute <= one[0] < minute + MINUTE for one in told["segments"]):
                self.fault("entry_redated", name, **about)
            if (minute, chain) <= before:
                self.fault("entry_twice" if (minute, chain) == before else "entry_reordered", name, **about)
            before = max(before, (minute, chain))
            parts = {key: told[key] for key in ("camera", "minute_ms", "chain", "previous", "segments", "gaps")}
            if told["gaps"] is None:
                self.note("entry_unproven", name, **about)
            elif sha256(canonical(parts)) != entry:
                self.fault("entry_changed", name, **about)
            known = heads.get((stretch, chain))
            if known not in (None, told["previous"]):
                self.fault("entry_reordered" if told["previous"] in hashes else "entry_removed_before", name, **about)
            if told["previous"] == "0" * 64:
                self.note("chain_begins", name, **about)
            heads[stretch, chain] = entry
            self._entry_signature(name, told, keys, about)

    def _entry_signature(self, name: str, told: dict[str, Any], keys: dict[str, bytes], about: dict[str, Any]) -> None:
        if told.get("signature") is None:
            return self.note("entry_unsigned", name, **about)
        try:
            signature = exact_base64(told["signature"])
        except Unfit:
            signature = b""
        first = [keys[mark] for mark in keys if mark == told.get("signer")]
        candidates = first or list(keys.values())
        if any(signed(key, SIGNED_ENTRY + bytes.fromhex(told["entry"]), signature) for key in candidates):
            self.counts["signed"] += 1
        else:
            self.fault("entry_foreign", name, **about)
        return None

    def _media(self, camera: str, found: list[tuple[int, dict[str, Any]]]) -> None:
        """Each segment against the entry of its minute, then what entries tell of and no file has."""
        told = {(one[0], one[1]): (one, entry["minute_ms"]) for _, entry in found for one in entry["segments"]}
        places, seen = {one[3]: one for one, _ in told.values()}, set[Any]()
        for file in self.manifest["files"]:
            if file.get("camera") == camera:
                self._guard(file["name"], self._segments, file, told, places, seen)
        wanted = [self._span(one) for one in self.manifest["wanted"] if one.get("camera") == camera]
        gaps = [self._span(one) for one in self.manifest["gaps"] if one.get("camera") == camera]
        for (start, end), (one, minute) in sorted(told.items()):
            asked = any(end > first and start < last for first, last in wanted)
            if asked and (start, end) not in seen and not any(end > first and start < last for first, last in gaps):
                about = {"camera": camera, "at_ms": start, "end_ms": end, "detail": utc(minute)}
                self.fault("segment_removed", next(iter(self._names(camera)), MANIFEST), **about)
            if one[4] and (start, end) in seen:
                self.note("recovered", MANIFEST, camera=camera, at_ms=start, end_ms=end)
        for what, missing in (("deleted", "tombstones"), ("gap", "gaps")):
            for one in self.manifest[missing]:
                if one.get("camera") == camera:
                    start, end = self._span(one)
                    why = f"{utc(one.get('deleted_ms'))}, {one.get('by')}" if what == "deleted" else one.get("cause")
                    self.note(what, MANIFEST, camera=camera, at_ms=start, end_ms=end, detail=why)

    def _names(self, camera: str) -> list[str]:
        return [one["name"] for one in self.manifest["files"] if one.get("camera") == camera]

    @staticmethod
    def _span(told: Any) -> tuple[int, int]:
        start, end = typed(told, ("start_ms", int), ("end_ms", int))
        return start, end

    def _segments(self, file: dict[str, Any], told: Any, places: Any, seen: set[Any]) -> None:
        name, camera = file["name"], file["camera"]
        segments = rows(file.get("segments"), int, int, int, int, bool)
        for one in segments:
            if (one[0], one[1]) in seen:
                self.fault("segment_twice", name, camera=camera, at_ms=one[0], end_ms=one[1])
            seen.add((one[0], one[1]))
        init_bytes, init_sha256 = typed(file, ("init_bytes", int), ("init_sha256", str))
        ends = [init_bytes, *(one[2] + one[3] for one in segments)]
        if ends[-1] != file["bytes"] or any(one[2] != end or one[3] <= 0 for one, end in zip(segments, ends)):
            return self.fault("layout", name)
        try:
            opened = self.source.open(name)[0]
        except OSError:
            return None  # named already
        with opened:
            init = opened.read(min(init_bytes, LINES_MOST))
            if sha256(init) != init_sha256:
                return self.fault("init", name, first=0, last=init_bytes, camera=camera)
            for start, end, first, length, proven in segments:
                digest, left = hashlib.sha256(init), length
                while left > 0 and (data := opened.read(min(left, BLOCK))):
                    digest.update(data)
                    left -= len(data)
                found = (digest.hexdigest(), init_bytes + length - left)
                about = {"first": first, "last": first + length, "camera": camera, "at_ms": start, "end_ms": end}
                self._segment(name, found, told.get((start, end)), places, about, proven=proven)
        return None

    def _segment(self, name: str, found: Any, entry: Any, places: Any, about: Any, *, proven: bool) -> None:
        self.counts["segments"] += 1
        if entry is None:
            tell = self.fault if proven else self.note
            tell("segment_unknown" if proven else "segment_unproven", name, **about)
        elif found != (entry[0][3], entry[0][2]):
            other = places.get(found[0])
            detail = {} if other is None else {"detail": f"{utc(other[0])} - {utc(other[1])}"}
            self.fault("segment_moved" if other else "segment_changed", name, **about, **detail)

    def _custody(self) -> None:
        """Who did what with this footage: every entry, every link of the audit's chain, every day's signed head."""
        custody = self.manifest.get("custody")
        whole, most = typed(custody, ("whole", bool), ("lines", int))
        before: tuple[int, str] | None = None
        chains: dict[int, str] = {}
        count = 0
        for number, first, last, told in self._lines(CUSTODY):
            count += 1
            about = {"line": number, "first": first, "last": last}
            try:
                typed(told)
                if "head" in told:
                    self._head(told["head"], chains, about)
                elif "seal" in told:
                    before = self._seal(told, before, chains, about, whole=whole)
                else:
                    typed(told, ("unsealed", dict))
                    self.note("custody_unsealed", CUSTODY, line=number)
            except Unfit:
                self.fault("custody_unreadable", CUSTODY, **about)
        self.counts["custody"] = count
        if count != most:
            self.fault("custody_removed", CUSTODY, line=min(count, most) + 1)
        if not whole:
            self.note("custody_loose", CUSTODY)

    def _seal(self, told: Any, before: Any, chains: dict[int, str], about: Any, *, whole: bool) -> tuple[int, str]:
        seal, fields = told["seal"], ("seq", "entry", "at", "what", "row", "previous", "chain")
        seq, *_, previous, chain = typed(seal, *((name, int if name in ("seq", "entry") else str) for name in fields))
        if sha256(canonical({name: seal[name] for name in fields[:-1]})) != chain:
            self.fault("custody_changed", CUSTODY, **about)
        if before is not None and seq <= before[0]:
            self.fault("custody_reordered", CUSTODY, **about)
        elif before is not None and whole and seq > before[0] + 1:
            self.fault("custody_removed", CUSTODY, **about)
        elif before is not None and seq == before[0] + 1 and previous != before[1]:
            self.fault("custody_removed", CUSTODY, **about)
        if told.get("told") is not None and sha256(canonical(told["told"])) != seal["row"]:
            self.fault("custody_changed", CUSTODY, **about)
        chains[seq] = chain
        return seq, chain

    def _head(self, head: Any, chains: dict[int, str], about: Any) -> None:
        day, seq, chain, signature = typed(head, ("day", str), ("seq", int), ("chain", str), ("signature", str))
        text = canonical({"site": self.manifest["site"], "day": day, "seq": seq, "chain": chain})
        if not signed(self._site, text, exact_base64(signature)) or chains.get(seq, chain) != chain:
            self.fault("custody_head", CUSTODY, **about)


def _lacking(stretches: list[list[Any]], spoken: list[list[Any]]) -> list[tuple[int, int]]:
    """What of the stretches nothing speaks of, less than a second left out."""
    found = []
    told = sorted(spoken)
    for first, last in stretches:
        at = first
        for start, end in told:
            if start >= last:
                break
            if start - at >= 1000:
                found.append((at, start))
            at = max(at, end)
        if last - at >= 1000:
            found.append((at, last))
    return found


WORDS = {
    "sound": ("Everything is as it was signed.", "모든 내용이 서명된 그대로입니다."),
    "wrong": ("{count} faults: this is not what was signed.", "{count}건의 이상: 서명된 내용과 다릅니다."),
    "unfit": ("cannot be checked", "검증할 수 없음"),
    "trusted": ("Signed by the key that you named: {key}", "지정하신 키로 서명됨: {key}"),
    "untrusted": (
        "WARNING: nobody vouches for the key inside this bundle: {key}\n"
        "Ask the site for its key by another way, and check again with --key.",
        "경고: 번들에 든 키를 보증하는 것이 없습니다: {key}\n"
        "현장에 다른 경로로 키를 확인한 뒤 --key로 다시 검증하십시오.",
    ),
    "counts": (
        "{files} files, {entries} ledger entries ({signed} signed), {segments} segments, {custody} lines of custody, "
        "{certificates} certificates of nodes",
        "파일 {files}개, 녹화 대장 항목 {entries}개 (서명 {signed}개), 녹화 조각 {segments}개, 관리 이력 {custody}줄, "
        "노드 인증서 {certificates}개",
    ),
    "content": (
        "Content hash, as in the foot of the report: {content}",
        "내용 해시 (보고서 각 쪽 아래에 있는 값): {content}",
    ),
    "manifest": ("was changed: its signature does not fit", "변경됨: 서명이 맞지 않음"),
    "signature": ("is not the site's signature of the manifest", "목록에 대한 현장의 서명이 아님"),
    "key": ("was signed by another key than the one that you named", "지정하신 키가 아닌 다른 키로 서명됨"),
    "unpromised": ("promises no such file", "목록에 없는 필수 파일"),
    "absent": ("was removed", "삭제됨"),
    "added": ("was added: the manifest does not name it", "추가됨: 목록에 없는 파일"),
    "unreadable": ("cannot be read", "읽을 수 없음"),
    "length": ("has another length", "길이가 다름"),
    "bytes": ("was changed within these bytes", "이 바이트 범위가 변경됨"),
    "line": ("this line was changed", "이 줄이 변경됨"),
    "node_key": ("a node's key was changed", "노드의 키가 변경됨"),
    "ca": (
        "is not the CA that you named, or not signed by itself",
        "지정하신 인증 기관이 아니거나 자체 서명이 맞지 않음",
    ),
    "certificate": (
        "the site's CA did not give this node this key",
        "현장 인증 기관이 이 노드에 발급한 키가 아님",
    ),
    "certificate_none": (
        "this key has no certificate: the site's signature alone vouches for it",
        "인증서가 없는 키: 현장의 서명만이 보증함",
    ),
    "entry_unreadable": ("this entry was changed beyond reading", "항목을 읽을 수 없을 만큼 변경됨"),
    "entry_redated": (
        "an entry or segment tells another minute than it was written for",
        "다른 시각으로 바뀐 항목 또는 녹화 조각",
    ),
    "entry_twice": ("this entry stands twice", "중복된 항목"),
    "entry_reordered": ("this entry is out of order", "순서가 바뀐 항목"),
    "entry_changed": ("this entry is not what its hash says", "항목이 해시와 다름"),
    "entry_removed_before": ("entries before this one were removed", "이 항목 앞의 항목이 삭제됨"),
    "entry_removed": ("the entries of these minutes were removed", "이 시간대의 항목이 삭제됨"),
    "entry_foreign": ("this entry is signed by none of its node's keys", "노드의 키로 서명되지 않은 항목"),
    "head": ("the entry that the site countersigned is not there", "현장이 부서한 항목이 없음"),
    "layout": ("the manifest does not account for all of its bytes", "목록이 모든 바이트를 설명하지 못함"),
    "init": ("the beginning that all segments need was changed", "모든 녹화 조각에 필요한 머리 부분이 변경됨"),
    "segment_changed": ("this segment is not what its node signed", "노드가 서명한 내용과 다른 녹화 조각"),
    "segment_moved": ("another segment stands in this one's place", "다른 녹화 조각이 이 자리에 있음"),
    "segment_unknown": ("no entry tells of this segment", "어느 항목에도 없는 녹화 조각"),
    "segment_twice": ("this segment stands twice", "중복된 녹화 조각"),
    "segment_removed": (
        "the ledger tells of this segment, and no file has it",
        "녹화 대장에 있으나 파일에 없는 녹화 조각",
    ),
    "custody_unreadable": ("this line of custody was changed beyond reading", "읽을 수 없을 만큼 변경된 관리 이력"),
    "custody_changed": ("this line of custody is not what its seal says", "봉인과 다른 관리 이력"),
    "custody_reordered": ("this line of custody is out of order", "순서가 바뀐 관리 이력"),
    "custody_removed": ("lines of custody before this one were removed", "이 줄 앞의 관리 이력이 삭제됨"),
    "custody_head": ("the head of this day is not the site's", "현장의 것이 아닌 일일 봉인"),
    "untold": ("the node had told nothing of this time", "노드가 알리지 않은 시간"),
    "entry_unproven": (
        "told before gaps were kept: its hash cannot be made",
        "누락 기록 이전의 항목: 해시를 계산할 수 없음",
    ),
    "entry_unsigned": ("the node did not sign this entry", "노드가 서명하지 않은 항목"),
    "chain_begins": ("a chain begins: a new or restored node", "새 사슬의 시작: 새 노드 또는 복원된 노드"),
    "segment_unproven": ("no entry of the node speaks of this segment", "노드의 항목이 없는 녹화 조각"),
    "recovered": ("this segment was closed by a recovery after a crash", "장애 후 복구로 닫힌 녹화 조각"),
    "deleted": ("deleted at the site at, by", "현장에서 삭제됨 (시각, 주체)"),
    "gap": ("not there, because", "영상 없음, 원인"),
    "custody_unsealed": ("not sealed yet when the bundle was made", "번들을 만들 때 아직 봉인되지 않음"),
    "custody_loose": ("too far apart: its links are not all in here", "간격이 멀어 사슬 일부만 포함됨"),
}


def say(name: str, language: str, **about: Any) -> str:
    return WORDS[name][language == "ko"].format(**about)


def line_of(one: dict[str, Any], language: str) -> str:
    """What is wrong, or to be known, and where."""
    place = [str(one["file"])]
    if "line" in one:
        place.append(("{}번째 줄" if language == "ko" else "line {}").format(one["line"]))
    if "last" in one:
        place.append(f"{'바이트' if language == 'ko' else 'bytes'} {one['first']}-{max(one['first'], one['last'] - 1)}")
    if "camera" in one:
        place.append(str(one["camera"]))
    if "at_ms" in one:
        place.append(" - ".join(utc(one[name]) for name in ("at_ms", "end_ms") if name in one))
    detail = f" ({one['detail']})" if one.get("detail") else ""
    text = f"{', '.join(place)}: {say(one['what'], language)}{detail}"
    return "".join(letter if letter.isprintable() else "?" for letter in text)


def verify(
    path: Path, expected: str | None = None, tell: Told = lambda *_: None, ca: str | None = None
) -> dict[str, Any]:
    """All that is found in a folder or ZIP: `sound` None: it cannot be checked."""
    mark, authority = (None if one is None else re.sub(r"[^0-9a-f]", "", one.lower()) for one in (expected, ca))
    bundle = Bundle(None, mark, tell, authority)
    why = ""
    try:
        bundle.source = source_of(path)
        with contextlib.closing(bundle.source):
            bundle.check()
    except (Unfit, OSError) as fault:
        why = str(fault)
    sound = None if why and not bundle.faults else not (bundle.faults or why)
    told = {"sound": sound, "why": why, "key": bundle.key, "trusted": bundle.trusted, "content": bundle.content}
    told["ca"] = bundle.ca
    return {**told, "counts": bundle.counts, "faults": bundle.faults, "notes": bundle.notes}


def report(found: dict[str, Any], language: str) -> list[str]:
    """The same for people."""
    lines = [line_of(one, language) for one in found["faults"]]
    if found["why"]:
        lines.append(f"{say('unfit', language)}: {found['why']}")
    common = [name for name, count in Counter(one["what"] for one in found["notes"]).items() if count > 5]
    lines += [f"  {line_of(one, language)}" for one in found["notes"] if one["what"] not in common]
    for name in common:
        lines.append(f"  {sum(one['what'] == name for one in found['notes'])} x {say(name, language)}")
    if found["key"]:
        lines += [say("counts", language, **found["counts"]), say("content", language, content=found["content"])]
        lines += say("trusted" if found["trusted"] else "untrusted", language, key=found["key"]).split("\n")
    if found["sound"] is not None:
        lines.append(say("sound", language) if found["sound"] else say("wrong", language, count=len(found["faults"])))
    return lines


def code_of(found: dict[str, Any]) -> int:
    return 2 if found["sound"] is None else int(not found["sound"])


def teller() -> Told:
    """Progress on a terminal."""

    def tell(name: str, done: int, total: int) -> None:
        if sys.stderr.isatty():
            sys.stderr.write(f"\r\x1b[K{name} {100 * done // max(total, 1)} %\r")

    return tell


def main(words: list[str] | None = None) -> int:
    spoken = "ko" if os.environ.get("LC_ALL", os.environ.get("LANG", "")).startswith("ko") else "en"
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("bundle", type=Path, help="a folder, or a ZIP of one")
    parser.add_argument("--key", help="fingerprint of the site's key, from the site itself (cctv evidence key)")
    parser.add_argument("--ca", help="fingerprint of the site's CA, from the site itself (the same command)")
    parser.add_argument("--language", choices=["ko", "en"], default=spoken)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args(words)
    found = verify(given.bundle, given.key, teller(), given.ca)
    text = json.dumps(found, ensure_ascii=False, indent=1) if given.json else "\n".join(report(found, given.language))
    sys.stdout.buffer.write(f"{text}\n".encode("utf-8", "replace"))
    return code_of(found)


if __name__ == "__main__":
    sys.exit(main())
