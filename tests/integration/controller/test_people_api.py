"""An administrator adds people, changes and resets them by the API; nobody else does, and somebody is left."""

import pytest

from controller.adapters.tables import CameraRow
from tests.integration.controller.conftest import Served

pytestmark = pytest.mark.integration


async def test_someone_is_added_and_logs_in_by_the_code_that_is_told_once(served: Served) -> None:
    async with served.client("admin") as admin, served.client() as kim:
        answer = await admin.post("/api/v1/users", json={"name": "kim", "role": "operator"})
        assert answer.status_code == 200, answer.text
        told = answer.json()
        assert told["user"].pop("tag")
        assert told["user"] == {
            "name": "kim",
            "role": "operator",
            "enabled": True,
            "must_set_password": True,
            "second_factor": False,
            "provider": None,
            "cameras": None,
        }
        assert (await admin.post("/api/v1/users", json={"name": "kim"})).status_code == 409
        assert (await admin.post("/api/v1/users", json={"name": "Kim Lee"})).status_code == 422
        assert told["code"] not in (await admin.get("/api/v1/users")).text
        session = await kim.post("/api/v1/session", json={"code": told["code"]})
        assert session.json()["role"] == "operator"
        assert (await kim.post("/api/v1/session", json={"code": told["code"]})).status_code == 401


async def test_somebody_new_is_kept_to_cameras_in_the_same_request(served: Served) -> None:
    one = {"gate.yard": ["view", "playback"]}
    async with served.database.writing() as session:
        for camera in ("gate.yard", "gate.door"):
            session.add(CameraRow(id=camera, node="gate"))
    async with served.client("admin") as admin, served.client() as lee:
        for body in (
            {"cameras": {"gate.attic": ["view"]}},
            {"cameras": {"gate.yard": ["all"]}},
            {"role": "admin", "cameras": one},
        ):
            answer = await admin.post("/api/v1/users", json={"name": "lee", **body})
            assert answer.status_code == 422, body
        told = (await admin.post("/api/v1/users", json={"name": "lee", "cameras": one})).json()
        assert set(told["user"]["cameras"]) == {"gate.yard"}
        csrf = (await lee.post("/api/v1/session", json={"code": told["code"]})).json()["csrf"]
        new, sent = {"new": "a long passphrase"}, {"X-CSRF-Token": csrf}
        assert (await lee.post("/api/v1/session/password", json=new, headers=sent)).status_code == 200
        assert {one["id"] for one in (await lee.get("/api/v1/cameras")).json()} == {"gate.yard"}


async def test_another_role_and_a_reset_end_what_was_open(served: Served) -> None:
    async with served.client("admin") as admin, served.client("operator") as operator:
        for change in ({"role": "viewer"}, {"enabled": False}):
            answer = await admin.patch("/api/v1/users/operator", json=change)
            assert answer.status_code == 200
            assert answer.json() | change == answer.json()
            assert (await operator.get("/api/v1/session")).status_code == 401
        assert (await admin.patch("/api/v1/users/nobody", json={"role": "viewer"})).status_code == 404
    async with served.client("admin") as admin, served.client("viewer") as viewer, served.client() as again:
        code = (await admin.post("/api/v1/users/viewer/code")).json()["code"]
        assert (await viewer.get("/api/v1/session")).status_code == 401
        assert (await again.post("/api/v1/session", json={"code": code})).json()["must_set_password"] is True


async def test_somebody_is_left_who_administers(served: Served) -> None:
    async with served.client("admin") as admin:
        await admin.patch("/api/v1/users/fresh", json={"enabled": False})
        for change, field in (({"role": "viewer"}, "role"), ({"enabled": False}, "enabled")):
            answer = await admin.patch("/api/v1/users/admin", json=change)
            assert (answer.status_code, answer.json()["field"]) == (422, field)
            assert answer.json()["said"]["code"] == "last_admin"
        # one who never chose a password administers nothing
        await admin.post("/api/v1/users", json={"name": "lee", "role": "admin"})
        assert (await admin.patch("/api/v1/users/admin", json={"enabled": False})).status_code == 422
        await admin.patch("/api/v1/users/operator", json={"role": "admin"})
        assert (await admin.patch("/api/v1/users/admin", json={"role": "viewer"})).status_code == 200
        assert (await admin.get("/api/v1/users")).status_code == 401


async def test_nobody_else_manages_people(served: Served) -> None:
    async with served.client("operator") as client:
        for method, path in (("GET", ""), ("POST", ""), ("PATCH", "/viewer"), ("POST", "/viewer/code")):
            answer = await client.request(method, f"/api/v1/users{path}", json={"name": "a", "role": "admin"})
            assert answer.status_code == 403, path
