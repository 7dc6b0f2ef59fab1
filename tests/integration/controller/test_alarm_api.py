"""Alarms in people's hands over HTTP: who may what, what a conflict answers, maintenance, load, own clips."""

from typing import Any

import pytest

from controller.adapters.fact_store import SqlFactStore
from controller.adapters.judging_store import SqlJudgingStore
from controller.api.server import PREFIX
from shared.clock import SystemClock
from shared.ids import SiteId
from shared.mint import uuid7
from tests.builders import node_status, occurrence, rule, verdict
from tests.integration.controller.conftest import Served

pytestmark = pytest.mark.integration


async def raised(served: Served) -> str:
    judging = SqlJudgingStore(served.database, SystemClock(), SiteId(served.site.settings.site), uuid7)
    (alarm,) = await judging.save_judgement(None, verdict(event=None), [occurrence(rule(), 2, 4)])
    return alarm


async def test_an_alarm_goes_through_the_hands_of_operators_only(served: Served) -> None:
    alarm = await raised(served)
    url = f"{PREFIX}/alarms/{alarm}"
    acts: list[tuple[str, dict[str, Any], str, Any]] = [
        ("acknowledge", {"note": "going"}, "acknowledged_by", "operator"),
        ("assign", {"to": "admin"}, "assigned_to", "admin"),
        ("assign", {"to": None}, "assigned_to", None),
        ("note", {"note": "a ladder stood there"}, "state", "acknowledged"),
        ("shelve", {"minutes": 30, "note": "painters"}, "shelved_by", "operator"),
        ("unshelve", {}, "shelved_until", None),
        ("escalate", {}, "escalation_level", 1),
        ("resolve", {"assessment": "nuisance"}, "resolved_by", "operator"),
    ]
    async with served.client("operator") as operator, served.client("viewer") as viewer:
        assert (await viewer.get(f"{PREFIX}/assignees")).status_code == 403
        assert (await operator.get(f"{PREFIX}/assignees")).json() == {"names": ["admin", "fresh", "operator"]}
        for verb, body, field, value in acts:
            assert (await viewer.post(f"{url}/{verb}", json=body)).status_code == 403
            answer = await operator.post(f"{url}/{verb}", json=body)
            assert (answer.status_code, answer.json().get(field)) == (200, value), (verb, answer.text)
            shelved = (await viewer.get(f"{PREFIX}/alarms?state=shelved")).json()["items"]
            assert [one["id"] for one in shelved] == ([alarm] if verb == "shelve" else []), verb
        over = await operator.post(f"{url}/shelve", json={"minutes": 5})
        assert (over.status_code, over.json()["said"]["code"]) == (422, "alarm_over")
        detail = (await viewer.get(url)).json()
    told = [(one["who"], one["what"], one["note"]) for one in detail["history"]]
    assert told[1] == ("operator", "acknowledged", "going")
    assert [what for _, what, _ in told[2:]] == [
        "assigned", "unassigned", "noted", "shelved", "unshelved", "escalated", "resolved",
    ]  # fmt: skip


async def test_whoever_comes_second_is_shown_what_is(served: Served) -> None:
    alarm = await raised(served)
    url = f"{PREFIX}/alarms/{alarm}/resolve"
    async with served.client("operator") as one, served.client("admin") as other:
        first = (await one.post(url, json={"assessment": "true", "rev": 1})).json()
        answer = await other.post(url, json={"assessment": "false", "rev": 1})
        assert answer.status_code == 409
        problem = answer.json()
        assert (problem["alarm"], problem["said"]["code"], problem["field"]) == (
            first,
            "alarm_changed",
            "rev",
        )
        again = await other.post(url, json={"assessment": "false", "rev": problem["alarm"]["rev"]})
        assert (again.status_code, again.json()["assessment"]) == (200, "false")
        for body in ({"minutes": 0}, {"minutes": 1441}, {"minutes": 5, "rev": -1}, {"minutes": 5, "until": "later"}):
            assert (await one.post(f"{PREFIX}/alarms/{alarm}/shelve", json=body)).status_code == 422
        assert (await one.post(f"{PREFIX}/alarms/{uuid7()}/acknowledge", json={})).status_code == 404


async def test_maintenance_is_begun_seen_and_ended(served: Served) -> None:
    body = {"scope": "camera", "target": "gate.yard", "minutes": 30, "why": "a new lamp"}
    await SqlFactStore(served.database, SystemClock(), SiteId("site")).save_status(node_status("gate.yard"))
    async with served.client("operator") as operator, served.client("viewer") as viewer:
        assert (await viewer.post(f"{PREFIX}/maintenance", json=body)).status_code == 403
        begun = (await operator.post(f"{PREFIX}/maintenance", json=body)).json()
        assert (begun["who"], begun["why"], begun["target"]) == ("operator", "a new lamp", "gate.yard")
        assert (await viewer.get(f"{PREFIX}/maintenance")).json() == {"items": [begun]}
        ended = (await operator.post(f"{PREFIX}/maintenance/{begun['id']}/end", json={})).json()
        assert ended["ended_by"] == "operator"
        assert (await viewer.get(f"{PREFIX}/maintenance")).json() == {"items": []}
        for wrong in (
            {"target": "gate"},
            {"target": "gate.yrad"},
            {"scope": "roof"},
            {"minutes": 0},
            {"why": ""},
            {"scope": "site"},
        ):
            answer = await operator.post(f"{PREFIX}/maintenance", json=body | wrong)
            assert answer.status_code == 422, wrong


async def test_the_load_and_an_occurrence_are_shown(served: Served) -> None:
    alarm = await raised(served)
    async with served.client("viewer") as viewer:
        load = (await viewer.get(f"{PREFIX}/alarms/stats", params={"operators": 2})).json()
        assert (load["alarms"], load["operators"], load["band"], load["flooding"]) == (1, 2, "acceptable", False)
        assert load["contributors"] == [
            {"rule_name": "lawn", "where": "gate.yard", "zone_name": None, "alarms": 1, "share": 1.0}
        ]
        assert (await viewer.get(f"{PREFIX}/alarms/stats", params={"from": 5, "to": 9})).status_code == 200
        assert (await viewer.get(f"{PREFIX}/alarms/stats", params={"from": 9, "to": 5})).status_code == 422
        (one,) = (await viewer.get(f"{PREFIX}/alarms/{alarm}")).json()["occurrences"]
        found = (await viewer.get(f"{PREFIX}/occurrences/{one['id']}")).json()
        assert (found["occurrence"], found["clip_missing_ms"]) == (one, 24_000)
        for tail in ("clip.mp4", "picture.jpg"):
            assert (await viewer.get(f"{PREFIX}/occurrences/{one['id']}/{tail}")).status_code == 404
            assert (await viewer.get(f"{PREFIX}/occurrences/{uuid7()}/{tail}")).status_code == 404
