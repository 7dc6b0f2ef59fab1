"""What an export holds of an alarm besides its films: a record for machines, a summary to read, its pictures. Pure.

Invariants, held by tests/unit/controller/core/test_alarm_record.py:
1. Names of files are those of an export, and no two alarms share one.
2. Every picture that an occurrence has is named with its file, or as missing.
3. A kept record is read back as it was.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

SCHEMA = "cctv-alarm-record/1"
PaperKind = Literal["record", "summary", "picture"]
_LEFT_OUT = {"frames"}
"""Boxes frame by frame: what they amount to is in the tracks."""


@dataclass(frozen=True, slots=True)
class Shot:
    """Where the picture of an occurrence lies in the store."""

    occurrence: str
    key: str


@dataclass(frozen=True, slots=True)
class AlarmRecord:
    """An alarm as it was when its export was planned: AlarmDetailOut as its reader sees it."""

    facts: Mapping[str, Any]
    shots: tuple[Shot, ...] = ()

    @property
    def alarm(self) -> str:
        return str(self.facts["alarm"]["id"])

    @property
    def stem(self) -> str:
        """What the names of its files begin with."""
        return f"alarm-{self.facts['alarm']['number']}"

    def picture(self, place: int) -> str:
        """The file of its `place`th shot."""
        return f"{self.stem}-{place + 1}.jpg"


@dataclass(frozen=True, slots=True)
class Paper:
    """A file about an alarm that is written: as `export.Made` is of a film."""

    name: str
    alarm: str
    kind: PaperKind
    length_bytes: int
    sha256: str
    blocks: tuple[str, ...]


def document(record: AlarmRecord, pictures: Mapping[str, str], about: Mapping[str, Any]) -> dict[str, Any]:
    """The record as JSON; `pictures`: files by occurrence; `about`: which site, which export, which version made it."""
    facts = record.facts
    return {
        "schema": SCHEMA,
        **{name: about[name] for name in ("site", "version", "export")},
        "alarm": dict(facts["alarm"]),
        "occurrences": [_occurrence(one, pictures) for one in facts["occurrences"]],
        "verdicts": [{name: one[name] for name in one if name not in _LEFT_OUT} for one in facts["verdicts"]],
        "history": [dict(one) for one in facts["history"]],
    }


def _occurrence(one: Mapping[str, Any], pictures: Mapping[str, str]) -> dict[str, Any]:
    file = pictures.get(one["id"])
    return {**one, "picture": file, "picture_missing": bool(one.get("has_picture")) and file is None}


def record_to(record: AlarmRecord) -> dict[str, Any]:
    """A record as a plan keeps it."""
    return {"facts": dict(record.facts), "shots": [asdict(one) for one in record.shots]}


def record_of(kept: Mapping[str, Any]) -> AlarmRecord:
    """The record that `record_to` kept."""
    return AlarmRecord(kept["facts"], tuple(Shot(**one) for one in kept["shots"]))


def papers_in_manifest(papers: Iterable[Paper]) -> list[dict[str, Any]]:
    """How a manifest lists them."""
    return [
        {
            "name": one.name,
            "alarm": one.alarm,
            "kind": one.kind,
            "bytes": one.length_bytes,
            "sha256": one.sha256,
            "blocks": list(one.blocks),
        }
        for one in papers
    ]


def models_of(verdicts: Sequence[Mapping[str, Any]]) -> list[tuple[str, str]]:
    """Each model that judged, by name and SHA-256, in the order in which they did."""
    return list(dict.fromkeys((str(one["model"]), str(one["model_sha256"])) for one in verdicts))
