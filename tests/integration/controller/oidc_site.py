"""A site whose people log in at an identity provider, and their browsers."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx

from controller.api.server import build_api
from controller.app.api import build_parts
from controller.core.oidc import CALLBACK, LOGOUT_EVENT
from controller.oidc_settings import Oidc
from shared.clock import SystemClock
from tests.fakes.identity_provider import CLIENT, SECRET, FakeProvider
from tests.integration.controller.conftest import PollingBell, Served

PREFIX = "/api/v1"
SITE = "http://127.0.0.1:8443"
ROLES = {"yard-admins": "admin", "yard-guards": "operator", "yard-guests": "viewer"}


@dataclass(slots=True)
class Entrance:
    """A site whose people log in at a provider."""

    served: Served
    secret: Path

    def with_provider(self, issuer: str, **more: Any) -> Served:
        """The same site with other settings of its provider."""
        oidc = Oidc.model_validate(
            {"issuer": issuer, "client_id": CLIENT, "client_secret_file": self.secret, "roles": ROLES} | more
        )
        served = self.served
        site = replace(served.site, settings=served.site.settings.model_copy(update={"oidc": oidc, "public_url": SITE}))
        parts = build_parts(
            site, served.database, served.objects, served.door, PollingBell(), served.orders, SystemClock()
        )
        return replace(served, site=site, parts=parts, app=build_api(parts))


def entrance_of(served: Served, folder: Path) -> Entrance:
    """It, with the secret by which it proves itself to the provider."""
    secret = folder / "client-secret"
    secret.write_text(SECRET)
    secret.chmod(0o600)
    return Entrance(served, secret)


async def begin(client: httpx.AsyncClient) -> str:
    answer = await client.post(f"{PREFIX}/login/provider")
    assert answer.status_code == 200, answer.text
    return str(answer.json()["url"])


async def back(client: httpx.AsyncClient, url: str) -> str:
    """Where the dashboard is opened after the provider sent somebody back."""
    parts = urlsplit(url)
    assert f"{parts.scheme}://{parts.netloc}" == SITE, url
    assert parts.path == CALLBACK
    answer = await client.get(f"{parts.path}?{parts.query}")
    assert answer.status_code == 303, answer.text
    return str(answer.headers["Location"])


async def log_in(client: httpx.AsyncClient, provider: FakeProvider) -> str:
    return await back(client, provider.agreed(await begin(client)))


async def who(client: httpx.AsyncClient) -> dict[str, Any]:
    answer = await client.get(f"{PREFIX}/session")
    found: dict[str, Any] = answer.json()
    return found | {"status": answer.status_code}


@asynccontextmanager
async def at(served: Served) -> AsyncIterator[httpx.AsyncClient]:
    async with served.client() as client:
        client.headers["Host"] = urlsplit(SITE).netloc
        yield client


def logout(fake: FakeProvider, **claims: Any) -> str:
    """A logout token as the provider signs them."""
    now = int(time.time())
    told = {"iss": fake.issuer, "aud": CLIENT, "iat": now, "exp": now + 120, "events": {LOGOUT_EVENT: {}}} | claims
    return fake.sign({name: one for name, one in told.items() if one is not None})


async def tell(client: httpx.AsyncClient, token: str) -> int:
    return (await client.post(f"{PREFIX}/login/back-channel", data={"logout_token": token})).status_code
