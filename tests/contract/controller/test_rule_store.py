"""The rule store on both databases: every kind, what rules refer to, and every version to go back to."""

from dataclasses import replace

import pytest

from controller.adapters.rule_store import RuleStore
from controller.api.schemas import AlarmOut, RulesOut
from controller.core.rulebook import parse_rulebook
from controller.core.surroundings import settle
from shared.errors import Rejected
from shared.ids import CameraId
from shared.mint import uuid7
from tests.builders import occurrence, rule, verdict
from tests.contract.controller.conftest import SITE, Site

GROUND = [[0, 1, 0, 0], [1, 1, 4, 0], [0.8, 0.4, 4, 9], [0.2, 0.4, 0, 9]]
BOOK = {
    "rules": [
        {"name": "near", "kind": "proximity", "others": ["truck"], "distance_m": 3, "shifts": ["night"]},
        {"name": "line", "kind": "line_crossing", "line": [[0, 0.5], [1, 0.5]], "direction": "left_to_right"},
        {"name": "post", "kind": "absence", "camera": "gate.yard", "regulation": "kr-623", "place": "hall"},
        {"name": "full", "kind": "occupancy", "most": 3, "on_holidays": "off"},
    ],
    "cameras": {"gate.yard": {"ground": GROUND, "place": "yard"}},
    "shifts": {"night": {"days": ["fri", "sat"], "from": "22:00", "to": "06:00"}},
    "holidays": ["2026-12-25"],
    "regulations": {"house": {"ko": "사내 규정", "en": "house rule"}},
}


async def test_rules_of_every_kind_come_back_with_all_they_refer_to(site: Site) -> None:
    store = RuleStore(site.database, site.clock, SITE)
    book = parse_rulebook(BOOK, uuid7)
    state = await store.replace(book.rules, camera=None, expected_version=0, who="kim", around=book.around)
    shown = RulesOut.model_validate(state)
    assert (shown.holidays, shown.rules[0].shifts) == (["2026-12-25"], ["night"])
    assert (shown.rules[1].direction, shown.rules[1].heading_deg) == ("left_to_right", None)
    assert shown.rules[2].regulation_texts is not None
    assert "623" in shown.rules[2].regulation_texts["en"]
    assert (await store.all()) == state
    _, there = await site.judging.rules(CameraId("gate.yard"))
    assert there == tuple(settle(rule, book.around, CameraId("gate.yard")) for rule in book.rules)
    assert [one.place for one in there] == ["yard", "yard", "hall", "yard"]
    _, elsewhere = await site.judging.rules(CameraId("gate.door"))
    assert [one.ground for one in elsewhere] == [(), (), ()], "another camera's ground is none"
    found = [rule for rule in book.rules if rule.camera is None]
    assert elsewhere == tuple(settle(rule, book.around, CameraId("gate.door")) for rule in found)


async def test_every_version_is_kept_as_a_rule_file_that_can_be_put_in_force_again(site: Site) -> None:
    store = RuleStore(site.database, site.clock, SITE)
    book = parse_rulebook(BOOK, uuid7)
    first = await store.replace(book.rules, camera=None, expected_version=0, who="kim", around=book.around)
    await store.replace([], camera=None, expected_version=1, who="lee")
    kept = [(one["version"], one["who"], one["rules"]) for one in await store.history(None)]
    assert kept == [(2, "lee", 0), (1, "kim", 4)]
    assert [one["version"] for one in await store.history(2)] == [1]
    again = parse_rulebook(await store.document(1), uuid7)
    assert again.around == book.around
    state = await store.replace(again.rules, camera=None, expected_version=2, who="kim", around=again.around)
    same = [{**one, "id": ""} for one in first["rules"]]
    assert [{**one, "id": ""} for one in state["rules"]] == same
    assert await store.document(9) is None


async def test_a_shift_that_another_cameras_rule_names_is_not_dropped(site: Site) -> None:
    store = RuleStore(site.database, site.clock, SITE)
    book = parse_rulebook(BOOK, uuid7)
    await store.replace(book.rules, camera=None, expected_version=None, who="kim", around=book.around)
    with pytest.raises(Rejected, match="still named by the rule 'near'"):
        await store.replace([], camera=CameraId("gate.yard"), expected_version=None, who="kim")
    assert (await store.all())["version"] == 1


async def test_an_alarm_tells_why_it_fired_and_the_text_of_its_regulation(site: Site) -> None:
    texts = (("en", "house rule"), ("ko", "사내 규정"))
    dwelling = rule(kind="loitering", dwell_s=9.0, regulation="house", regulation_texts=texts)
    first = replace(occurrence(dwelling, 2, None), numbers=(("dwell_s", 9.1),))
    (alarm,) = await site.judging.save_judgement(None, verdict(event=None), [first])
    shown = AlarmOut.model_validate((await site.queries.alarm(alarm))["alarm"])
    assert (shown.numbers, shown.persistence_s, shown.regulation) == ({"dwell_s": 9.1}, 9.0, "사내 규정")
    assert shown.regulation_texts == dict(texts)
    longer = replace(first, end_ms=first.condition_ms + 5000, numbers=(("dwell_s", 14.0),))
    await site.judging.save_judgement(None, verdict(event=None), [longer])
    detail = await site.queries.alarm(alarm)
    assert (detail["alarm"]["numbers"], detail["occurrences"][0]["numbers"]) == ({"dwell_s": 14.0}, {"dwell_s": 14.0})
