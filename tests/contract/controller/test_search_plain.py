"""Any search, on SQLite and PostgreSQL, finds what plain Python finds in the same rows, page by page."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from controller.adapters.search_reads import SearchReads
from controller.adapters.tables import (
    AlarmHistoryRow,
    AlarmRow,
    EnrichmentRow,
    EventClassRow,
    EventRow,
    OccurrenceRow,
)
from controller.core.search import AlarmSearch, EventSearch, Window
from tests.builders import AT
from tests.contract.controller.conftest import Site

ZONE = ZoneInfo("Europe/Berlin")
FROM_MS = 1_774_310_400_000  # 2026-03-24: the clock is put forward on the 29th
DAYS_MS = 10 * 86_400_000
HOURS = (None, (22 * 60, 6 * 60), (8 * 60, 17 * 60), (60, 4 * 60), (12 * 60, 12 * 60 + 20))
CAMERAS = ("gate.yard", "gate.door", "dock.north")
CLASSES = ("person", "truck", "forklift")
WORDS = ("Wooden ladder", "안전모 미착용", "사다리를 치움", "100% 확인", "", "went there", "x_y")
ASKED = ("LADDER", "안전", "다리", "리", "%", "_", "n l", "there", "Zone", "gate.", "none of it", "#7")
TEXTS = (*ASKED, *[""] * len(ASKED))


@dataclass(frozen=True, slots=True)
class Past:
    """The rows, and what was written of each alarm."""

    alarms: Sequence[AlarmRow]
    events: Sequence[EventRow]
    words: dict[str, list[str]]
    seen: dict[str, set[str]]
    occurrences: Sequence[OccurrenceRow]


def make(dice: random.Random) -> Past:
    events, alarms, occurrences, words, seen = [], [], [], {}, {}
    for number in range(240):
        at_ms = FROM_MS + dice.randrange(DAYS_MS // 60_000) * 60_000  # many at the same moment
        camera, name = dice.choice(CAMERAS), f"{number:036}"
        lasted_ms = dice.choice((None, 2_000, 60_000, 61_000))
        events.append(
            EventRow(
                id=name,
                camera=camera,
                rev=1,
                state="closed",
                start_ms=at_ms,
                clip_start_ms=at_ms,
                peak=0.5,
                end_ms=None if lasted_ms is None else at_ms + lasted_ms,
                media_class="motion",
            )
        )
        seen[name] = {one for one, share in zip(CLASSES, (0.5, 0.2, 0.03), strict=True) if dice.random() < share}
        if number % 3:
            continue
        alarms.append(
            AlarmRow(
                id=name,
                number=number,
                rev=1,
                state=dice.choice(("raised", "resolved")),
                rule="r",
                rule_name=dice.choice(("Yard", "헬멧")),
                kind=dice.choice(("zone_intrusion", "ppe_missing")),
                required=[],
                severity=dice.choice(("low", "high")),
                camera=camera,
                zone_name=dice.choice((None, "Zone 1", "적치장")),
                persistence_s=1,
                condition_ms=at_ms,
                raised_at=AT,
                end_ms=at_ms + (lasted_ms or 1_000),
                confidence=1,
                occurrences=1,
                late=False,
                assessment=dice.choice((None, "true", "nuisance")),
                detail=dice.choice(WORDS),
            )
        )
        words[name] = [dice.choice(WORDS), dice.choice(WORDS)]
        other = dice.choice(CAMERAS)
        occurrences.append(
            OccurrenceRow(
                id=name,
                alarm=name,
                camera=other,
                event=name if number % 2 else None,
                start_ms=at_ms,
                condition_ms=at_ms,
                confidence=1,
                track_ids=[],
                late=False,
            )
        )
    return Past(alarms, events, words, seen, occurrences)


@pytest.fixture
async def past(site: Site) -> Past:
    made = make(random.Random(5))
    rows: list[tuple[type, list[dict[str, Any]]]] = [
        (EventRow, [row.model_dump() for row in made.events]),
        (AlarmRow, [row.model_dump() for row in made.alarms]),
        (OccurrenceRow, [row.model_dump() for row in made.occurrences]),
        (
            EventClassRow,
            [
                {"event": row.id, "class_name": name, "camera": row.camera, "start_ms": row.start_ms}
                for row in made.events
                for name in made.seen[row.id]
            ],
        ),
        (
            AlarmHistoryRow,
            [
                {"alarm": name, "at": AT, "who": "kim", "what": "note", "note": said[0]}
                for name, said in made.words.items()
            ],
        ),
        (
            EnrichmentRow,
            [
                {
                    "id": name,
                    "alarm": name,
                    "kind": "describe",
                    "state": "done",
                    "created_ms": 0,
                    "due_ms": 0,
                    "tries": 1,
                }
                | {"text": said[1], "model": "m", "reason": ""}
                for name, said in made.words.items()
            ],
        ),
    ]
    async with site.database.writing() as session:
        for table, values in rows:
            await session.execute(sa.insert(table), values)
    return made


def window(dice: random.Random) -> Window:
    from_ms = FROM_MS + dice.randrange(DAYS_MS // 2)
    return Window(from_ms, from_ms + dice.randrange(1, DAYS_MS), dice.choice(HOURS))


def some(dice: random.Random, values: Sequence[str]) -> list[str]:
    return dice.sample(values, dice.randint(1, len(values))) if dice.random() < 0.3 else []


def inside(asked: Window, at_ms: int) -> bool:
    local = datetime.fromtimestamp(at_ms / 1000, ZONE)
    minute, (begin, end) = local.hour * 60 + local.minute, asked.hours or (0, 1440)
    now = begin <= minute < end if begin < end else minute >= begin or minute < end
    return asked.from_ms <= at_ms < asked.to_ms and now


def alarm_fits(past: Past, asked: AlarmSearch, row: AlarmRow) -> bool:
    cameras = {row.camera} | {one.camera for one in past.occurrences if one.alarm == row.id}
    own = (row.rule_name, row.zone_name or "", row.camera or "", row.detail, *past.words[row.id])
    said = any(asked.text.lower() in text.lower() for text in own)
    if asked.text.startswith("#"):
        said = row.number == int(asked.text[1:])
    return (
        inside(asked.window, row.condition_ms)
        and (not asked.cameras or bool(cameras & set(asked.cameras)))
        and all(
            not wanted or value in wanted
            for wanted, value in (
                (asked.severities, row.severity),
                (asked.states, row.state),
                (asked.kinds, row.kind),
                (asked.rules, row.rule_name),
                (asked.zones, row.zone_name),
                (asked.assessments, row.assessment),
            )
        )
        and (row.end_ms or 0) - row.condition_ms >= asked.least_s * 1000
        and (not asked.text or said)
    )


def event_fits(past: Past, asked: EventSearch, row: EventRow) -> bool:
    alarmed = any(one.event == row.id for one in past.occurrences)
    lasted_ms = -1 if row.end_ms is None else row.end_ms - row.start_ms
    return (
        inside(asked.window, row.start_ms)
        and (not asked.cameras or row.camera in asked.cameras)
        and (not asked.classes or bool(past.seen[row.id] & set(asked.classes)))
        and asked.alarmed in {None, alarmed}
        and (not asked.least_s or lasted_ms >= asked.least_s * 1000)
    )


async def pages(ask: Callable[[Any, str | None, int], Any], asked: Any, limit: int) -> list[str]:
    """The ids of all pages; each but the last is full."""
    names: list[str] = []
    cursor = None
    while True:
        page = await ask(asked, cursor, limit)
        names += [item["id"] for item in page["items"]]
        cursor = page["next"]
        if cursor is None:
            return names
        assert len(page["items"]) == limit


def ordered(found: Sequence[tuple[int, str]]) -> list[str]:
    return [name for _, name in sorted(found, reverse=True)]


@pytest.mark.parametrize("rare", [0, 1_000])
async def test_alarms_are_those_that_plain_python_finds(site: Site, past: Past, rare: int) -> None:
    dice, reads, met = random.Random(rare), SearchReads(site.database, ZONE, rare), 0
    for _ in range(25):
        given: dict[str, Any] = {
            "cameras": some(dice, CAMERAS),
            "severities": some(dice, ("low", "high")),
            "states": some(dice, ("raised", "resolved")),
            "kinds": some(dice, ("zone_intrusion", "ppe_missing")),
            "rules": some(dice, ("Yard", "헬멧")),
            "zones": some(dice, ("Zone 1", "적치장")),
            "assessments": some(dice, ("true", "nuisance")),
        }
        asked = AlarmSearch(window(dice), **given, least_s=dice.choice((0, 0, 1.5, 60)), text=dice.choice(TEXTS))
        found = await pages(reads.alarms, asked, dice.choice((7, 40)))
        meant = ordered([(row.condition_ms, row.id) for row in past.alarms if alarm_fits(past, asked, row)])
        assert found == meant, asked
        met += len(found)
    assert met > 25


async def test_events_are_those_that_plain_python_finds(site: Site, past: Past) -> None:
    dice, reads, met = random.Random(3), SearchReads(site.database, ZONE), 0
    for _ in range(25):
        asked = EventSearch(
            window(dice),
            some(dice, CAMERAS),
            some(dice, CLASSES),
            dice.choice((None, None, True, False)),
            dice.choice((0, 0, 2, 60.5)),
        )
        found = await pages(reads.events, asked, dice.choice((7, 40)))
        meant = ordered([(row.start_ms, row.id) for row in past.events if event_fits(past, asked, row)])
        assert found == meant, asked
        met += len(found)
    assert met > 100
