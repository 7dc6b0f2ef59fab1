"""An identity provider that does what none should, or another one in its place: nobody is logged in by it."""

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from controller.adapters.oidc_provider import OidcProvider
from controller.core.oidc import CALLBACK
from controller.errors import WayShut
from shared.clock import SystemClock
from tests.fakes.identity_provider import CLIENT, SECRET, FakeProvider, fake_provider, new_key
from tests.fakes.ways import Gate
from tests.integration.controller.conftest import Served
from tests.integration.controller.oidc_site import (
    PREFIX,
    SITE,
    Entrance,
    at,
    back,
    begin,
    entrance_of,
    log_in,
    who,
)

pytestmark = pytest.mark.integration
HOSTILE: dict[str, dict[str, Any]] = {
    "nonce of another trip": {"claims": {"nonce": "another"}},
    "no nonce": {"claims": {"nonce": None}},
    "issuer": {"claims": {"iss": "https://evil.example"}},
    "audience": {"claims": {"aud": "another-client"}},
    "several audiences without a party": {"claims": {"aud": [CLIENT, "another-client"]}},
    "party": {"claims": {"aud": [CLIENT, "another-client"], "azp": "another-client"}},
    "expired": {"claims": {"exp": 1_700_000_000}},
    "not yet": {"claims": {"iat": int(time.time()) + 3600}},
    "no subject": {"claims": {"sub": None}},
    "unsigned": {"header": {"alg": "none"}},
    "signed by the public key": {"header": {"alg": "HS256"}},
    "a key that it does not have": {"signed_by": new_key("first", number=1)},
    "another kind of token": {"header": {"typ": "at+jwt"}},
    "an extension that must be known": {"header": {"crit": ["x"], "x": 1}},
}
"""What makes an ID token none, by what is wrong with it."""


ANSWERS = [
    (200, b"{}", "oidc_wrong"),
    (200, b"[" * 100_000, "oidc_wrong"),
    (200, b" " * 300_000, "oidc_wrong"),
    (302, b"http://127.0.0.1:1/token", "oidc_wrong"),
    (503, b"later", "oidc_away"),
    (400, b'{"error": "invalid_grant"}', "oidc_refused"),
    (401, b'{"error": "invalid_client"}', "oidc_wrong"),
]
"""What a token endpoint may answer, and what is told of it."""
DESCRIPTIONS: list[dict[str, Any]] = [
    {"issuer": "https://evil.example"},
    {"token_endpoint": "http://evil.example/token"},
    {"jwks_uri": "file:///etc/passwd"},
    {"authorization_endpoint": 7},
    {"authorization_endpoint": "https://127.0.0.1:1/authorize"},
]
"""What a provider may say of itself that leads elsewhere."""


@pytest.fixture
def entrance(served: Served, tmp_path: Path) -> Entrance:
    return entrance_of(served, tmp_path)


@pytest.fixture
def fake() -> Iterator[FakeProvider]:
    with fake_provider() as provider:
        provider.groups = ["yard-guards"]
        yield provider


class TestHostile:
    """Against a provider that does what none should, or another one in its place."""

    async def test_a_token_that_does_not_add_up_logs_nobody_in(self, entrance: Entrance, fake: FakeProvider) -> None:
        async with at(entrance.with_provider(fake.issuer)) as client:
            for what, wrong in HOSTILE.items():
                fake.claims, fake.header, fake.signed_by = {}, {}, None
                for name, value in wrong.items():
                    setattr(fake, name, value)
                assert await log_in(client, fake) == "/#/login?fault=oidc_wrong", what
                assert (await who(client))["status"] == 401, what
            fake.claims, fake.header, fake.signed_by = {}, {}, None
            assert await log_in(client, fake) == "/#/"  # nothing else was wrong

    async def test_three_ways_to_sign(self, entrance: Entrance, fake: FakeProvider) -> None:
        async with at(entrance.with_provider(fake.issuer)) as client:
            for algorithm in ("RS256", "PS256", "ES256"):
                fake.key = new_key(algorithm, algorithm)
                assert await log_in(client, fake) == "/#/", algorithm

    async def test_a_key_for_one_algorithm_is_none_for_another(self, entrance: Entrance, fake: FakeProvider) -> None:
        fake.signed_by = replace(fake.key, algorithm="PS256")
        async with at(entrance.with_provider(fake.issuer)) as client:
            assert await log_in(client, fake) == "/#/login?fault=oidc_wrong"

    async def test_an_answer_is_for_the_browser_that_asked(self, entrance: Entrance, fake: FakeProvider) -> None:
        site = entrance.with_provider(fake.issuer)
        async with at(site) as victim, at(site) as attacker:
            planted = fake.agreed(await begin(attacker))
            assert await back(victim, planted) == "/#/login?fault=oidc_trip"  # who never asked
            await begin(victim)
            assert await back(victim, planted) == "/#/login?fault=oidc_trip"  # who asked something else
            assert "/token" not in fake.asked
            assert await back(attacker, planted) == "/#/"

    async def test_who_answers_says_who_it_is(self, entrance: Entrance, fake: FakeProvider) -> None:
        site = entrance.with_provider(fake.issuer)
        async with at(site) as client:
            for iss in ("", "&iss=https://evil.example"):
                url = fake.agreed(await begin(client)).partition("&iss=")[0] + iss
                assert await back(client, url) == "/#/login?fault=oidc_wrong"
            assert "/token" not in fake.asked

    async def test_a_refusal_is_told_as_one(self, entrance: Entrance, fake: FakeProvider) -> None:
        async with at(entrance.with_provider(fake.issuer)) as client:
            state = dict(parse_qsl(urlsplit(await begin(client)).query))["state"]
            refused = f"{SITE}{CALLBACK}?error=access_denied&state={state}&iss={fake.issuer}"
            assert await back(client, refused) == "/#/login?fault=oidc_refused"

    async def test_answers_that_are_none(self, entrance: Entrance, fake: FakeProvider) -> None:
        async with at(entrance.with_provider(fake.issuer)) as client:
            for status, answer, fault in ANSWERS:
                url = fake.agreed(await begin(client))
                fake.answers["/token"] = status, answer
                assert await back(client, url) == f"/#/login?fault={fault}", (status, answer[:20])

    async def test_it_leads_to_no_other_host(self, entrance: Entrance, fake: FakeProvider) -> None:
        async with at(entrance.with_provider(fake.issuer)) as client:
            for told in DESCRIPTIONS:
                fake.told = told
                answer = await client.post(f"{PREFIX}/login/provider")
                assert (answer.status_code, answer.json()["said"]["code"]) == (422, "oidc_wrong"), told
            fake.told, fake.answers["/keys"] = {}, (200, b'{"keys": 7}')
            assert (await client.post(f"{PREFIX}/login/provider")).json()["said"]["code"] == "oidc_wrong"

    async def test_other_keys_are_not_looked_for_without_end(self, entrance: Entrance, fake: FakeProvider) -> None:
        fake.header = {"kid": "unknown"}
        async with at(entrance.with_provider(fake.issuer)) as client:
            for _ in range(9):
                assert await log_in(client, fake) == "/#/login?fault=oidc_wrong"
        assert fake.asked.count("/keys") <= 6  # the first, and those that may be asked for at once

    async def test_nothing_is_asked_while_the_way_there_is_shut(self, fake: FakeProvider) -> None:
        gate = Gate("")
        provider = OidcProvider(fake.issuer, CLIENT, lambda: SECRET, SystemClock(), gate)
        with pytest.raises(WayShut):
            await provider.endpoints()
        assert fake.asked == []
        gate.closed.clear()
        await provider.endpoints()
        gate.closed.add("")
        with pytest.raises(WayShut):
            await provider.redeem("code", "verifier", SITE)
        assert "/token" not in fake.asked
