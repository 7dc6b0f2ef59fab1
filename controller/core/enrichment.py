"""Decides what a language model is asked about an alarm, when, and what of its answer counts. Pure.

An enrichment is a help for people: it is never waited for, and what comes too late is not asked at all.
"""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from shared.errors import Rejected
from shared.kinds import Severity

EnrichmentKind = Literal["describe", "draft"]
"""`describe`: what the pictures show. `draft`: what a person might do next, for them to accept or not."""

Language = Literal["ko", "en"]

FRESH_MS = 15 * 60_000
"""An alarm that nobody could be asked about for so long is not asked about."""
MOST_TRIES = 3
MOST_ANSWER_CHARS = 2_000
_AGAIN_MS = (5_000, 30_000)
_HOUR_MS = 3_600_000
_MOST_ASKED_CHARS = 4_000
_TONGUE: Mapping[Language, str] = {"ko": "Korean", "en": "English"}


@dataclass(frozen=True, slots=True)
class AlarmWords:
    """An alarm as a language model is told of it: no names of people, no addresses."""

    rule: str
    kind: str
    severity: Severity
    camera: str
    zone: str | None
    required: tuple[str, ...]
    regulation: str
    at: str
    occurrences: int
    description: str = ""  # what `describe` found


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked. `pictures`: whether they are sent along."""

    system: str
    user: str
    pictures: bool


def question(kind: EnrichmentKind, alarm: AlarmWords, language: Language) -> Question:
    """The words of one question; what the site wrote is fenced off as data."""
    facts = "\n".join(
        f"{name}: {_plain(value)}"
        for name, value in (
            ("rule", alarm.rule),
            ("kind", alarm.kind),
            ("severity", alarm.severity),
            ("camera", alarm.camera),
            ("zone", alarm.zone or ""),
            ("protective equipment required", ", ".join(alarm.required)),
            ("regulation", alarm.regulation),
            ("time (UTC)", alarm.at),
            ("times it happened", str(alarm.occurrences)),
            ("what the pictures show", alarm.description),
        )
        if value
    )[:_MOST_ASKED_CHARS]
    tongue = _TONGUE[language]
    if kind == "describe":
        system = (
            f"You describe pictures of a work-safety camera for a guard, in {tongue}, in at most three short "
            "sentences. Say only what can be seen: people, vehicles, protective equipment, where they are. Do not "
            "guess who anyone is, and say so when the picture does not show what the alarm claims."
        )
        return Question(system, f"An alarm was raised.\n<alarm>\n{facts}\n</alarm>\nWhat do the pictures show?", True)
    system = (
        f"You draft, in {tongue}, the next step of a safety manager after an alarm: at most four short numbered "
        "steps. Use only the facts and the regulation given; cite no other law. A person decides whether it is done."
    )
    return Question(system, f"<alarm>\n{facts}\n</alarm>\nDraft the next steps.", False)


def _plain(value: str) -> str:
    """One line without control characters or angle brackets: data cannot end its own fence."""
    return " ".join("".join(c if c not in "<>" and c.isprintable() else " " for c in value).split())


def answer(text: object) -> str:
    """What a model's answer is worth keeping of; `Rejected` when there is nothing."""
    if not isinstance(text, str):
        raise Rejected("answer", f"is {type(text).__name__}, not text")
    shown = "".join(c for c in text if c in "\n\t" or unicodedata.category(c)[0] != "C").strip()
    if not shown:
        raise Rejected("answer", "is empty")
    return shown if len(shown) <= MOST_ANSWER_CHARS else shown[: MOST_ANSWER_CHARS - 1].rstrip() + "…"


def pause_ms(sent_ms: Sequence[int], per_hour: int, now_ms: int) -> int:
    """How long to wait before the next request keeps within `per_hour` requests in any hour; 0: ask now."""
    recent = sorted(at for at in sent_ms if now_ms - at < _HOUR_MS)
    return 0 if len(recent) < per_hour else recent[len(recent) - per_hour] + _HOUR_MS - now_ms


def again_ms(tries: int) -> int | None:
    """How long after failed try number `tries` the next one is due; None: it is given up."""
    return None if tries >= MOST_TRIES else _AGAIN_MS[min(tries, len(_AGAIN_MS)) - 1]
