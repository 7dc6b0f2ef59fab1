"""API keys: shown once, kept to what they may, dead with their owner, told by the audit; and by the command line."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlmodel import col, select, update
from typer.testing import CliRunner

from controller.adapters.key_store import SqlKeys
from controller.adapters.tables import ApiKeyRow, AuditRow, CameraRow
from controller.cli.key import key as commands
from shared.clock import SystemClock
from tests.fakes.asgi_socket import AsgiSocket, Closed
from tests.integration.controller.conftest import Served

pytestmark = pytest.mark.integration
PREFIX = "/api/v1"
RULES = {"rules": [{"name": "lawn", "kind": "zone_intrusion", "zone": [[0, 0], [1, 0], [1, 1]]}]}


@asynccontextmanager
async def program(served: Served, token: str) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(served.app, raise_app_exceptions=False)
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1", headers=headers) as client:
        yield client


async def made(client: httpx.AsyncClient, **body: Any) -> tuple[str, str]:
    answer = await client.post(f"{PREFIX}/keys", json={"name": "report", **body})
    assert answer.status_code == 200, answer.text
    return answer.json()["key"]["id"], answer.json()["token"]


async def test_a_program_asks_and_changes_with_a_key_alone(served: Served) -> None:
    async with served.client("admin") as admin:
        key_id, token = await made(admin, role="admin", days=3)
        listed = await admin.get(f"{PREFIX}/keys")
        assert [one["id"] for one in listed.json()] == [key_id]
        assert token not in listed.text
        assert token.split("_")[2][:48] not in listed.text
        async with program(served, token) as client:
            assert (await client.get(f"{PREFIX}/cameras")).json() == []
            elsewhere = {"Origin": "https://reports.example"}
            put = await client.put(f"{PREFIX}/rules", json=RULES, headers=elsewhere)
            assert put.status_code == 200, "no cookie, no token of a page: no page sends a key by itself"
            for method, path in (
                ("POST", "/users"),
                ("POST", "/keys"),
                ("DELETE", f"/keys/{key_id}"),
                ("DELETE", "/sessions"),
                ("POST", "/session/password"),
                ("POST", "/session/factor"),
                ("POST", "/notify/destinations"),
                ("PUT", "/export-destinations/vault"),
            ):
                refused = await client.request(method, PREFIX + path, json={"name": "x", "new": "x"})
                assert (refused.status_code, refused.json()["said"]["code"]) == (403, "key_not_here"), path
        assert (await admin.get(f"{PREFIX}/keys")).json()[0]["used_at"] is not None
    async with served.database.reading() as session:
        rows = (await session.scalars(select(AuditRow).order_by(col(AuditRow.id)))).all()
    by_key = [(row.who, row.what) for row in rows if row.detail.get("key") == key_id]
    assert by_key == [("admin", "rules.replace")]
    assert token not in str([row.detail for row in rows])


async def test_a_key_is_kept_to_its_scope_and_to_its_owner_as_they_are_now(served: Served) -> None:
    async with served.database.writing() as session:
        for camera in ("gate.yard", "gate.door"):
            session.add(CameraRow(id=camera, node="gate"))
    async with served.client("operator") as operator, served.client("admin") as admin:
        _, one = await made(operator, role="viewer", cameras=["gate.yard"])
        _, whole = await made(operator, role="operator")
        more = await operator.post(f"{PREFIX}/keys", json={"name": "x", "role": "admin"})
        assert (more.status_code, more.json()["field"]) == (422, "role")
        async with program(served, one) as kept, program(served, whole) as free:
            assert [camera["id"] for camera in (await kept.get(f"{PREFIX}/cameras")).json()] == ["gate.yard"]
            assert len((await free.get(f"{PREFIX}/cameras")).json()) == 2
            await admin.put(f"{PREFIX}/users/operator/grants", json={"cameras": {"gate.door": ["view"]}})
            assert (await kept.get(f"{PREFIX}/cameras")).json() == []
            assert [camera["id"] for camera in (await free.get(f"{PREFIX}/cameras")).json()] == ["gate.door"]
            await admin.patch(f"{PREFIX}/users/operator", json={"enabled": False})
            assert [(await client.get(f"{PREFIX}/cameras")).status_code for client in (kept, free)] == [401, 401]


async def test_a_key_ends_when_it_is_revoked_or_its_time_is_over(served: Served) -> None:
    async with (
        served.client("viewer") as viewer,
        served.client("operator") as operator,
        served.client("admin") as admin,
    ):
        first, token = await made(viewer)
        second, other = await made(viewer)
        assert (await operator.delete(f"{PREFIX}/keys/{first}")).status_code == 404
        assert (await viewer.delete(f"{PREFIX}/keys/{first}")).status_code == 204
        async with program(served, token) as client, program(served, other) as still:
            assert (await client.get(f"{PREFIX}/cameras")).status_code == 401
            assert (await still.get(f"{PREFIX}/cameras")).status_code == 200
            assert (await still.get("/metrics")).status_code == 401
            assert (await admin.delete(f"{PREFIX}/users/viewer/keys/{second}")).status_code == 204
            assert (await still.get(f"{PREFIX}/cameras")).status_code == 401
        _, late = await made(viewer)
        async with served.database.writing() as session:
            before = SystemClock().now() - timedelta(seconds=1)
            await session.execute(update(ApiKeyRow).values(expires_at=before).where(col(ApiKeyRow.id) != ""))
        async with program(served, late) as client, program(served, late[:-1] + "0") as mistyped:
            assert (await client.get(f"{PREFIX}/cameras")).status_code == 401
            assert (await mistyped.get(f"{PREFIX}/cameras")).status_code == 401


async def test_a_key_rests_while_its_owner_has_a_second_factor_to_set(served: Served) -> None:
    async with served.client("admin") as admin:
        _, token = await made(admin)
    for policy, answers in (("optional", True), ("admins", False)):
        keys = SqlKeys(served.database, SystemClock(), policy)  # type: ignore[arg-type]  # both are policies
        assert (await keys.holder(token, "") is not None) is answers


@pytest.mark.parametrize("path", ["gate.yard/sound", "gate.yard/derived"])
async def test_a_key_opens_nothing_live(served: Served, path: str) -> None:
    async with served.client("admin") as admin:
        _, token = await made(admin)
    headers = {"host": "127.0.0.1", "authorization": f"Bearer {token}"}
    async with AsgiSocket(served.app, f"/live/{path}", headers) as socket:
        with pytest.raises(Closed):
            await socket.receive()
    async with served.database.reading() as session:
        assert not [one for one in await session.scalars(select(AuditRow.what)) if one.startswith("live.")]


def test_the_command_makes_shows_and_revokes(served: Served) -> None:
    run, data = CliRunner(), ["--data", str(served.site.data_dir)]
    added = run.invoke(commands, ["add", "viewer", "weekly report", "--days", "7", *data])
    assert added.exit_code == 0, added.output
    found = re.search(r"^([0-9a-f]{12}) \(viewer, viewer", added.output, re.MULTILINE)
    assert found is not None
    assert f"cctv_{found[1]}_" in added.output
    listed = run.invoke(commands, ["list", *data])
    assert "weekly report" in listed.output
    assert "never used" in listed.output
    assert run.invoke(commands, ["revoke", found[1], *data]).exit_code == 0
    assert "no keys" in run.invoke(commands, ["list", *data]).output
    assert run.invoke(commands, ["add", "viewer", "x", "--role", "admin", *data]).exit_code != 0
