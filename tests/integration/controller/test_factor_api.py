"""A second factor by the API: set up, asked for, lost; who must have one gets nowhere else first."""

import base64
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest
from sqlmodel import col, update

from controller.adapters.tables import SessionRow
from controller.api.server import build_api
from controller.app.api import build_parts
from controller.core.totp import code_at, step_of
from shared.clock import SystemClock
from tests.integration.controller.conftest import PASSWORD, PollingBell, Served

pytestmark = pytest.mark.integration
PREFIX = "/api/v1"


def told(secret: str, off: int = 0) -> str:
    padded = secret + "=" * (-len(secret) % 8)
    return code_at(base64.b32decode(padded), step_of(SystemClock().now()) + off)


async def set_up(client: httpx.AsyncClient) -> tuple[str, list[str]]:
    begun = (await client.post(f"{PREFIX}/session/factor")).json()
    assert begun["picture"].startswith("M")
    wrong = await client.post(f"{PREFIX}/session/factor/confirm", json={"code": "000000"})
    assert (wrong.status_code, wrong.json()["field"]) == (422, "code")
    done = await client.post(f"{PREFIX}/session/factor/confirm", json={"code": told(begun["secret"])})
    assert done.status_code == 200, done.text
    client.headers["X-CSRF-Token"] = done.json()["session"]["csrf"]
    return begun["secret"], done.json()["codes"]


async def test_it_is_set_up_asked_for_and_turned_off(served: Served) -> None:
    async with served.client("viewer") as one, served.client("viewer") as other, served.client() as again:
        assert (await one.get(f"{PREFIX}/session/factor")).json() == {"on": False, "required": False, "codes_left": 0}
        secret, codes = await set_up(one)
        assert (await other.get(f"{PREFIX}/session")).status_code == 401, "sessions of before have ended"
        login = {"username": "viewer", "password": PASSWORD}
        needed = await again.post(f"{PREFIX}/session", json=login)
        assert (needed.status_code, needed.json()["said"]["code"]) == (401, "second_needed")
        assert "set-cookie" not in needed.headers
        used = await again.post(f"{PREFIX}/session", json=login | {"second": codes[0]})
        assert (used.status_code, used.json()["second_factor"]) == (200, True)
        assert (await again.post(f"{PREFIX}/session", json=login | {"second": codes[0]})).status_code == 401
        assert (await again.post(f"{PREFIX}/session", json=login | {"second": told(secret, 1)})).status_code == 200
        assert (await one.get(f"{PREFIX}/session/factor")).json()["codes_left"] == 9
        wrong = await one.post(f"{PREFIX}/session/factor/off", json={"password": "wrong wrong wrong"})
        assert (wrong.status_code, wrong.json()["field"]) == (422, "password")
        off = await one.post(f"{PREFIX}/session/factor/off", json={"password": PASSWORD})
        assert (off.status_code, off.json()["second_factor"]) == (200, False)
        assert (await again.post(f"{PREFIX}/session", json=login)).status_code == 200


async def test_an_administrator_takes_it_from_who_has_lost_it(served: Served) -> None:
    async with served.client("admin") as admin, served.client("viewer") as viewer:
        await set_up(viewer)
        people = {one["name"]: one["second_factor"] for one in (await admin.get(f"{PREFIX}/users")).json()}
        assert (people["viewer"], people["operator"]) == (True, False)
        assert (await viewer.delete(f"{PREFIX}/users/viewer/factor")).status_code == 403
        assert (await admin.delete(f"{PREFIX}/users/viewer/factor")).status_code == 204
        assert (await admin.delete(f"{PREFIX}/users/viewer/factor")).status_code == 404
        assert (await viewer.get(f"{PREFIX}/session")).status_code == 401


async def test_who_must_have_one_sets_it_up_before_anything_else(served: Served) -> None:
    settings = served.site.settings
    strict = settings.model_copy(update={"login": settings.login.model_copy(update={"second_factor": "admins"})})
    site = replace(served.site, settings=strict)
    parts = build_parts(site, served.database, served.objects, served.door, PollingBell(), served.orders, SystemClock())
    must = replace(served, site=site, parts=parts, app=build_api(parts))
    async with must.client("admin") as admin, must.client("viewer") as viewer:
        assert (await viewer.get(f"{PREFIX}/cameras")).status_code == 200
        assert (await admin.get(f"{PREFIX}/session")).json()["must_set_factor"] is True
        refused = await admin.get(f"{PREFIX}/cameras")
        assert (refused.status_code, refused.json()["said"]["code"]) == (403, "set_factor_first")
        assert (await admin.get("/metrics")).status_code == 403
        await set_up(admin)
        assert (await admin.get(f"{PREFIX}/session")).json()["must_set_factor"] is False
        assert (await admin.get(f"{PREFIX}/cameras")).status_code == 200
        off = await admin.post(f"{PREFIX}/session/factor/off", json={"password": PASSWORD})
        assert (off.status_code, off.json()["said"]["code"]) == (422, "factor_required")


async def test_a_one_time_code_makes_no_recovery_codes_for_who_has_a_second_factor(served: Served) -> None:
    async with served.client("viewer") as one, served.client() as thief:
        _, codes = await set_up(one)
        begun = await thief.post(
            f"{PREFIX}/session", json={"code": await served.parts.login.add_code("viewer", "admin")}
        )
        thief.headers["X-CSRF-Token"] = begun.json()["csrf"]
        asked = await thief.post(f"{PREFIX}/session/factor/codes", json={})
        assert (asked.status_code, asked.json()["said"]["code"]) == (403, "prove_again")
        new = {"new": "another long passphrase"}
        assert (await thief.post(f"{PREFIX}/session/password", json=new)).status_code == 422
        told_one = await thief.post(f"{PREFIX}/session/password", json=new | {"second": codes[0]})
        assert told_one.status_code == 200, "the owner has what it takes"


async def test_dangerous_acts_ask_again_who_one_is(served: Served) -> None:
    async def forget_proof() -> None:
        async with served.database.writing() as session:
            long_ago = SystemClock().now() - timedelta(minutes=11)
            await session.execute(update(SessionRow).values(proven_at=long_ago).where(col(SessionRow.id) != ""))

    dangerous: tuple[tuple[str, str, dict[str, object] | None], ...] = (
        ("POST", "/users", {"name": "lee"}),
        ("PATCH", "/users/viewer", {"role": "operator"}),
        ("PUT", "/users/viewer/grants", {"cameras": None}),
        ("POST", "/users/viewer/code", {}),
        ("DELETE", "/users/viewer/factor", None),
        ("POST", "/session/factor", {}),
        ("POST", "/deletions", {}),
        ("PUT", "/retention", {}),
        ("PUT", "/features/listen", {"on": False}),
        ("POST", "/retention/confirm", {}),
        ("POST", "/keys", {"name": "report"}),
        ("POST", "/invitations/gate/approve", {"fingerprint": "ab"}),
        ("POST", "/nodes/gate/revoke", {}),
        ("POST", "/exports", {}),
        ("POST", "/unmasks", {}),
        ("POST", "/holds/h/release", {}),
        ("POST", "/holds/h/release-request", {}),
        ("PUT", "/models", {}),
        ("DELETE", "/models/yard", None),
        ("POST", "/notify/destinations", {}),
        ("PATCH", "/notify/destinations/office", {}),
        ("DELETE", "/notify/destinations/office", None),
        ("PUT", "/export-destinations/vault", {}),
        ("DELETE", "/export-destinations/vault", None),
        ("PUT", "/archives/vault", {}),
        ("DELETE", "/archives/vault", None),
    )
    async with served.client("admin") as admin:
        await forget_proof()
        for method, path, body in dangerous:
            asked = await admin.request(method, PREFIX + path, json=body)
            assert (asked.status_code, asked.json()["said"]["code"]) == (403, "prove_again"), path
        assert (await admin.get(f"{PREFIX}/users")).status_code == 200, "looking is no danger"
        before = admin.cookies["cctv_session"]
        wrong = await admin.post(f"{PREFIX}/session/proof", json={"password": "wrong wrong wrong"})
        assert (wrong.status_code, wrong.json()["field"]) == (422, "password")
        proven = await admin.post(f"{PREFIX}/session/proof", json={"password": PASSWORD})
        admin.headers["X-CSRF-Token"] = proven.json()["csrf"]
        assert admin.cookies["cctv_session"] != before
        assert (await admin.post(f"{PREFIX}/users", json={"name": "lee"})).status_code == 200
        await set_up(admin)
        await forget_proof()
        again = await admin.post(f"{PREFIX}/session/proof", json={"password": PASSWORD})
        assert (again.status_code, again.json()["field"]) == (422, "code"), "who has a second factor gives that"
