"""Destinations over HTTP: what a person may do to their own, what an administrator alone, what is told of a fault."""

from typing import Any

import pytest

from controller.adapters.delivery_store import SqlReceipts
from controller.adapters.tables import DeliveryRow, DestinationRow
from controller.api.server import PREFIX
from shared.clock import SystemClock
from shared.mint import uuid7
from tests.integration.controller.conftest import Served

pytestmark = pytest.mark.integration
PLACE = f"{PREFIX}/notify/destinations"
HOOK = {"address": "https://hooks.example.com/secret-part", "lines": [{"rule": None, "threshold": "high"}]}


def named(name: str, **more: Any) -> dict[str, Any]:
    return {"name": name, **HOOK, **more}


async def test_a_person_manages_their_own_and_nobody_elses(served: Served) -> None:
    async with served.client("admin") as admin, served.client("viewer") as viewer:
        assert (await admin.post(PLACE, json=named("siren"))).status_code == 201
        made = await viewer.post(PLACE, json=named("mine"))
        assert (made.status_code, made.json()["destination"]["owner"]) == (201, "viewer")
        assert made.json()["key"]
        assert [one["name"] for one in (await viewer.get(PLACE)).json()] == ["mine"]
        assert [one["name"] for one in (await admin.get(PLACE)).json()] == ["mine", "siren"]
        assert "secret-part" not in (await admin.get(PLACE)).text
        for field, body in (
            ("owner", {"owner": "admin"}),
            ("pictures", {"pictures": True}),
            ("private", {"private": True}),
        ):
            refused = await viewer.post(PLACE, json=named("other", **body))
            assert (refused.status_code, refused.json()["field"]) == (403, field)
        assert (await viewer.patch(f"{PLACE}/mine", json={"pictures": True})).status_code == 403
        assert (await viewer.patch(f"{PLACE}/mine", json={"enabled": False})).json()["enabled"] is False
        for method, path in (("PATCH", "siren"), ("DELETE", "siren"), ("POST", "siren/test"), ("PUT", "siren/lines")):
            wanted: dict[str, Any] = {"lines": []} if method == "PUT" else {}
            answer = await viewer.request(method, f"{PLACE}/{path}", json=wanted)
            assert answer.status_code == 403, (method, path)
        assert (await viewer.delete(f"{PLACE}/mine")).status_code == 204
        assert (await admin.delete(f"{PLACE}/siren")).status_code == 204


async def test_nobody_adds_without_end(served: Served) -> None:
    async with served.client("viewer") as viewer:
        answers = [(await viewer.post(PLACE, json=named(f"mine-{n}"))).status_code for n in range(11)]
        assert answers == [201] * 10 + [422]


async def test_a_refused_address_is_told_at_its_field_and_by_its_code(served: Served) -> None:
    async with served.client("admin") as admin:
        for address, code in (
            ("", "too_short"),
            ("http://hooks.example.com/x", "address_plain"),
            ("https://me@hooks.example.com/x", "address_user"),
            ("exec://sh", "address_scheme"),
            ("tgram://nothing", "address_service"),
        ):
            problem = (await admin.post(PLACE, json={"name": "siren", "address": address})).json()
            assert (problem["field"], problem["said"]["code"]) == ("address", code), problem


async def test_a_second_test_is_the_first_while_that_is_on_its_way(served: Served) -> None:
    async with served.client("admin") as admin:
        await admin.post(PLACE, json=named("siren"))
        first, second = [(await admin.post(f"{PLACE}/siren/test")).json() for _ in range(2)]
        assert first["id"] == second["id"]
        async with served.database.writing() as session:
            row = await session.get(DeliveryRow, first["id"])
            place = await session.get(DestinationRow, "siren")
            assert row is not None
            assert place is not None
            row.state, row.error = "failed", "the receiver answered 503"
            place.last_error = row.error
        (told,) = await SqlReceipts(served.database, SystemClock(), uuid7).receipts(destination="siren")
        assert told["error_said"] == {"code": "send_answered", "params": {"status": "503"}}
        (shown,) = (await admin.get(PLACE)).json()
        assert shown["last_error_said"]["code"] == "send_answered"
        assert (await admin.post(f"{PLACE}/siren/test")).json()["id"] != first["id"]
