"""What is told of privacy: who may see what, every way out, the notice; a change is on record."""

from dataclasses import replace
from typing import Any

import pytest
from sqlmodel import select

from controller.adapters import tables as t
from controller.adapters.way_store import SqlWays
from controller.api.server import PREFIX
from controller.core.grants import RIGHTS
from controller.core.ways_out import KINDS, Way
from controller.errors import Refused
from shared.clock import SystemClock
from tests.fakes.two_cameras import KEPT, fill
from tests.integration.controller.conftest import Served

pytestmark = pytest.mark.integration


async def test_rights_are_counted_and_every_way_out_is_told(served: Served) -> None:
    await fill(served.database, KEPT, 1)
    async with served.client("admin") as admin, served.client("operator") as operator:
        await admin.put(f"{PREFIX}/users/viewer/grants", json={"cameras": {KEPT: ["view"]}})
        hook = {"name": "office", "address": "https://hooks.example/cctv", "lines": []}
        assert (await admin.post(f"{PREFIX}/notify/destinations", json=hook)).status_code == 201
        told = (await admin.get(f"{PREFIX}/privacy")).json()
        counted = {one["right"]: one["people"] for one in told["rights"]}
        assert list(counted) == list(RIGHTS)
        assert (counted["view"], counted["clear"], counted["export"], counted["unmask"]) == (4, 3, 3, 2)
        ways = {(one["kind"], one["name"]): one for one in told["ways"]}
        assert {kind for kind, _ in ways} == {*KINDS} - {"export"}
        assert (ways["message", "office"]["open"], ways["message", "office"]["by"]) == (True, "row")
        assert [one["name"] for one in told["ways"] if one["open"]] == ["office"], "nothing else leads out by default"
        await admin.patch(f"{PREFIX}/notify/destinations/office", json={"enabled": False})
        told = (await admin.get(f"{PREFIX}/privacy")).json()
        assert [one["name"] for one in told["ways"] if one["open"]] == []
        assert (await operator.get(f"{PREFIX}/privacy")).status_code == 403


async def test_an_administrator_shuts_and_opens_a_way_and_nobody_else(served: Served) -> None:
    place = f"{PREFIX}/privacy/ways"
    body = {"kind": "message", "name": "office", "open": False, "reason": "not ours"}
    async with served.client("admin") as admin, served.client("operator") as operator:
        hook = {"name": "office", "address": "https://hooks.example/cctv", "lines": []}
        assert (await admin.post(f"{PREFIX}/notify/destinations", json=hook)).status_code == 201
        assert (await operator.post(place, json=body)).status_code == 403
        assert (await admin.post(place, json={**body, "reason": ""})).status_code == 422
        assert (await admin.post(place, json={**body, "name": "nowhere"})).status_code == 404
        unused = {**body, "kind": "store", "name": "store.kind"}
        assert (await admin.post(place, json=unused)).status_code == 404
        told = (await admin.post(place, json=body)).json()["ways"]
        (office,) = [one for one in told if one["name"] == "office"]
        assert (office["open"], office["standing"], office["who"], office["reason"]) == (
            False, "shut", "admin", "not ours",
        )  # fmt: skip
        assert (await admin.get(f"{PREFIX}/notify/destinations")).json()[0]["shut"]
        told = (await admin.post(place, json={**body, "open": True, "reason": "it is"})).json()["ways"]
        assert [one["standing"] for one in told if one["name"] == "office"] == ["open"]
        entries = (await admin.get(f"{PREFIX}/audit", params={"subject": "message:office"})).json()["items"]
    assert [one["what"] for one in entries] == ["way.open", "way.close"]
    assert entries[0]["detail"]["before"]["reason"] == "not ours"


async def test_what_the_site_cannot_run_without_is_switched_at_the_machine(served: Served) -> None:
    way = Way("broker", "mqtt.example:8883", True, False, "setting", "mqtt.example:8883")
    ways = SqlWays(served.database, SystemClock(), [way])
    told = replace(served.parts.privacy, ways=ways)
    asked: dict[str, Any] = {"is_open": False, "who": "kim", "reason": "moving", "address": ""}
    with pytest.raises(Refused):
        await told.switch("broker", way.name, **asked)
    await told.switch("broker", way.name, **asked, here=True)
    assert [one["standing"] for one in await told.told_ways() if one["kind"] == "broker"] == ["shut"]


async def test_the_notice_is_kept_and_a_change_is_on_record(served: Served) -> None:
    place = f"{PREFIX}/privacy/notice"
    async with served.client("admin") as admin, served.client("viewer") as viewer:
        first = await admin.get(f"{PREFIX}/privacy")
        assert set(first.json()["notice"].values()) == {""}
        said = {"name": "한빛 야적장", "responsible": "김안전", "phone": "02-000-0000"}
        put = await admin.put(place, json=said, headers={"If-Match": first.json()["tag"]})
        assert (put.status_code, put.json()["notice"]["responsible"]) == (200, "김안전"), put.text
        assert (await admin.put(place, json=said, headers={"If-Match": first.json()["tag"]})).status_code == 412
        assert (await admin.put(place, json={**said, "phone": "1" * 301})).status_code == 422
        assert (await viewer.put(place, json=said)).status_code == 403
        longer = {**said, "phone": "02-111-1111", "longer": "수사 기관 요청"}
        assert (await admin.put(place, json=longer)).status_code == 200
        assert (await admin.get(f"{PREFIX}/privacy")).json()["notice"]["phone"] == "02-111-1111"
    async with served.database.reading() as session:
        rows = list(await session.scalars(select(t.AuditRow).where(t.AuditRow.what == "privacy.notice")))
    assert [row.detail for row in rows][1] == {
        "before": {"phone": "02-000-0000", "longer": ""},
        "after": {"phone": "02-111-1111", "longer": "수사 기관 요청"},
    }, "why footage is kept for longer is kept, and on record"
