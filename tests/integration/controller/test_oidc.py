"""Logging in by an identity provider: who one is here, and what it begins, proves again and ends."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from sqlmodel import col, select

from controller.adapters.tables import AuditRow, SessionRow
from controller.core.oidc import CALLBACK
from tests.fakes.identity_provider import CLIENT, FakeProvider, fake_provider, new_key
from tests.integration.controller.conftest import Served
from tests.integration.controller.oidc_site import (
    PREFIX,
    SITE,
    Entrance,
    at,
    back,
    entrance_of,
    log_in,
    logout,
    tell,
    who,
)

pytestmark = pytest.mark.integration


LET_IN: list[tuple[dict[str, Any], dict[str, Any], str]] = [
    ({"required_amr": ["mfa"]}, {"amr": ["pwd"]}, "oidc_weak"),
    ({"required_amr": ["mfa"]}, {"amr": ["pwd", "mfa"]}, ""),
    ({"required_acr": ["silver"]}, {}, "oidc_weak"),
    ({"required_acr": ["silver"]}, {"acr": "silver"}, ""),
    ({"allowed_domains": ["site.test"]}, {"email": "kim@site.test"}, "oidc_domain"),
    ({"allowed_domains": ["site.test"]}, {"email": "kim@evil.test", "email_verified": True}, "oidc_domain"),
    ({"allowed_domains": ["site.test"]}, {"email": "kim@Site.test", "email_verified": True}, ""),
    ({}, {"groups": ["others"]}, "oidc_no_role"),
    ({}, {"groups": "yard-admins"}, ""),
    ({}, {"groups": None}, "oidc_no_role"),
    ({"default_role": "viewer"}, {"groups": None}, ""),
]
"""Settings, what the provider tells of somebody, and why they are refused."""
NO_LOGOUT: list[dict[str, Any]] = [
    {"events": {}},
    {"events": None},
    {"nonce": "n"},
    {"iss": "https://evil.example"},
    {"aud": "another-client"},
    {"sub": None, "sid": None},
    {"jti": None},
    {"iat": 1_700_000_000},
    {"exp": 1_700_000_000},
]
"""What makes a logout token none."""


@pytest.fixture
def entrance(served: Served, tmp_path: Path) -> Entrance:
    return entrance_of(served, tmp_path)


@pytest.fixture
def fake() -> Iterator[FakeProvider]:
    with fake_provider() as provider:
        provider.groups = ["yard-guards"]
        yield provider


class TestPeople:
    """Who somebody is here, and what becomes of them."""

    async def test_a_local_account_of_the_same_name_is_not_taken_over(
        self, entrance: Entrance, fake: FakeProvider
    ) -> None:
        site = entrance.with_provider(fake.issuer)
        fake.claims = {"preferred_username": "Admin", "email": "admin@site.test", "email_verified": True}
        async with at(site) as client:
            assert await log_in(client, fake) == "/#/"
            found = await who(client)
            assert (found["username"], found["role"]) == ("admin-2", "operator")
            fake.claims = {"preferred_username": "kim"}  # called otherwise, the same person
            assert await log_in(client, fake) == "/#/"
            assert (await who(client))["username"] == "admin-2"
            fake.subject, fake.claims = "4712", {"preferred_username": "Admin"}  # called the same, another person
            assert await log_in(client, fake) == "/#/"
            assert (await who(client))["username"] == "admin-3"

    async def test_who_is_shut_out_here_stays_out(self, entrance: Entrance, fake: FakeProvider) -> None:
        site = entrance.with_provider(fake.issuer)
        async with at(site) as client, site.client("admin") as admin:
            await log_in(client, fake)
            told = next(one for one in (await admin.get(f"{PREFIX}/users")).json() if one["name"] == "kim")
            assert told["provider"] == fake.issuer
            assert (await admin.patch(f"{PREFIX}/users/kim", json={"enabled": False})).status_code == 200
            assert (await who(client))["status"] == 401
            assert await log_in(client, fake) == "/#/login?fault=oidc_disabled"

    async def test_nothing_of_a_password_is_theirs(self, entrance: Entrance, fake: FakeProvider) -> None:
        site = entrance.with_provider(fake.issuer)
        async with at(site) as client, site.client("admin") as admin:
            await log_in(client, fake)
            client.headers["X-CSRF-Token"] = (await who(client))["csrf"]
            for path, body in (
                ("/session/password", {"current": "", "new": "a good long passphrase"}),
                ("/session/factor", {}),
                ("/session/proof", {"password": "x"}),
            ):
                answer = await client.post(PREFIX + path, json=body)
                assert (answer.status_code, answer.json()["said"]["code"]) == (422, "account_elsewhere"), path
            for method, path, body, code in (
                ("POST", "/users/kim/code", {}, "account_elsewhere"),
                ("PATCH", "/users/kim", {"role": "admin"}, "oidc_role"),
            ):
                answer = await admin.request(method, PREFIX + path, json=body)
                assert (answer.status_code, answer.json()["said"]["code"]) == (422, code), path
            wrong = await client.post(f"{PREFIX}/session", json={"username": "kim", "password": "x"})
            assert wrong.status_code == 401

    async def test_who_may_in(self, entrance: Entrance, fake: FakeProvider) -> None:
        for settings, claims, fault in LET_IN:
            fake.claims = claims
            async with at(entrance.with_provider(fake.issuer, **settings)) as client:
                came = await log_in(client, fake)
            assert came == (f"/#/login?fault={fault}" if fault else "/#/"), (settings, claims)

    async def test_who_comes_first_sees_no_camera_where_the_site_says_so(
        self, entrance: Entrance, fake: FakeProvider
    ) -> None:
        async with at(entrance.with_provider(fake.issuer, sees_at_first="no")) as client:
            await log_in(client, fake)
            assert (await who(client))["cameras"] == {}


class TestSessions:
    """What a provider begins, proves again and ends."""

    async def test_dangerous_acts_want_another_trip(self, entrance: Entrance, fake: FakeProvider) -> None:
        site = entrance.with_provider(fake.issuer)
        fake.groups, fake.claims = ["yard-admins"], {"auth_time": int(time.time()) - 3600}  # logged in there long ago
        async with at(site) as client:
            await log_in(client, fake)
            client.headers["X-CSRF-Token"] = (await who(client))["csrf"]
            act = {"name": "lee", "role": "viewer"}
            assert (await client.post(f"{PREFIX}/users", json=act)).json()["said"]["code"] == "prove_again"
            fake.claims = {}
            url = (await client.post(f"{PREFIX}/session/proof/provider")).json()["url"]
            asked = dict(parse_qsl(urlsplit(url).query))
            assert (asked["prompt"], asked["max_age"]) == ("login", "0")
            assert await back(client, fake.agreed(url)) == "/#/login?proven=1"
            client.headers["X-CSRF-Token"] = (await who(client))["csrf"]
            assert (await client.post(f"{PREFIX}/users", json=act)).status_code == 200
            assert len((await client.get(f"{PREFIX}/sessions")).json()) == 1  # the one before has ended

    async def test_what_proves_nothing_again(self, entrance: Entrance, fake: FakeProvider) -> None:
        site = entrance.with_provider(fake.issuer)
        async with at(site) as client:
            await log_in(client, fake)
            client.headers["X-CSRF-Token"] = (await who(client))["csrf"]
            for claims, subject, fault in (
                ({"auth_time": int(time.time()) - 3600}, "4711", "oidc_stale"),
                ({"auth_time": None}, "4711", "oidc_stale"),
                ({}, "4712", "oidc_other"),
            ):
                fake.claims, fake.subject = claims, subject
                url = (await client.post(f"{PREFIX}/session/proof/provider")).json()["url"]
                assert await back(client, fake.agreed(url)) == f"/#/login?fault={fault}"
            assert (await who(client))["username"] == "kim"

    async def test_logging_out_leads_on_to_the_provider(self, entrance: Entrance, fake: FakeProvider) -> None:
        site = entrance.with_provider(fake.issuer)
        async with at(site) as client, site.client("viewer") as viewer:
            await log_in(client, fake)
            client.headers["X-CSRF-Token"] = (await who(client))["csrf"]
            url = urlsplit((await client.delete(f"{PREFIX}/session")).json()["url"])
            asked = dict(parse_qsl(url.query))
            assert (f"{url.scheme}://{url.netloc}{url.path}", asked["client_id"]) == (f"{fake.issuer}/leave", CLIENT)
            assert asked["post_logout_redirect_uri"] == f"{SITE}/"
            assert asked["id_token_hint"].count(".") == 2
            assert (await viewer.delete(f"{PREFIX}/session")).json() == {"url": None}

    async def test_the_provider_ends_sessions_by_itself(self, entrance: Entrance, fake: FakeProvider) -> None:
        site = entrance.with_provider(fake.issuer)
        async with at(site) as one, at(site) as two, at(site) as provider:
            await log_in(one, fake)
            fake.claims = {"sid": "s-2"}
            await log_in(two, fake)
            fake.claims = {}
            token = logout(fake, sid="s-1", jti="j-1")
            assert await tell(provider, token) == 200
            assert [(await who(client))["status"] for client in (one, two)] == [401, 200]
            assert await tell(provider, token) == 400  # once
            assert await tell(provider, logout(fake, sub=fake.subject, jti="j-2")) == 200
            assert (await who(two))["status"] == 401

    async def test_a_logout_token_that_is_none_ends_nothing(self, entrance: Entrance, fake: FakeProvider) -> None:
        site = entrance.with_provider(fake.issuer)
        async with at(site) as client, at(site) as provider:
            await log_in(client, fake)
            for wrong in NO_LOGOUT:
                token = logout(fake, **({"sub": fake.subject, "jti": "j"} | wrong))
                assert await tell(provider, token) == 400, wrong
            assert await tell(provider, fake.token("n")) == 400  # what logged somebody in logs nobody out
            fake.signed_by = new_key("first", number=1)
            assert await tell(provider, logout(fake, sub=fake.subject, jti="j")) == 400
            assert (await who(client))["status"] == 200

    async def test_a_session_is_no_longer_than_the_site_says(self, entrance: Entrance, fake: FakeProvider) -> None:
        site = entrance.with_provider(fake.issuer, longest_h=1)
        async with at(site) as client:
            await log_in(client, fake)
        async with site.database.reading() as session:
            row = (await session.scalars(select(SessionRow).where(SessionRow.username == "kim"))).one()
        assert 3500 < (row.ends_at - row.created_at).total_seconds() <= 3600
        assert row.id_token is not None
        assert "eyJ" not in row.id_token  # sealed

    async def test_everything_is_in_the_audit(self, entrance: Entrance, fake: FakeProvider) -> None:
        site = entrance.with_provider(fake.issuer)
        async with at(site) as client:
            await log_in(client, fake)
            fake.groups = ["others"]
            await log_in(client, fake)
        async with site.database.reading() as session:
            rows = (await session.scalars(select(AuditRow).order_by(col(AuditRow.id)))).all()
        told = [(row.who, row.what, row.subject) for row in rows]
        assert ("provider", "user.add", "kim") in told
        assert ("kim", "login", "") in told
        assert ("provider", "user.change", "kim") in told, "it gives them no role any more"
        assert rows[-1].what == "login.refused"
        assert rows[-1].detail == {"field": "groups", "code": "oidc_no_role"}

    async def test_strangers_who_come_back_from_nowhere_do_not_fill_the_audit(
        self, entrance: Entrance, fake: FakeProvider
    ) -> None:
        site = entrance.with_provider(fake.issuer)
        async with at(site) as client:
            for _ in range(40):
                assert (await client.get(CALLBACK, params={"state": "x", "code": "y"})).status_code == 303
        async with site.database.reading() as session:
            rows = (await session.scalars(select(AuditRow).where(AuditRow.what == "login.refused"))).all()
        assert 1 <= len(rows) <= 6


async def test_a_site_without_a_provider_offers_none(served: Served) -> None:
    async with served.client() as client:
        assert (await client.get(f"{PREFIX}/login")).json() == {"provider": None}
        assert (await client.post(f"{PREFIX}/login/provider")).json()["said"]["code"] == "oidc_none"
        assert (await client.get(CALLBACK)).status_code == 404
