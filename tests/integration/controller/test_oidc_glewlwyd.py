"""Logging in by an identity provider of others: glewlwyd."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from tests.integration.controller.conftest import Served
from tests.integration.controller.oidc_site import PREFIX, SITE, Entrance, at, back, begin, entrance_of, who
from tests.servers.glewlwyd import Glewlwyd, running_glewlwyd

pytestmark = pytest.mark.integration


@pytest.fixture
def entrance(served: Served, tmp_path: Path) -> Entrance:
    return entrance_of(served, tmp_path)


@pytest.fixture(scope="module")
def glewlwyd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Glewlwyd]:
    with running_glewlwyd(tmp_path_factory.mktemp("glewlwyd")) as provider:
        provider.add_client(SITE)
        yield provider


@asynccontextmanager
async def signed_in(glewlwyd: Glewlwyd, name: str) -> AsyncIterator[httpx.Client]:
    """A browser in which somebody is logged in at the provider."""
    with glewlwyd.browser(name) as browser:
        yield browser


class TestGlewlwyd:
    """Against a provider of others."""

    async def test_there_and_back_as_what_the_groups_say(self, entrance: Entrance, glewlwyd: Glewlwyd) -> None:
        glewlwyd.put_person("kim", "yard-guests", "yard-guards", "others")
        site = entrance.with_provider(glewlwyd.issuer)
        async with at(site) as client, at(site) as other:
            with glewlwyd.browser("kim") as browser:
                came = glewlwyd.agreed(browser, await begin(client))
            assert (await client.get(f"{PREFIX}/login")).json() == {"provider": "SSO"}
            assert await back(client, came) == "/#/"
            found = await who(client)
            assert (found["role"], found["provider"], found["must_set_password"]) == ("operator", "SSO", False)
            assert found["username"] == "kim"  # out of the address that it is known by there
            # the same answer again, here and in another browser
            assert await back(client, came) == "/#/login?fault=oidc_trip"
            assert await back(other, came) == "/#/login?fault=oidc_trip"
            assert (await who(other))["status"] == 401

    async def test_groups_count_at_every_login(self, entrance: Entrance, glewlwyd: Glewlwyd) -> None:
        glewlwyd.put_person("lee", "yard-admins")
        site = entrance.with_provider(glewlwyd.issuer)
        async with at(site) as first, at(site) as second, at(site) as third, signed_in(glewlwyd, "lee") as browser:
            assert await back(first, glewlwyd.agreed(browser, await begin(first))) == "/#/"
            assert (await who(first))["role"] == "admin"
            glewlwyd.put_person("lee", "yard-guests", new=False)
            assert await back(second, glewlwyd.agreed(browser, await begin(second))) == "/#/"
            assert (await who(second))["role"] == "viewer"
            assert (await who(first))["status"] == 401  # began with more than they may now
            glewlwyd.put_person("lee", "others", new=False)
            refused = await back(third, glewlwyd.agreed(browser, await begin(third)))
            assert refused == "/#/login?fault=oidc_no_role"

    async def test_other_keys_are_taken_up_while_it_runs(self, entrance: Entrance, glewlwyd: Glewlwyd) -> None:
        glewlwyd.put_person("park", "yard-guards")
        site = entrance.with_provider(glewlwyd.issuer)
        async with at(site) as client, signed_in(glewlwyd, "park") as browser:
            assert await back(client, glewlwyd.agreed(browser, await begin(client))) == "/#/"
            glewlwyd.turn_keys("second")
            assert await back(client, glewlwyd.agreed(browser, await begin(client))) == "/#/"

    async def test_while_it_is_away_people_are_told_and_passwords_go_on(
        self, entrance: Entrance, tmp_path: Path
    ) -> None:
        with running_glewlwyd(tmp_path) as provider:
            site = entrance.with_provider(provider.issuer)
        async with at(site) as client:
            answer = await client.post(f"{PREFIX}/login/provider")
            assert answer.status_code == 504
            assert answer.json()["said"]["code"] == "oidc_away"
        async with site.client("admin") as admin:
            assert (await admin.get(f"{PREFIX}/session")).status_code == 200
