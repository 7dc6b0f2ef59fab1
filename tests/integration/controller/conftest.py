"""A prepared site with a real database, for tests of the API and its roles."""

import asyncio
import random
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
from argon2 import PasswordHasher
from fastapi import FastAPI

from controller.adapters.database import Database
from controller.adapters.directory_store import DirectoryStore, prepare_directory
from controller.adapters.people_store import PeopleStore
from controller.adapters.schema import migrate
from controller.api.deps import Parts
from controller.api.server import build_api
from controller.app.api import build_parts
from controller.app.audit import sealing
from controller.app.database import migrate_site
from controller.app.site import Site, open_site, prepare_site
from controller.errors import Missing
from shared.clock import SystemClock
from shared.ids import SiteId
from shared.messages import Grant
from shared.texts import say
from tests.fakes.backups import PASSPHRASE, made
from tests.fakes.orders import FakeOrders
from tests.fakes.two_cameras import HIDDEN, KEPT, fill
from tests.servers.processes import free_port

PASSWORD = "a good long passphrase"


@dataclass
class MemoryObjects:
    """An object store in memory."""

    objects: dict[str, bytes] = field(default_factory=dict)

    async def grant_put(self, key: str, length_bytes: int, sha256: str, md5: str) -> Grant:
        raise NotImplementedError

    async def head(self, key: str) -> tuple[int, str] | None:
        return (len(self.objects[key]), "") if key in self.objects else None

    async def fetch(self, key: str, into: Path) -> None:
        into.write_bytes(await self.get(key))

    async def put(self, key: str, data: bytes, content_type: str) -> None:
        del content_type
        self.objects[key] = data

    async def get(self, key: str) -> bytes:
        if key not in self.objects:
            raise Missing("key", say("unknown", key=key))
        return self.objects[key]

    async def read(self, key: str, offset: int, length: int) -> bytes:
        return (await self.get(key))[offset : offset + length]

    async def delete(self, key: str) -> None:
        self.objects.pop(key, None)


class PollingBell:
    """Nobody rings: every wait is a short poll."""

    async def ring(self, which: str) -> None:
        del which

    async def wait(self, which: str, timeout_s: float) -> None:
        del which
        await asyncio.sleep(min(timeout_s, 0.02))


@dataclass(slots=True)
class Served:
    """An API on a fresh site with the users admin, operator, viewer and fresh (must set a password)."""

    site: Site
    database: Database
    objects: MemoryObjects
    door: DirectoryStore
    parts: Parts
    app: FastAPI
    orders: FakeOrders

    @asynccontextmanager
    async def client(self, user: str | None = None) -> AsyncIterator[httpx.AsyncClient]:
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            if user is not None:
                answer = await client.post("/api/v1/session", json={"username": user, "password": PASSWORD})
                assert answer.status_code == 200, answer.text
                client.headers["X-CSRF-Token"] = answer.json()["csrf"]
            yield client


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty database with the newest schema, to be copied."""
    file = tmp_path_factory.mktemp("migrated") / "db.sqlite3"
    migrate(f"sqlite:///{file}")
    return file


@pytest.fixture(scope="session")
def hashed() -> str:
    """The hash of PASSWORD: made once, it is slow on purpose."""
    return PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)


@asynccontextmanager
async def serving(folder: Path, migrated: Path, hashed: str) -> AsyncIterator[Served]:
    """A site in `folder` for as long as the context lasts."""
    site = prepare_site(folder / "data", port=free_port())
    with site.config_file.open("a") as config:
        config.write(f'[store.second]\npath = "{folder / "nas"}"\n')
    prepare_directory(folder / "nas")
    site = open_site(site.config_file)
    shutil.copy(migrated, site.data_dir / "db.sqlite3")
    clock = SystemClock()
    database = Database(site.settings.database())
    people = PeopleStore(database, clock)
    await people.prepare_site(SiteId(site.settings.site))
    objects = MemoryObjects()
    door = DirectoryStore(site.settings.store_path, site.store_key().encode(), clock)
    orders = FakeOrders()
    parts = build_parts(site, database, objects, door, PollingBell(), orders, clock)
    for user, role in (("admin", "admin"), ("operator", "operator"), ("viewer", "viewer"), ("fresh", "admin")):
        await people.add_user(user, role, password_hash=hashed, must_set_password=user == "fresh", who="test")
    yield Served(site, database, objects, door, parts, build_api(parts), orders)
    await parts.films.close()
    door.close()
    await database.close()


@pytest.fixture
async def served(tmp_path: Path, migrated: Path, hashed: str) -> AsyncIterator[Served]:
    async with serving(tmp_path, migrated, hashed) as site:
        yield site


@pytest.fixture(scope="session")
def full_site(tmp_path_factory: pytest.TempPathFactory, migrated: Path) -> Path:
    """A site's data directory with rows of every kind, a sealed audit and a model."""
    found = prepare_site(tmp_path_factory.mktemp("full") / "data", port=1)
    shutil.copy(migrated, found.data_dir / "db.sqlite3")
    asyncio.run(migrate_site(found))

    async def write() -> None:
        database = Database(found.settings.database())
        for number, camera in enumerate((KEPT, HIDDEN)):
            await fill(database, camera, number)
        await sealing(found, database, SystemClock()).once()
        await database.close()

    asyncio.run(write())
    (found.data_dir / "models" / "ours").mkdir(parents=True)
    (found.data_dir / "models" / "ours" / "model.onnx").write_bytes(random.Random(7).randbytes(600_000))
    return found.data_dir


@pytest.fixture
def full(tmp_path: Path, full_site: Path) -> Site:
    """A copy of it for one test."""
    shutil.copytree(full_site, tmp_path / "data")
    return open_site(tmp_path / "data" / "cctv.toml")


@pytest.fixture
def phrase(tmp_path: Path) -> Path:
    file = tmp_path / "phrase"
    file.write_text(PASSPHRASE + "\n")
    file.chmod(0o600)
    return file


@pytest.fixture(scope="session")
def once(full_site: Path, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A backup of the site with rows of every kind."""
    folder = tmp_path_factory.mktemp("once")
    phrase = folder / "phrase"
    phrase.write_text(PASSPHRASE)
    phrase.chmod(0o600)
    return made(open_site(full_site / "cctv.toml"), phrase, folder / "kept").read_bytes()


@pytest.fixture
def kept(once: bytes, tmp_path: Path) -> Path:
    (tmp_path / "kept").mkdir()
    file = tmp_path / "kept" / "site.cctvbackup"
    file.write_bytes(once)
    return file
