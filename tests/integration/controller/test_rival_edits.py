"""Two people save what both had begun with, by two processes at the same moment: one wins, the other is told."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from controller.adapters.database import Database
from controller.adapters.directory_store import DirectoryStore
from controller.adapters.fact_store import SqlFactStore
from controller.adapters.people_store import PeopleStore
from controller.adapters.tables import METADATA
from controller.api.server import api_routes, build_api
from controller.app.api import build_parts
from controller.app.site import Site, open_site, prepare_site
from shared.clock import SystemClock
from shared.ids import SiteId
from tests.builders import node_status
from tests.fakes.orders import FakeOrders
from tests.integration.controller.conftest import PASSWORD, MemoryObjects, PollingBell, Served
from tests.servers.postgres import Postgres
from tests.servers.processes import free_port

pytestmark = pytest.mark.integration
PREFIX = "/api/v1"
PLACE = {"endpoint": "https://nas.site:9000", "bucket": "evidence", "access_key": "a" * 8, "secret_key": "b" * 16}
QUIET = {"from_time": "22:00", "until_time": "07:00", "timezone": "Asia/Seoul", "critical_through": True}
LAYOUT: dict[str, Any] = {"name": "night", "tiles": 4, "cameras": ["gate.yard"], "turn_s": 0}
BEFORE = {"name": "mast"}
NOT_A_ROW = {"/models", "/models/{name}", "/media/put/{key}"}
"""Files: the choice is compared under a lock of its own, and a model's name is never put over."""
Edit = tuple[str, str, str, Any, Any]
"""Method, route, where its tag is read ("": there; "-": nowhere, it is made), and what each of the two sends."""
EDITS: list[Edit] = [
    ("PUT", "/layouts/{layout}", "", LAYOUT | {"turn_s": 9}, LAYOUT | {"turn_s": 8}),
    ("PATCH", "/users/{name}", "", {"role": "operator"}, {"enabled": False}),
    ("PUT", "/users/{name}/grants", "/users/{name}", {"cameras": {}}, {"cameras": {"gate.yard": ["view"]}}),
    ("PATCH", "/notify/destinations/{name}", "", {"enabled": False}, {"language": "en"}),
    ("PUT", "/notify/destinations/{name}/lines", "/notify/destinations/{name}", {"lines": [{"threshold": "low"}]},
     {"lines": [{"threshold": "high"}]}),
    ("PUT", "/notify/quiet", "", {"quiet": QUIET}, {"quiet": QUIET | {"from_time": "21:00"}}),
    ("PUT", "/rules", "", {"rules": []}, {"rules": []}),
    ("PUT", "/nodes/{node}/config", "", {"settings": {"upload": {"rate_bytes_s": 9000}}},
     {"settings": {"upload": {"rate_bytes_s": 8000}}}),
    ("PUT", "/export-destinations/{name}", "-", PLACE, PLACE | {"bucket": "other"}),
    ("PUT", "/archives/{name}", "-", {"destination": "vault", "severities": ["high"]},
     {"destination": "vault", "severities": ["low"]}),
    ("PUT", "/retention", "", {"camera": None, "media_class": None, "days": 3000, "confirm": True},
     {"camera": None, "media_class": "motion", "days": 2000, "confirm": True}),
    ("PUT", "/retention/moves", "", {"subject": "motion", "days": 9}, {"subject": "motion", "days": 8}),
    ("PUT", "/features/{name}", "", {"on": False}, {"on": False}),
    ("PUT", "/privacy/notice", "/privacy", {"name": "yard"}, {"name": "harbour"}),
    ("PUT", "/cameras/{camera}/name", "", {"name": "yard"}, {"name": "harbour"}),
]  # fmt: skip
NAMES = {"{name}": "viewer", "{node}": "gate", "{camera}": "gate.yard"}
OTHER_NAMES = {"/notify": {"{name}": "desk"}, "/export": {"{name}": "vault"}, "/archives": {"{name}": "nightly"},
               "/features": {"{name}": "listen"}}  # fmt: skip


class Meeting(Database):
    """A process's database: once told to, it begins to write only when the other process is about to as well."""

    meet: asyncio.Barrier | None = None

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncSession]:
        if (meet := self.meet) is not None:
            self.meet = None
            async with asyncio.timeout(20):
                await meet.wait()
        async with super().writing() as session:
            yield session


class Rivals:
    """Two processes that serve one site."""

    def __init__(self, site: Site, url: str) -> None:
        self.databases = [Meeting(url), Meeting(url)]
        clock = SystemClock()
        door = DirectoryStore(site.settings.store_path, site.store_key().encode(), clock)
        self.apps = [
            build_api(build_parts(site, one, MemoryObjects(), door, PollingBell(), FakeOrders(), clock))
            for one in self.databases
        ]

    @asynccontextmanager
    async def clients(self) -> AsyncIterator[list[httpx.AsyncClient]]:
        async with AsyncExitStack() as held:
            made = []
            for app in self.apps:
                transport = httpx.ASGITransport(app, raise_app_exceptions=False)
                client = await held.enter_async_context(
                    httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1")
                )
                answer = await client.post(f"{PREFIX}/session", json={"username": "admin", "password": PASSWORD})
                client.headers["X-CSRF-Token"] = answer.json()["csrf"]
                made.append(client)
            yield made


@pytest.fixture(params=["sqlite", "postgresql"])
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a database with every table."""
    if request.param == "sqlite":
        migrated: Path = request.getfixturevalue("migrated")
        yield f"sqlite:///{shutil.copy(migrated, tmp_path / 'rivals.sqlite3')}"
        return
    postgres: Postgres = request.getfixturevalue("postgres")
    with postgres.database() as name:
        engine = sa.create_engine(postgres.url(name))
        METADATA.create_all(engine)
        engine.dispose()
        yield postgres.url(name)


@pytest.fixture
async def rivals(kept: str, tmp_path: Path, hashed: str) -> AsyncIterator[Rivals]:
    site = prepare_site(tmp_path / "data", port=free_port())
    with site.config_file.open("a") as config:
        config.write(f'[store.second]\npath = "{tmp_path / "nas"}"\n')
    site = open_site(site.config_file)
    rivals, clock = Rivals(site, kept), SystemClock()
    database = rivals.databases[0]
    people = PeopleStore(database, clock)
    await people.prepare_site(SiteId(site.settings.site))
    for user, role in (("admin", "admin"), ("viewer", "viewer")):
        await people.add_user(user, role, password_hash=hashed, must_set_password=False, who="test")
    await SqlFactStore(database, clock, SiteId(site.settings.site)).save_status(node_status("gate.yard", node="gate"))
    yield rivals
    for one in rivals.databases:
        await one.close()


async def test_of_two_that_began_alike_one_is_refused(rivals: Rivals) -> None:
    async with rivals.clients() as clients:
        first = clients[0]
        layout = (await first.post(f"{PREFIX}/layouts", json=LAYOUT)).raise_for_status().json()
        desk = {"name": "desk", "address": "https://hooks.example/x", "lines": []}
        (await first.post(f"{PREFIX}/notify/destinations", json=desk)).raise_for_status()
        for method, route, shown, *bodies in EDITS:
            names = {**NAMES, **next((n for at, n in OTHER_NAMES.items() if route.startswith(at)), {})}
            names["{layout}"] = layout["id"]
            path, read = (_filled(PREFIX + one, names) for one in (route, shown or route))
            begun = {"If-None-Match": "*"} if shown == "-" else {"If-Match": await _tag(first, read, method, path)}
            meet = asyncio.Barrier(2)
            for database in rivals.databases:
                database.meet = meet
            asked = [
                client.request(method, path, json=body, headers=begun)
                for client, body in zip(clients, bodies, strict=True)
            ]
            answers = await asyncio.gather(*asked)
            told = sorted(one.status_code for one in answers)
            assert told == [200, 412], f"{method} {route}: {[(one.status_code, one.text[:300]) for one in answers]}"
            refused = next(one for one in answers if one.status_code == 412)
            assert refused.json()["said"]["code"] == "other_changed", route


def test_no_edit_of_a_known_state_is_left_out(served: Served) -> None:
    asked = {(method, route) for method, route, *_ in EDITS}
    edits = {(method, path.removeprefix(PREFIX)) for method, path, _ in api_routes(served.app)}
    told = {one for one in edits if one[0] in {"PUT", "PATCH"} and one[1] not in NOT_A_ROW}
    assert told - asked == set()


async def _tag(client: httpx.AsyncClient, read: str, method: str, path: str) -> str:
    """Of what is there; where an edit alone tells it, of one that makes what neither of the two will send."""
    answer = await client.get(read)
    if answer.status_code == 405:
        answer = await client.request(method, path, json=BEFORE)
    return str(answer.raise_for_status().headers["etag"])


def _filled(path: str, names: dict[str, str]) -> str:
    for sign, name in names.items():
        path = path.replace(sign, name)
    return path
