"""Fixtures that every test may use: real servers, free ports, real footage, a browser."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import structlog
from hypothesis import settings

from tests.servers import processes
from tests.servers.mosquitto import Mosquitto, start_mosquitto
from tests.servers.postgres import Postgres, running_postgres
from tests.servers.stores import S3Store, running_radosgw, running_rclone

settings.register_profile("short", max_examples=50, deadline=None)
settings.register_profile("thorough", max_examples=2_000, deadline=None)
settings.load_profile("short")  # pytest --hypothesis-profile thorough: for who changes a state machine or a decoder

ROOT = Path(__file__).resolve().parent.parent
# Where scripts/test.py looks for them.
_HOMES = {"integration": ("tests/integration/", "tests/contract/"), "e2e": ("tests/e2e/",)}
# Starting these costs seconds: with several pytest processes one of them runs all tests that need one.
_COSTLY = {"s3": "radosgw", "any_s3": "radosgw", "radosgw": "radosgw"}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Group the tests of a costly server, for `--dist loadgroup`; let none be marked where it would not run."""
    for item in items:
        names = getattr(item, "fixturenames", ())
        if groups := {_COSTLY[name] for name in names if name in _COSTLY}:
            item.add_marker(pytest.mark.xdist_group(groups.pop()))
        for mark, homes in _HOMES.items():
            if item.get_closest_marker(mark) and not item.nodeid.startswith(homes):
                raise pytest.UsageError(f"{item.nodeid} is marked {mark}, and would not run: its home is {homes}")


@pytest.fixture(autouse=True)
def logs_of_its_own() -> Iterator[None]:
    """A command that a test runs in this process leaves no logger behind that writes to its closed output."""
    yield
    structlog.reset_defaults()


@pytest.fixture
def free_port() -> Callable[[], int]:
    """Gives a loopback port that nothing listens on, another one each time."""
    return processes.free_port


@pytest.fixture
def mosquitto(tmp_path: Path) -> Iterator[Callable[..., Mosquitto]]:
    """Starts brokers: `mosquitto(users={name: password}, acl=text, conf=lines)`; all end with the test."""
    started: list[Mosquitto] = []

    def start(**settings: object) -> Mosquitto:
        broker = start_mosquitto(tmp_path / f"mosquitto-{len(started)}", **settings)  # type: ignore[arg-type]
        started.append(broker)
        return broker

    yield start
    for broker in started:
        broker.server.stop()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """One private cluster for the whole run of this pytest process."""
    with running_postgres() as cluster:
        yield cluster


@pytest.fixture
def postgres_url(postgres: Postgres) -> Iterator[str]:
    """The SQLAlchemy address (psycopg) of an empty database of this test's own."""
    with postgres.database() as name:
        yield postgres.url(name)


@pytest.fixture(scope="session")
def radosgw() -> Iterator[S3Store]:
    """One Ceph gateway for the whole run of this pytest process."""
    with running_radosgw() as store:
        yield store


@pytest.fixture(scope="session")
def rclone() -> Iterator[S3Store]:
    """One `rclone serve s3` for the whole run of this pytest process."""
    with running_rclone() as store:
        yield store


@pytest.fixture
def s3(radosgw: S3Store) -> Iterator[S3Store]:
    """The Ceph gateway, with a bucket of this test's own."""
    with radosgw.fresh_bucket() as store:
        yield store


@pytest.fixture
def second_s3(rclone: S3Store) -> Iterator[S3Store]:
    """A store that enforces less than Ceph's (rclone), with a bucket of this test's own."""
    with rclone.fresh_bucket() as store:
        yield store


@pytest.fixture(params=["radosgw", "rclone"])
def any_s3(request: pytest.FixtureRequest) -> Iterator[S3Store]:
    """Each store in turn, with a bucket of this test's own."""
    running: S3Store = request.getfixturevalue(request.param)
    with running.fresh_bucket() as store:
        yield store


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of a Chromium or Chrome."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    return processes.program(*names, what="Chromium")


@pytest.fixture(scope="session")
def test_data() -> Path:
    """The folder with real footage and models: CCTV_TEST_DATA, or shared/data beside the repository."""
    given = os.environ.get("CCTV_TEST_DATA")
    folder = Path(given) if given else ROOT.parent / "shared" / "data"
    if not (folder / "videos").is_dir():
        pytest.skip(f"no real footage in {folder} (set CCTV_TEST_DATA)")
    return folder
