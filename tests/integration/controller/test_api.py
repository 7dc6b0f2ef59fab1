"""The API on a real database: default deny, roles, CSRF, errors, pages."""

import json
import re
from collections.abc import AsyncIterator
from dataclasses import replace

import httpx
import pytest
from fastapi import APIRouter

from controller.adapters.fact_store import SqlFactStore
from controller.adapters.own_processes import write_model_note
from controller.api.auth import COOKIE, HOST_COOKIE
from controller.api.server import PREFIX, build_api
from controller.app.api import build_parts
from scripts.openapi import openapi
from shared.clock import SystemClock
from shared.errors import Transient
from shared.ids import SiteId
from shared.mint import uuid7
from tests.builders import node_status
from tests.fakes.site import HandClock
from tests.integration.controller.conftest import PASSWORD, PollingBell, Served

pytestmark = pytest.mark.integration
ANONYMOUS = {
    ("POST", f"{PREFIX}/session"),
    ("PUT", "/media/put/{key}"),
    ("GET", f"{PREFIX}/enrolment/ca"),
    ("POST", f"{PREFIX}/enrolment"),
    ("POST", f"{PREFIX}/enrolment/renewal"),
    ("GET", f"{PREFIX}/enrolment/releases/{{name}}"),
    ("GET", f"{PREFIX}/login"),
    ("POST", f"{PREFIX}/login/provider"),
    ("GET", f"{PREFIX}/login/callback"),
    ("POST", f"{PREFIX}/login/back-channel"),
}
OWN = {
    ("POST", f"{PREFIX}/notify/destinations"),
    ("POST", f"{PREFIX}/notify/destinations/{{name}}/test"),
    ("PUT", f"{PREFIX}/notify/destinations/{{name}}/lines"),
    ("PUT", f"{PREFIX}/notify/quiet"),
    ("POST", f"{PREFIX}/search/saved"),
    ("POST", f"{PREFIX}/review/marks"),
    ("POST", f"{PREFIX}/keys"),
    ("POST", f"{PREFIX}/layouts"),
    ("PUT", f"{PREFIX}/layouts/{{layout}}"),
}
"""What a viewer may do to what is their own."""
RULES = {"rules": [{"name": "lawn", "kind": "zone_intrusion", "zone": [[0, 0], [1, 0], [1, 1]]}]}


async def test_every_route_refuses_the_anonymous_and_the_too_small(served: Served) -> None:
    document = openapi("0")["paths"]
    walked = 0
    async with served.client() as nobody, served.client("viewer") as viewer, served.client("fresh") as fresh:
        for path, methods in document.items():
            for method in methods:
                name = method.upper()
                url = re.sub(r"{[^}]*}", uuid7(), path.replace("{name}", "siren"))
                if (name, path) in ANONYMOUS:
                    continue
                walked += 1
                assert (await nobody.request(name, url, json={})).status_code == 401, (name, path)
                if "/session" in path:
                    continue
                small = (await viewer.request(name, url, json={"assessment": "true"})).status_code
                if (name, path) in OWN:
                    assert small in {404, 422}, (name, path)
                elif name in {"POST", "PUT"}:
                    assert small == 403, (name, path)
                else:
                    assert small != 401, (name, path)
                assert (await fresh.request(name, url, json={})).status_code == 403, (name, path)
    assert walked >= 15


async def test_a_route_that_does_not_say_whom_it_is_for_answers_nobody(served: Served) -> None:
    router = APIRouter()

    @router.get("/api/v1/forgotten")
    async def forgotten() -> str:
        return "secret"

    served.app.include_router(router)
    routes = served.app.router.routes
    routes.insert(0, routes.pop())  # before the dashboard, which takes every path
    async with served.client("admin") as admin, served.client() as nobody:
        for client in (admin, nobody):
            answer = await client.get("/api/v1/forgotten")
            assert answer.status_code in {401, 403}
            assert "secret" not in answer.text


async def test_an_unsafe_request_needs_the_csrf_value_and_our_own_page(served: Served) -> None:
    async with served.client("admin") as admin:
        token = admin.headers.pop("X-CSRF-Token")
        assert (await admin.put(f"{PREFIX}/rules", json=RULES)).status_code == 403
        right = {"X-CSRF-Token": token}
        foreign = right | {"Origin": "http://evil.example"}
        assert (await admin.put(f"{PREFIX}/rules", json=RULES, headers=foreign)).status_code == 403
        own = right | {"Origin": "http://127.0.0.1"}
        assert (await admin.put(f"{PREFIX}/rules", json=RULES, headers=own)).status_code == 200
    async with served.client() as nobody:
        answer = await nobody.post(
            f"{PREFIX}/session",
            json={"username": "admin", "password": PASSWORD},
            headers={"Origin": "http://evil.example"},
        )
        assert answer.status_code == 403


async def test_the_cookie_is_for_this_site_and_not_for_scripts(served: Served) -> None:
    async with served.client() as client:
        answer = await client.post(f"{PREFIX}/session", json={"username": "viewer", "password": PASSWORD})
        cookie = answer.headers["set-cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=strict" in cookie
        client.headers["X-CSRF-Token"] = answer.json()["csrf"]
        assert (await client.get(f"{PREFIX}/session")).json()["username"] == "viewer"
        assert (await client.delete(f"{PREFIX}/session")).status_code == 200
        assert (await client.get(f"{PREFIX}/session")).status_code == 401


async def test_where_the_site_is_reached_by_tls_the_cookie_is_of_this_host_alone(served: Served) -> None:
    settings = served.site.settings
    tls = settings.tls.model_copy(update={"hsts_subdomains": True})
    site = replace(served.site, settings=settings.model_copy(update={"public_url": "https://cctv.example", "tls": tls}))
    parts = build_parts(site, served.database, served.objects, served.door, PollingBell(), served.orders, SystemClock())
    transport = httpx.ASGITransport(build_api(parts), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="https://cctv.example") as client:
        answer = await client.post(f"{PREFIX}/session", json={"username": "viewer", "password": PASSWORD})
        name, _, rest = answer.headers["set-cookie"].partition("=")
        assert name == HOST_COOKIE == "__Host-cctv_session"
        assert {"Secure", "Path=/"} <= set(rest.split("; "))
        assert "domain" not in rest.lower()
        assert answer.headers["strict-transport-security"] == "max-age=31536000; includeSubDomains"
        assert (await client.get(f"{PREFIX}/session")).status_code == 200
        value = client.cookies[name]
        client.cookies.clear()
        planted = await client.get(f"{PREFIX}/session", headers={"Cookie": f"{COOKIE}={value}"})
        assert planted.status_code == 401, "what a host below could have set"
        client.cookies.set(name, value)
        client.headers["X-CSRF-Token"] = answer.json()["csrf"]
        ended = await client.delete(f"{PREFIX}/session")
        assert ended.headers["set-cookie"].startswith(f"{name}=")


async def test_a_forged_cookie_is_nobody(served: Served) -> None:
    async with served.client("viewer") as client:
        value = client.cookies["cctv_session"]
        head, body, _ = value.split(".")
        for forged in ("", "x", f"{head}.{body}.", f"{head}.{body}.{'A' * 43}", value[:-2]):
            client.cookies.set("cctv_session", forged, domain="127.0.0.1", path="/")
            assert (
                await client.get(f"{PREFIX}/cameras", headers={"Cookie": f"cctv_session={forged}"})
            ).status_code == 401


async def test_wrong_names_and_wrong_passwords_answer_alike_and_slower(served: Served) -> None:
    standing = HandClock()  # on a busy machine ten tries take longer than whoever guesses has to wait
    parts = build_parts(
        served.site, served.database, served.objects, served.door, PollingBell(), served.orders, standing
    )
    transport = httpx.ASGITransport(build_api(parts), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        answers = [
            await client.post(f"{PREFIX}/session", json={"username": name, "password": "wrong wrong wrong"})
            for name in ("admin", "nobody") * 5
        ]
        assert {answer.status_code for answer in answers} == {401}
        assert len({answer.text for answer in answers}) == 1
        late = await client.post(f"{PREFIX}/session", json={"username": "admin", "password": PASSWORD})
        assert late.status_code == 429
        assert int(late.headers["retry-after"]) >= 1


async def test_a_body_is_bounded_whether_it_says_its_length_or_not(served: Served) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(40):
            yield b" " * 50_000

    async with served.client() as nobody:
        announced = await nobody.post(f"{PREFIX}/session", content=b" " * 1_000_001)
        assert (announced.status_code, announced.json()["title"]) == (413, "Too large")
        unannounced = await nobody.post(f"{PREFIX}/session", content=endless())
        assert unannounced.status_code in {400, 413, 422}
        odd = await nobody.post(f"{PREFIX}/session", content=b"{}", headers={"content-length": "9" * 30})
        assert odd.status_code == 413


async def test_a_one_time_code_works_once_and_leads_to_a_password(served: Served) -> None:
    code = await served.parts.login.add_code("fresh", "root")
    async with served.client() as client:
        answer = await client.post(f"{PREFIX}/session", json={"code": f" {code.upper()} "})
        assert answer.json()["must_set_password"] is True
        client.headers["X-CSRF-Token"] = answer.json()["csrf"]
        assert (await client.get(f"{PREFIX}/cameras")).status_code == 403
        short = await client.post(f"{PREFIX}/session/password", json={"new": "short"})
        assert (short.status_code, short.json()["field"]) == (422, "new")
        changed = await client.post(f"{PREFIX}/session/password", json={"new": "another long passphrase"})
        assert changed.json()["must_set_password"] is False
        client.headers["X-CSRF-Token"] = changed.json()["csrf"]
        assert (await client.get(f"{PREFIX}/cameras")).json() == []
    async with served.client() as client:
        assert (await client.post(f"{PREFIX}/session", json={"code": code})).status_code == 401


async def test_a_new_password_ends_other_sessions(served: Served) -> None:
    async with served.client("viewer") as one, served.client("viewer") as other:
        answer = await one.post(f"{PREFIX}/session/password", json={"current": PASSWORD, "new": "a new passphrase"})
        assert answer.status_code == 200
        assert (await other.get(f"{PREFIX}/session")).status_code == 401
        assert (await one.get(f"{PREFIX}/session")).status_code == 200
        wrong = await one.post(
            f"{PREFIX}/session/password",
            json={"current": "nonsense nonsense", "new": "yet another phrase"},
            headers={"X-CSRF-Token": answer.json()["csrf"]},
        )
        assert (wrong.status_code, wrong.json()["field"]) == (422, "current")


async def test_an_account_with_a_role_that_there_is_not_gets_no_session(served: Served) -> None:
    admin = await served.parts.login._people.user("admin")
    assert admin is not None
    await served.parts.login._people.add_user(
        "odd", "root", password_hash=admin.password_hash, must_set_password=False, who="test"
    )
    async with served.client() as client:
        answer = await client.post(f"{PREFIX}/session", json={"username": "odd", "password": PASSWORD})
        assert (answer.status_code, answer.json()["field"]) == (422, "role")
        assert "set-cookie" not in answer.headers


async def test_logging_out_ends_a_copied_cookie_too(served: Served) -> None:
    async with served.client("viewer") as one, served.client() as thief:
        thief.cookies.set("cctv_session", one.cookies["cctv_session"], domain="127.0.0.1", path="/")
        assert (await thief.get(f"{PREFIX}/session")).status_code == 200
        assert (await one.delete(f"{PREFIX}/session")).status_code == 200
        assert (await thief.get(f"{PREFIX}/session")).status_code == 401
        assert (await thief.get(f"{PREFIX}/cameras")).status_code == 401


async def test_the_first_code_is_given_until_somebody_has_a_password(served: Served) -> None:
    assert await served.parts.login.first_code() is None


async def test_a_rule_that_nothing_fulfils_is_warned_of(served: Served) -> None:
    await SqlFactStore(served.database, SystemClock(), SiteId("site")).save_status(node_status("gate.yard"))
    note = served.site.model_file
    write_model_note(note, model="yard", note=None, provider="cpu", classes=["person"], notices=[])
    rule = {"name": "dogs", "kind": "zone_intrusion", "classes": ["dog"], "camera": "gate.yrad"}
    async with served.client("admin") as admin:
        put = (await admin.put(f"{PREFIX}/rules", json={"rules": [rule]})).json()
        assert [told["said"]["code"] for told in put["warnings"]] == ["camera_unknown", "rule_classes_unknown"]
        assert put["warnings"][0]["said"]["params"] == {"camera": "gate.yrad", "known": "gate.yard"}
        assert (await admin.get(f"{PREFIX}/rules")).json()["warnings"] == put["warnings"]
        assert (await admin.get(f"{PREFIX}/system")).json()["notices"] == put["warnings"]
        strict = await admin.put(f"{PREFIX}/rules", json={"rules": [rule], "strict": True})
        assert (strict.status_code, strict.json()["field"]) == (422, "rules[0].camera")
        assert strict.json()["said"]["code"] == "camera_unknown"
        other = await admin.put(f"{PREFIX}/rules", json={"rules": [rule], "camera": "gate.yard"})
        assert (other.status_code, other.json()["said"]["code"]) == (422, "camera_other")
        none = (await admin.put(f"{PREFIX}/rules", json={"rules": [], "camera": "gate.door"})).json()
        assert none["warnings"][0]["said"]["params"]["camera"] == "gate.door"
        meant = {**rule, "camera": "gate.yard", "classes": ["person"]}
        assert (await admin.put(f"{PREFIX}/rules", json={"rules": [meant]})).json()["warnings"] == []


async def test_rules_are_checked_by_name_and_version(served: Served) -> None:
    async with served.client("admin") as admin:
        put = await admin.put(f"{PREFIX}/rules", json=RULES)
        assert put.json()["rules"][0]["name"] == "lawn"
        wrong = {"rules": [RULES["rules"][0], {**RULES["rules"][0], "name": "b", "colour": "red"}]}
        answer = await admin.put(f"{PREFIX}/rules", json=wrong)
        assert (answer.status_code, answer.json()["field"]) == (422, "rules[1].colour")
        assert answer.headers["content-type"] == "application/problem+json"
        stale = await admin.put(f"{PREFIX}/rules", json={**RULES, "version": 99})
        assert stale.status_code == 409
        assert (await admin.get(f"{PREFIX}/rules")).json() == put.json()


async def test_rules_have_a_history_a_schema_and_regulations(served: Served) -> None:
    book = {
        "rules": [{"name": "q", "kind": "loitering", "dwell_s": 9, "shifts": ["day"], "regulation": "house"}],
        "shifts": {"day": {"from": "08:00", "to": "18:00"}},
        "regulations": {"house": {"ko": "사내 규정", "en": "house rule"}},
    }
    async with served.client("admin") as admin:
        first = (await admin.put(f"{PREFIX}/rules", json=book)).json()
        assert first["rules"][0]["regulation_texts"]["en"] == "house rule"
        again = await admin.put(f"{PREFIX}/rules", json={"rules": first["rules"]})
        assert again.json()["field"] == "rules[0].id"
        kept = (await admin.put(f"{PREFIX}/rules", json={"rules": book["rules"]})).json()
        assert kept["shifts"] == first["shifts"], "what is not said stays"
        dropped = await admin.put(f"{PREFIX}/rules", json={"rules": book["rules"], "shifts": {}})
        assert (dropped.status_code, dropped.json()["field"]) == (422, "rules[0].shifts[0]")
        history = (await admin.get(f"{PREFIX}/rules/history")).json()
        assert [one["version"] for one in history][-2:] == [2, 1]
        old = (await admin.get(f"{PREFIX}/rules/history/1")).json()["document"]
        assert (await admin.put(f"{PREFIX}/rules", json=old)).status_code == 200
        assert (await admin.get(f"{PREFIX}/rules/history/99")).status_code == 422
        assert (await admin.get(f"{PREFIX}/rules/schema")).json()["title"] == "Rules of a site"
        assert {"house", "kr-32"} <= set((await admin.get(f"{PREFIX}/rules/regulations")).json())


async def test_faults_are_problems_that_name_the_field(served: Served) -> None:
    async with served.client("operator") as client:
        for url, status, field in (
            ("/alarms?state=nonsense", 422, "state"),
            ("/alarms?limit=0", 422, "limit"),
            ("/alarms?cursor=x'--", 422, "cursor"),
            ("/events?camera=../etc", 422, "camera"),
            (f"/alarms/{uuid7()}", 404, "alarm"),
            (f"/events/{uuid7()}/clip.mp4", 404, "event"),
            (f"/alarms/{uuid7()}/picture.jpg", 404, "picture"),
            ("/nonsense", 404, "path"),
            ("/cameras/../../etc", 404, "path"),
        ):
            answer = await client.get(PREFIX + url)
            assert (answer.status_code, answer.json().get("field")) == (status, field), url
            assert answer.json()["status"] == status
        assert (await client.get(f"{PREFIX}/alarms")).json() == {"items": [], "next": None, "open_total": 0}
        assert (await client.get(f"{PREFIX}/events")).json() == {"items": [], "next": None}


async def test_every_answer_carries_security_headers(served: Served) -> None:
    async with served.client("viewer") as client:
        for url in ("/", f"{PREFIX}/system", f"{PREFIX}/nonsense"):
            headers = (await client.get(url)).headers
            assert "default-src 'self'" in headers["content-security-policy"]
            assert headers["x-content-type-options"] == "nosniff"
        assert "unsafe" not in headers["content-security-policy"]
        assert (await client.get(f"{PREFIX}/system")).headers["cache-control"] == "no-store"


async def test_the_system_says_what_runs(served: Served) -> None:
    roles = [{"name": "worker", "state": "frozen", "restarts": 2}]
    served.site.roles_file.write_text(json.dumps(roles))
    async with served.client("viewer") as client:
        system = (await client.get(f"{PREFIX}/system")).json()
    assert system["roles"] == roles
    assert system["verification"] == "down"
    assert system["model"] == served.site.settings.model


async def test_the_system_says_that_the_store_is_away(served: Served) -> None:
    async def away(key: str) -> None:
        raise Transient(f"store: away, and with it {key}")

    served.objects.head = away  # type: ignore[method-assign]
    async with served.client("viewer") as client:
        system = (await client.get(f"{PREFIX}/system")).json()
    assert [one["said"]["code"] for one in system["notices"]] == ["alarm_store_away"]


def test_the_description_names_the_feed() -> None:
    document = openapi("0")
    assert "FeedItem" in json.dumps(document)
    assert f"{PREFIX}/alarms" in json.dumps(document)


async def test_the_machine_is_told_when_it_is_asked_for(served: Served) -> None:
    async with served.client("viewer") as client:
        assert (await client.get(f"{PREFIX}/system")).json()["machine"] is None
        machine = (await client.get(f"{PREFIX}/system?machine=true")).json()["machine"]
    assert machine["broker"] is None
    assert machine["database"]["reachable"]
    assert machine["judged_s"] == 0
    assert [one["name"] for one in machine["processes"]] == ["api"]
    assert machine["processes"][0]["memory_bytes"] > 0
