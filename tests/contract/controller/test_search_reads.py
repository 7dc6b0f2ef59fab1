"""Looking for alarms and events, on SQLite and PostgreSQL: every filter finds what it names and nothing else."""

from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from controller.adapters.alarm_store import AlarmStore
from controller.adapters.saved_searches import MOST_SAVED, SavedSearches
from controller.adapters.search_reads import SearchReads
from controller.api.search_schemas import FoundAlarms, FoundEvents, SearchChoices
from controller.core.lifecycle import Deed
from controller.core.records import TrackSummary
from controller.core.search import AlarmSearch, EventSearch, Window
from controller.errors import Missing
from controller.ports import Received
from shared.errors import Rejected
from shared.geometry import Box
from shared.ids import CameraId, EventId, NodeId
from tests.builders import T0, event_fact, occurrence, rule, verdict
from tests.contract.controller.conftest import Site

ALL = Window(T0 - 60_000, T0 + 3_600_000)


def reads(site: Site) -> SearchReads:
    return SearchReads(site.database, ZoneInfo("Asia/Seoul"))


async def rules_found(site: Site, window: Window = ALL, **given: Any) -> list[str]:
    found = await reads(site).alarms(AlarmSearch(window, **given), None, 50)
    FoundAlarms.model_validate({**found, "from_ms": 0, "to_ms": 1})
    return [item["rule_name"] for item in found["items"]]


async def three_alarms(site: Site) -> list[str]:
    ids: list[str] = []
    for at_s, name, more, camera in (
        (10, "yard", {"severity": "high"}, "gate.yard"),
        (700, "helmet", {"severity": "low", "kind": "ppe_missing", "required": ("helmet",)}, "gate.yard"),
        (1_400, "door", {"severity": "high"}, "gate.door"),
    ):
        one = occurrence(rule(name=name, zone_name=f"{name} zone", **more), at_s, at_s + 8, camera=CameraId(camera))
        judged = verdict(at_s, at_s + 9, event=None, camera=CameraId(camera))
        ids += await site.judging.save_judgement(None, judged, [one])
    assert len(ids) == 3
    return ids


async def test_every_filter_finds_what_it_names_newest_first(site: Site) -> None:
    yard, helmet, _ = await three_alarms(site)
    acts = AlarmStore(site.database, site.clock)
    await acts.act(yard, Deed("note", "kim", "a 100% wooden ladder stood there"))
    await acts.act(helmet, Deed("resolve", "kim", assessment="nuisance"))
    assert await rules_found(site) == ["door", "helmet", "yard"]
    for given, names in (
        ({"cameras": ["gate.door"]}, ["door"]),
        ({"cameras": ["gate.door", "gate.yard"]}, ["door", "helmet", "yard"]),
        ({"severities": ["low"]}, ["helmet"]),
        ({"states": ["resolved"]}, ["helmet"]),
        ({"kinds": ["ppe_missing"]}, ["helmet"]),
        ({"rules": ["yard"]}, ["yard"]),
        ({"zones": ["door zone"]}, ["door"]),
        ({"assessments": ["nuisance"]}, ["helmet"]),
        ({"least_s": 7.9}, ["door", "helmet", "yard"]),
        ({"least_s": 8.1}, []),
        ({"text": "LADDER"}, ["yard"]),
        ({"text": "100%"}, ["yard"]),
        ({"text": "%"}, ["yard"]),
        ({"text": "helmet z"}, ["helmet"]),
        ({"text": "#3"}, ["door"]),
        ({"text": "gate.door"}, ["door"]),
        ({"text": "nowhere"}, []),
        ({"severities": ["high"], "cameras": ["gate.yard"]}, ["yard"]),
    ):
        assert await rules_found(site, **given) == names, given


async def test_time_and_hours_bound_the_condition(site: Site) -> None:
    await three_alarms(site)
    assert await rules_found(site, Window(T0, T0 + 700_000)) == ["yard"]
    assert await rules_found(site, Window(T0, T0 + 3_600_000, (17 * 60 + 10, 17 * 60 + 20))) == ["helmet"]
    assert await rules_found(site, Window(T0, T0 + 3_600_000, (3 * 60, 4 * 60))) == []


async def test_pages_follow_each_other_without_a_gap(site: Site) -> None:
    await three_alarms(site)
    names, cursor = [], None
    for _ in range(3):
        page = await reads(site).alarms(AlarmSearch(ALL), cursor, 1)
        names += [item["rule_name"] for item in page["items"]]
        cursor = page["next"]
    assert (names, cursor) == (["door", "helmet", "yard"], None)
    for wrong in ("x", "1", "1.x", f"-1.{'x' * 36}", "9" * 16 + "." + "x" * 36):
        with pytest.raises(Rejected, match="cursor"):
            await reads(site).alarms(AlarmSearch(ALL), wrong, 1)


async def events_found(site: Site, window: Window = ALL, **given: Any) -> list[int]:
    found = await reads(site).events(EventSearch(window, **given), None, 50)
    FoundEvents.model_validate({**found, "from_ms": 0, "to_ms": 1})
    return [(item["start_ms"] - T0) // 1000 for item in found["items"]]


def seen(number: int, name: str) -> TrackSummary:
    return TrackSummary(number, name, T0, T0 + 1000, 0.9, T0 + 500, Box(0.1, 0.1, 0.2, 0.5))


async def test_events_are_found_by_what_was_seen_in_them(site: Site) -> None:
    ids = []
    for at_s, camera in ((0, "gate.yard"), (60, "gate.door"), (120, "gate.yard")):
        start_ms = T0 + at_s * 1000
        times = {"start_ms": start_ms, "clip_start_ms": start_ms - 1_000, "state": "closed", "rev": 2}
        ends = {"end_ms": start_ms + 5_000 + at_s * 100, "clip_end_ms": start_ms + 20_000}
        fact = event_fact(camera=camera, **times, **ends)
        await site.facts.save_facts([Received(NodeId("gate"), b"", fact)])
        ids.append(EventId(fact.event))
    person, truck = seen(1, "person"), seen(2, "truck")
    for event, tracks, camera, at_s in (
        (ids[0], (person,), "gate.yard", 0),
        (ids[1], (person, truck), "gate.door", 60),
    ):
        judged = verdict(at_s, at_s + 2, event=event, camera=CameraId(camera), tracks=tracks)
        alarmed = [occurrence(rule(), at_s + 1, at_s + 2, camera=CameraId(camera))] if at_s else []
        await site.judging.save_judgement(None, replace(judged, tracks=tracks[:1]), alarmed)
        await site.judging.save_judgement(None, judged, ())  # it grows
    assert await events_found(site) == [120, 60, 0]
    assert await events_found(site, classes=["person"]) == [60, 0]
    assert await events_found(site, classes=["truck", "dog"]) == [60]
    assert await events_found(site, cameras=["gate.yard"], classes=["person"]) == [0]
    assert await events_found(site, alarmed=True) == [60]
    assert await events_found(site, alarmed=False) == [120, 0]
    assert await events_found(site, least_s=10) == [120, 60]
    assert await events_found(site, Window(T0 + 60_000, T0 + 120_000)) == [60]
    choices = await reads(site).choices()
    SearchChoices.model_validate(choices)
    assert choices["classes"] == ["person", "truck"]


async def test_saved_searches_are_their_own_persons(site: Site) -> None:
    saved = SavedSearches(site.database, site.clock)
    nights = await saved.save("kim", "nights", {"of": "events", "begin": "22:00"})
    await saved.save("kim", "a gate", {})
    again = await saved.save("kim", "nights", {"of": "alarms"})
    assert (again["id"], again["query"]) == (nights["id"], {"of": "alarms"})
    assert [one["name"] for one in await saved.of("kim")] == ["a gate", "nights"]
    assert await saved.of("lee") == []
    with pytest.raises(Missing):
        await saved.forget("lee", nights["id"])
    await saved.forget("kim", nights["id"])
    assert [one["name"] for one in await saved.of("kim")] == ["a gate"]
    for number in range(MOST_SAVED - 1):
        await saved.save("kim", f"{number}", {})
    with pytest.raises(Rejected, match="name"):
        await saved.save("kim", "one more", {})
    assert (await saved.save("kim", "a gate", {"text": "x"}))["query"] == {"text": "x"}
