"""What the report of an evidence bundle says, as headings, lines and tables. Pure: the same bundle, the same report."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Any

from controller.core.audit import EPOCH
from controller.core.bundle_report_words import DONE, WORDS
from controller.core.export_words import Language, word

_MOST_ROWS = 400
"""Of a table: who wants more reads the file that it is made of."""


@dataclass(frozen=True, slots=True)
class Heading:
    """Of a part; `level` 1: of all."""

    text: str
    level: int = 2


@dataclass(frozen=True, slots=True)
class Line:
    """A paragraph; `grey`: beside what matters."""

    text: str
    grey: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """`shares`: of the width, one for each column; without heads: names and values."""

    shares: tuple[int, ...]
    rows: tuple[tuple[str, ...], ...]
    heads: tuple[str, ...] = ()


Block = Heading | Line | Table


def content_hash(document: Mapping[str, Any]) -> str:
    """SHA-256 of the manifest as it is without what tells of it: a printed report and its bundle are held together."""
    papers = [one for one in document["papers"] if one["kind"] not in ("report", "verifier")]
    text = json.dumps({**document, "papers": papers}, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def blocks(document: Mapping[str, Any], evidence: Mapping[str, Any], language: Language, zone: tzinfo) -> list[Block]:
    """`document`: the bundle's manifest; `evidence`: what its plan keeps."""
    page = _Page(document, evidence, language, zone)
    parts = (
        page.spans(), page.films(), page.gaps(), page.stones(), page.ledgers(), page.recovered(), page.keys(),
        page.custody(), page.verify(), page.handed(),
    )  # fmt: skip
    numbered = [_numbered(part, number) for number, part in enumerate(filter(None, parts), 1)]
    return [block for part in (page.about(), *numbered) for block in part]


def _numbered(part: Sequence[Block], number: int) -> list[Block]:
    """A part under its number, as others cite it."""
    head, *rest = part
    return [Heading(f"{number}. {head.text}") if isinstance(head, Heading) else head, *rest]


@dataclass(frozen=True, slots=True)
class _Page:
    document: Mapping[str, Any]
    evidence: Mapping[str, Any]
    language: Language
    zone: tzinfo

    def about(self) -> list[Block]:
        told, w = self.document, WORDS[self.language]
        rows = [
            (w["site"], told["site"]),
            (w["export"], told["export"]),
            (w["asked_by"], told["asked_by"]),
            (w["asked_at"], self._moment(datetime.fromisoformat(told["asked_at"]))),
            (w["why"], told["why"]),
            (w["version"], f"SHT-CCTV {told['version']}"),
            (w["content"], content_hash(told)),
            (w["key"], told["site_key"]["fingerprint"]),
        ]
        names = [one["name"] for one in told["records"] if one["kind"] == "record"]
        rows.append((w["alarms"], ", ".join(names)))
        shown = tuple((name, str(value)) for name, value in rows if value)
        return [Heading(w["title"], 1), Table((1, 4), shown), Line(w["zone"].format(zone=self.zone), grey=True)]

    def verify(self) -> list[Block]:
        w = WORDS[self.language]
        command = f"python3 verify.py . --key {w['fingerprint']}"
        return [
            Heading(w["verify"]),
            *(Line(w[f"verify_{number}"]) for number in (1, 2, 3, 4)),
            Line(command, grey=True),
        ]

    def handed(self) -> list[Block]:
        """To be filled in by hand, by everybody who passes the bundle on."""
        w = WORDS[self.language]
        heads = tuple(w[name] for name in ("at", "from_whom", "to_whom", "signatures"))
        return [
            Heading(w["handed"]),
            Line(w["handed_help"], grey=True),
            Table((2, 3, 3, 4), (("", "", "", ""),) * 4, heads),
        ]

    def spans(self) -> list[Block]:
        rows = [(one["camera"], *self._span(one)) for one in self.document["wanted"]]
        return self._table("spans", (2, 2, 2), ("camera", "from", "to"), rows)

    def films(self) -> list[Block]:
        rows = [
            (one["name"], *self._span(one), f"{one['bytes']:,}", str(len(one["segments"])), one["sha256"])
            for one in self.document["files"]
        ]
        heads = ("file", "from", "to", "bytes", "segments")
        return self._table("films", (16, 10, 10, 9, 7, 25), heads, rows, ("SHA-256",))

    def gaps(self) -> list[Block]:
        w = WORDS[self.language]
        rows = [(one["camera"], *self._span(one), word(one["cause"], self.language)) for one in self.document["gaps"]]
        if not rows:
            return [Heading(w["gaps"]), Line(w["no_gaps"])]
        return self._table("gaps", (2, 2, 2, 3), ("camera", "from", "to", "cause"), rows)

    def stones(self) -> list[Block]:
        w = WORDS[self.language]
        rows = [
            (
                one["camera"], *self._span(one), self._time(one["deleted_ms"]),
                w["retention"] if one["by"] == "retention" else one["by"],
            )
            for one in self.document["tombstones"]
        ]  # fmt: skip
        heads = ("camera", "from", "to", "deleted", "by")
        return self._table("stones", (2, 2, 2, 2, 2), heads, rows, help_of="stones_help") if rows else []

    def ledgers(self) -> list[Block]:
        rows: list[tuple[str, ...]] = []
        for one in self.evidence["ledgers"]:
            lines = one["lines"]
            unsigned = sum(line["signature"] is None for line in lines)
            last = one["heads"][-1][2] if one["heads"] else ""
            first, end = (self._time(at) for at in (one["stretches"][0][0], one["stretches"][-1][1]))
            chains = len({line["chain"] for line in lines})
            counts = (str(len(lines)), str(len(lines) - unsigned), str(unsigned), str(chains))
            rows.append((one["camera"], first, end, *counts, last))
        heads = ("camera", "from", "to", "entries", "signed", "unsigned", "chains", "head")
        return self._table("ledgers", (5, 6, 6, 3, 3, 4, 3, 13), heads, rows, help_of="ledgers_help")

    def recovered(self) -> list[Block]:
        rows = [
            (one["camera"], self._time(segment[0]), self._time(segment[1]), segment[3])
            for one in self.evidence["ledgers"]
            for line in one["lines"]
            for segment in line["segments"]
            if segment[4]
        ]
        heads = ("camera", "from", "to")
        return self._table("recovered", (4, 5, 5, 12), heads, rows, ("SHA-256",), "recovered_help") if rows else []

    def keys(self) -> list[Block]:
        rows = [
            (
                one["node"], one["fingerprint"], self._moment(datetime.fromisoformat(one["since"])),
                "" if one["until"] is None else self._moment(datetime.fromisoformat(one["until"])),
            )
            for one in self.evidence["keys"]
        ]  # fmt: skip
        return self._table("keys", (4, 13, 5, 5), ("node", "fingerprint", "since", "until"), rows)

    def custody(self) -> list[Block]:
        told = [line.get("told") or line.get("unsealed") for line in self.evidence["custody"]]
        entries = sorted((one for one in told if one), key=lambda one: (one["at"], one["id"]))
        done = DONE[self.language]
        rows = [
            (
                self._moment(datetime.fromisoformat(one["at"])), one["who"], done.get(one["what"], one["what"]),
                " ".join(str(part) for part in (one["subject"], one["detail"].get("file", "")) if part),
            )
            for one in reversed(entries)
        ]  # fmt: skip
        return self._table("custody", (3, 2, 4, 5), ("at", "who", "what", "on"), rows, help_of="custody_help")

    def _table(
        self,
        title: str,
        shares: tuple[int, ...],
        heads: tuple[str, ...],
        rows: Sequence[tuple[str, ...]],
        more: tuple[str, ...] = (),
        help_of: str = "",
    ) -> list[Block]:
        w = WORDS[self.language]
        found: list[Block] = [Heading(w[title])]
        if help_of:
            found.append(Line(w[help_of], grey=True))
        found.append(Table(shares, tuple(rows[:_MOST_ROWS]), (*(w[name] for name in heads), *more)))
        if len(rows) > _MOST_ROWS:
            found.append(Line(w["more"].format(count=len(rows) - _MOST_ROWS), grey=True))
        return found

    def _span(self, one: Mapping[str, Any]) -> tuple[str, str]:
        return self._time(one["start_ms"]), self._time(one["end_ms"])

    def _time(self, unix_ms: int) -> str:
        return self._moment(EPOCH + timedelta(milliseconds=unix_ms))

    def _moment(self, at: datetime) -> str:
        return f"{at.astimezone(self.zone):%Y-%m-%d %H:%M:%S}"
