"""`cctv audit` on a prepared site: listed, verified against a copy of its heads, written for a log collector."""

import asyncio
import json
import shutil
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from controller.adapters.audit_store import SqlAudit
from controller.adapters.database import Database
from controller.adapters.people_store import PeopleStore
from controller.adapters.tables import AuditRow
from controller.app.audit import sealing
from controller.app.database import migrate_site
from controller.app.site import Site, prepare_site
from controller.cli.audit import audit
from shared.clock import SystemClock

pytestmark = pytest.mark.integration


@pytest.fixture
def site(tmp_path: Path, migrated: Path) -> Site:
    found = prepare_site(tmp_path / "data", port=1)
    shutil.copy(migrated, found.data_dir / "db.sqlite3")
    asyncio.run(migrate_site(found))
    return found


def told(site: Site, *words: str) -> Result:
    return CliRunner().invoke(audit, [*words, "--data", str(site.data_dir)])


def written(site: Site, *whats: str) -> None:
    async def write() -> None:
        database, clock = Database(site.settings.database()), SystemClock()
        for what in whats:
            await PeopleStore(database, clock).audit("kim", what, subject="gate.yard", detail={"n": 1})
        await sealing(site, database, clock).once()
        await database.close()

    asyncio.run(write())


def test_the_audit_is_listed_and_written_out(site: Site, tmp_path: Path) -> None:
    assert told(site, "list", "--who", "kim").output == "nothing that fits\n"
    written(site, "login", "alarm.note")
    lines = told(site, "list", "--who", "kim").output.splitlines()
    assert [line.split()[2:5] for line in lines] == [["kim", "alarm.note", "gate.yard"], ["kim", "login", "gate.yard"]]
    listed = json.loads(told(site, "list", "--what", "alarm.", "--json").output)["items"]
    assert [one["what"] for one in listed] == ["alarm.note"]
    assert told(site, "export", "--who", "kim", "--out", str(tmp_path / "lines")).exit_code == 0
    assert [json.loads(line)["what"] for line in (tmp_path / "lines").read_text().splitlines()] == [
        "login",
        "alarm.note",
    ]
    again = told(site, "export", "--out", str(tmp_path / "lines"))
    assert (again.exit_code, "--out" in again.output) == (2, True)
    assert told(site, "export", "--format", "syslog", "--what", "login").output.startswith("<109>1 ")
    wrong = told(site, "list", "--from", "2026-03-02T00:00Z", "--to", "2026-03-01T00:00Z")
    assert (wrong.exit_code, "--to" in wrong.output) == (2, True)


def test_verify_warns_of_what_no_day_has_signed_for_two_days(site: Site) -> None:
    written(site, "login")
    fresh = told(site, "verify", "--json")
    assert (fresh.exit_code, json.loads(fresh.output)["late"]) == (0, False)

    def long_ago(days: float) -> None:
        async def write() -> None:
            database, clock = Database(site.settings.database()), SystemClock()
            async with database.writing() as session:
                session.add(AuditRow(at=clock.now() - timedelta(days=days), who="kim", what="login", detail={}))
            await SqlAudit(database, clock).seal(100)
            await database.close()

        asyncio.run(write())

    long_ago(1.9)
    assert told(site, "verify").exit_code == 0
    long_ago(2.1)
    late = told(site, "verify")
    assert (late.exit_code, "as they were written" in late.output) == (3, True)
    assert "warning: no day is signed since" in late.output


def test_verify_finds_what_was_changed_and_says_where(site: Site, tmp_path: Path) -> None:
    written(site, "login", "alarm.note")
    whole = told(site, "verify")
    assert (whole.exit_code, "as they were written" in whole.output) == (0, True)
    kept = shutil.copy(site.audit_heads_file, tmp_path / "kept.jsonl")
    with closing(sqlite3.connect(site.data_dir / "db.sqlite3")) as database:
        place = database.execute(
            "SELECT seq FROM audit_seal JOIN audit ON audit.id = entry WHERE audit.what = 'login'"
        ).fetchone()[0]
        with pytest.raises(sqlite3.IntegrityError, match="only added to"):
            database.execute("UPDATE audit SET who = 'lee' WHERE what = 'login'")
        database.execute("DROP TRIGGER audit_no_update")
        database.execute("UPDATE audit SET who = 'lee' WHERE what = 'login'")
        database.commit()
    changed = told(site, "verify")
    assert (changed.exit_code, f"place {place}: an entry was changed" in changed.output) == (1, True)
    site.audit_heads_file.unlink()
    with closing(sqlite3.connect(site.data_dir / "db.sqlite3")) as database:
        for trigger in ("audit_seal_no_delete", "audit_head_no_delete"):
            database.execute(f"DROP TRIGGER {trigger}")
        database.execute("DELETE FROM audit_seal")
        database.execute("DELETE FROM audit_head")
        database.commit()
    assert told(site, "verify").exit_code == 0  # nothing is left that could tell
    against = told(site, "verify", "--heads", str(kept), "--json")
    assert against.exit_code == 1
    assert [fault["kind"] for fault in json.loads(against.output)["faults"]] == ["cut"]
