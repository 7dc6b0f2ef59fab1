"""Everybody sees and ends their own sessions; an administrator everybody's, and lets a guesser try again."""

import pytest

from controller.api.auth import COOKIE
from tests.integration.controller.conftest import PASSWORD, Served

pytestmark = pytest.mark.integration
PREFIX = "/api/v1"


async def test_ones_own_sessions_are_seen_and_ended_elsewhere(served: Served) -> None:
    async with served.client("viewer") as one, served.client("viewer") as two, served.client("operator") as other:
        listed = (await one.get(f"{PREFIX}/sessions")).json()
        assert [session["here"] for session in listed].count(True) == 1
        assert len(listed) == 2
        assert one.cookies[COOKIE] not in str(listed)
        there = next(session["id"] for session in listed if not session["here"])
        assert (await other.delete(f"{PREFIX}/sessions/{there}")).status_code == 404
        assert (await one.delete(f"{PREFIX}/sessions/{there}")).status_code == 204
        assert (await two.get(f"{PREFIX}/session")).status_code == 401
        assert (await one.get(f"{PREFIX}/session")).status_code == 200
    async with served.client("viewer") as one, served.client("viewer") as two:
        assert (await one.delete(f"{PREFIX}/sessions")).json()["ended"] >= 1
        assert [(await client.get(f"{PREFIX}/session")).status_code for client in (one, two)] == [200, 401]


async def test_logging_in_begins_another_session_and_logging_out_ends_this_one(served: Served) -> None:
    async with served.client("viewer") as one, served.client("viewer") as two:
        assert one.cookies[COOKIE] != two.cookies[COOKIE]
        assert (await one.delete(f"{PREFIX}/session")).status_code == 200
        assert (await two.get(f"{PREFIX}/session")).status_code == 200


async def test_a_login_ends_the_session_that_the_browser_had_whoever_it_was(served: Served) -> None:
    async with served.client("viewer") as browser, served.client("viewer") as another:
        before = browser.cookies[COOKIE]
        operator = {"username": "operator", "password": PASSWORD}
        (await browser.post(f"{PREFIX}/session", json=operator)).raise_for_status()
        assert (await browser.get(f"{PREFIX}/session")).json()["username"] == "operator"
        browser.cookies.clear()
        old = await browser.get(f"{PREFIX}/session", headers={"Cookie": f"{COOKIE}={before}"})
        assert old.status_code == 401
        assert (await another.get(f"{PREFIX}/session")).status_code == 200


async def test_an_administrator_ends_the_sessions_of_others(served: Served) -> None:
    async with served.client("admin") as admin, served.client("viewer") as viewer:
        (session,) = (await admin.get(f"{PREFIX}/users/viewer/sessions")).json()
        assert (await viewer.delete(f"{PREFIX}/users/admin/sessions")).status_code == 403
        assert (await viewer.get(f"{PREFIX}/users/admin/sessions")).status_code == 403
        assert (await admin.delete(f"{PREFIX}/users/viewer/sessions/{session['id']}")).status_code == 204
        assert (await viewer.get(f"{PREFIX}/session")).status_code == 401
        assert (await admin.delete(f"{PREFIX}/users/nobody/sessions")).status_code == 404
        assert (await admin.delete(f"{PREFIX}/users/admin/sessions")).status_code == 200
        assert (await admin.get(f"{PREFIX}/session")).status_code == 200, "one's own goes on"


async def test_who_guessed_too_often_is_shown_and_let_try_again(served: Served) -> None:
    wrong, right = ({"username": "viewer", "password": one} for one in ("wrong wrong wrong", PASSWORD))
    async with served.client("admin") as admin, served.client() as viewer:
        for _ in range(6):
            await viewer.post(f"{PREFIX}/session", json=wrong)
        assert (await viewer.post(f"{PREFIX}/session", json=right)).status_code == 429
        (waiting,) = (await admin.get(f"{PREFIX}/login/waiting")).json()
        assert (waiting["who"], waiting["failures"]) == ("viewer", 5)
        assert (await admin.delete(f"{PREFIX}/login/waiting/viewer")).status_code == 200
        assert (await admin.delete(f"{PREFIX}/login/waiting/viewer")).status_code == 404
        assert (await viewer.post(f"{PREFIX}/session", json=right)).status_code == 200
