"""A site on PostgreSQL that is killed comes back as of its last archived moment, from base backup and log."""

import asyncio
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from controller.adapters.database import Database
from controller.adapters.people_store import PeopleStore
from controller.adapters.schema import migrate
from controller.app.audit import build_check, sealing
from controller.app.site import Site, prepare_site
from shared.clock import SystemClock
from tests.fakes.two_cameras import KEPT, fill
from tests.repo.tree import text_of
from tests.servers.postgres import Postgres, programs, running_postgres

pytestmark = [pytest.mark.integration, pytest.mark.long, pytest.mark.timeout(300)]
COMMAND = (
    "cd {folder} && if test -f %f; then cmp -s $OLDPWD/%p %f; "
    "else cp $OLDPWD/%p %f.part && sync %f.part && mv %f.part %f; fi"
)
ARCHIVE = (
    "wal_level=replica",
    "archive_mode=on",
    "archive_timeout=60",
    f"archive_command={COMMAND}",
)
"""As docs/operate/backup-and-restore.md says."""


@pytest.fixture
def home() -> Iterator[Path]:
    """A folder that PostgreSQL's own user reaches, too."""
    folder = Path(tempfile.mkdtemp(prefix="cctv-pitr-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


def test_a_log_that_is_archived_again_is_well_and_another_of_its_name_is_not(tmp_path: Path) -> None:
    (archive := tmp_path / "archive").mkdir()
    (data := tmp_path / "data").mkdir()
    line = COMMAND.format(folder=archive).replace("%f", "01").replace("%p", "pg_wal_01")

    def once(text: str) -> int:
        (data / "pg_wal_01").write_text(text)
        return subprocess.run(["sh", "-c", line], check=False, cwd=data).returncode

    assert [once("log"), once("log"), once("other")] == [0, 0, 1]
    assert [(one.name, one.read_text()) for one in archive.iterdir()] == [("01", "log")]
    assert COMMAND.format(folder="/mnt/nas/wal") in text_of("docs/operate/backup-and-restore.md")


def test_a_killed_database_comes_back_as_of_its_last_archived_moment(home: Path) -> None:
    archive, base = home / "archive", home / "base"
    archive.mkdir()
    user = "postgres" if os.geteuid() == 0 else None
    if user:
        os.chown(archive, pwd.getpwnam(user).pw_uid, pwd.getpwnam(user).pw_gid)
        os.chown(home, pwd.getpwnam(user).pw_uid, pwd.getpwnam(user).pw_gid)
    site = prepare_site(home / "site", port=1)
    settings = tuple(one.format(folder=archive) for one in ARCHIVE)
    with running_postgres(settings) as first:
        url = first.url("postgres")
        migrate(url)
        asyncio.run(lived(site, url, "before the base backup"))
        words = (str(programs() / "pg_basebackup"), "-D", str(base), "-h", "127.0.0.1", "-p", str(first.port))
        subprocess.run(
            [*words, "-U", "postgres", "-X", "fetch", "-c", "fast"],
            check=True,
            user=user,
            group=user,
            extra_groups=[] if user else None,
            cwd=home,
        )
        asyncio.run(lived(site, url, "after the base backup"))
        moment, counted = archived(first)
        asyncio.run(lived(site, url, "after the last archived moment"))
        first.server.kill()
    recovery = (
        f"restore_command=cp {archive}/%f %p",
        f"recovery_target_time={moment}",
        "recovery_target_action=promote",
    )
    with running_postgres((*settings, *recovery), copied_from=base) as second:
        wait_until(lambda: not asked(second, "SELECT pg_is_in_recovery()"))
        assert counts(second) == counted
        told = asked(second, "SELECT string_agg(subject, ',' ORDER BY id) FROM audit WHERE what = 'login'")
        assert told == "before the base backup,after the base backup"
        assert asyncio.run(faults(site, second.url("postgres"))) == 0


async def lived(site: Site, url: str, said: str) -> None:
    """A little of a site's life, with its audit sealed."""
    database, clock = Database(url), SystemClock()
    if said.startswith("before"):
        await fill(database, KEPT, 0)
    await PeopleStore(database, clock).audit("kim", "login", subject=said)
    await sealing(site, database, clock).once()
    await database.close()


def archived(postgres: Postgres) -> tuple[str, dict[str, int]]:
    """A moment up to which all is archived, and what there was then; stands for the minute of `archive_timeout`."""
    counted = counts(postgres)
    moment = str(asked(postgres, "SELECT clock_timestamp()"))
    asked(postgres, "CREATE TABLE behind_it (x int)", answers=False)
    name = asked(postgres, "SELECT pg_walfile_name(pg_current_wal_lsn())")
    asked(postgres, "SELECT pg_switch_wal()")
    wait_until(lambda: str(asked(postgres, "SELECT last_archived_wal FROM pg_stat_archiver")) >= str(name))
    return moment, counted


def counts(postgres: Postgres) -> dict[str, int]:
    query = "SELECT count(*) FROM "
    return {name: int(str(asked(postgres, query + name))) for name in ("audit", "audit_seal", "run", "alarm", "ledger")}


def asked(postgres: Postgres, query: str, *, answers: bool = True) -> object:
    with psycopg.connect(postgres.url("postgres", "postgresql"), autocommit=True) as connection:
        found = connection.execute(query.encode())
        return found.fetchone()[0] if answers else None  # type: ignore[index]


async def faults(site: Site, url: str) -> int:
    database = Database(url)
    try:
        return sum([len(part.faults) async for part in build_check(site, database, SystemClock()).whole()])
    finally:
        await database.close()


def wait_until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.1)
