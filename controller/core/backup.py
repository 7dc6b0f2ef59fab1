"""What a backup tells of itself: parts by SHA-256, tables by rows and sum, how far audit and ledgers had come."""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from shared.errors import Rejected

FORM = 1
SETTINGS, MANIFEST, SIGNATURE = "cctv.toml", "manifest.json", "manifest.sig"
TABLES = "tables/"
ALARM_NUMBER = "alarm-number"
FILES = ("audit-heads.jsonl", ALARM_NUMBER)
FOLDERS = ("secrets", "tls", "broker", "models")
MOST_PARTS = 20_000
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._+-]{0,120}(?:/[A-Za-z0-9_][A-Za-z0-9._+-]{0,120}){0,7}")
_MODULUS = 1 << 256


@dataclass(frozen=True, slots=True)
class Part:
    """One file, or one table's rows."""

    length_bytes: int
    sha256: str
    mode: int


@dataclass(frozen=True, slots=True)
class TableSum:
    """A table's rows: how many, their hashes added up (whatever their order), and the last number that was given."""

    rows: int
    sum: str
    last_number: int | None = None


@dataclass(frozen=True, slots=True)
class Manifest:
    """What is signed."""

    id: str
    site: str
    made_at: str
    version: str
    revision: str
    parts: Mapping[str, Part]
    tables: Mapping[str, TableSum]
    audit_seq: int
    audit_chain: str
    ledgers: Mapping[str, list[list[Any]]]
    outside: tuple[str, ...]
    public_key_pem: str

    @property
    def rows(self) -> int:
        return sum(one.rows for one in self.tables.values())

    @property
    def length_bytes(self) -> int:
        return sum(one.length_bytes for one in self.parts.values())


class RowSum:
    """Adds up the hashes of rows: the same for the same rows, in whatever order they come."""

    def __init__(self) -> None:
        self.rows = 0
        self._sum = 0

    def add(self, digest: bytes) -> None:
        self.rows += 1
        self._sum = (self._sum + int.from_bytes(digest)) % _MODULUS

    def total(self, last_number: int | None = None) -> TableSum:
        return TableSum(self.rows, f"{self._sum:064x}", last_number)


def check_name(name: str) -> str:
    """A part's name as it is; `Rejected` where it leads out of the folder that it is put into, or is none of ours."""
    top, _, rest = name.partition("/")
    known = name in {SETTINGS, MANIFEST, SIGNATURE, *FILES} or (rest and top in {*FOLDERS, TABLES[:-1]})
    if not known or not _NAME.fullmatch(name) or ".." in name.split("/"):
        raise Rejected("backup", f"holds {name[:200]!r}, which no backup of ours does")
    return name


def manifest_bytes(manifest: Manifest) -> bytes:
    """As it is hashed and signed."""
    return json.dumps({"form": FORM, **asdict(manifest)}, sort_keys=True, ensure_ascii=False, indent=1).encode()


def read_manifest(data: bytes) -> Manifest:
    """The opposite; `Rejected` names what is wrong."""
    try:
        told = json.loads(data)
        form = told.pop("form")
        if form != FORM:
            raise Rejected("backup", f"is of form {form!r}, and this version reads form {FORM}")
        return Manifest(
            **{
                **told,
                "parts": {check_name(name): Part(**one) for name, one in told["parts"].items()},
                "tables": {str(name): TableSum(**one) for name, one in told["tables"].items()},
                "outside": tuple(told["outside"]),
            }
        )
    except (ValueError, TypeError, KeyError, AttributeError) as fault:
        raise Rejected("backup", f"has a manifest that cannot be read: {type(fault).__name__}") from None


def differing(wanted: Mapping[str, TableSum], found: Mapping[str, TableSum]) -> list[str]:
    """Tables whose rows are others."""
    return [
        name
        for name in sorted({*wanted, *found})
        if (wanted.get(name, TableSum(0, f"{0:064x}")).rows, wanted.get(name, TableSum(0, f"{0:064x}")).sum)
        != (found.get(name, TableSum(0, f"{0:064x}")).rows, found.get(name, TableSum(0, f"{0:064x}")).sum)
    ]
