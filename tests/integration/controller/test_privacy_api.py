"""What is told of privacy: who may see what, every way out, the notice; a change is on record."""

import pytest
from sqlmodel import select

from controller.adapters import tables as t
from controller.api.server import PREFIX
from controller.core.grants import RIGHTS
from controller.core.ways_out import KINDS
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
        assert (await admin.put(place, json={**said, "phone": "02-111-1111"})).status_code == 200
        assert (await admin.get(f"{PREFIX}/privacy")).json()["notice"]["phone"] == "02-111-1111"
    async with served.database.reading() as session:
        rows = list(await session.scalars(select(t.AuditRow).where(t.AuditRow.what == "privacy.notice")))
    assert [row.detail for row in rows][1] == {"before": {"phone": "02-000-0000"}, "after": {"phone": "02-111-1111"}}
