"""`cctv alarm` and `cctv maintenance` on a prepared site, as a person at the server uses them."""

import asyncio
import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from controller.adapters.alarm_numbers import AlarmNumbers
from controller.adapters.database import Database
from controller.adapters.judging_store import SqlJudgingStore
from controller.adapters.people_store import PeopleStore
from controller.adapters.tables import SiteRow
from controller.app.database import migrate_site
from controller.app.site import Site, prepare_site
from controller.cli import alarm, maintenance
from shared.clock import SystemClock
from shared.ids import SiteId
from shared.mint import uuid7
from tests.builders import occurrence, rule, verdict

pytestmark = pytest.mark.integration


@pytest.fixture
def site(tmp_path: Path, migrated: Path) -> Site:
    found = prepare_site(tmp_path / "data", port=1)
    shutil.copy(migrated, found.data_dir / "db.sqlite3")
    asyncio.run(migrate_site(found))
    return found


def told(site: Site, *words: str) -> Result:
    app = maintenance.maintenance if words[0] == "maintenance" else alarm.alarm
    return CliRunner().invoke(app, [*words[1:], "--data", str(site.data_dir)])


def raise_one(site: Site, name: str) -> int:
    async def save() -> int:
        database = Database(site.settings.database())
        clock = SystemClock()
        await PeopleStore(database, clock).prepare_site(SiteId(site.settings.site))
        judging = SqlJudgingStore(database, clock, SiteId(site.settings.site), uuid7)
        await judging.save_judgement(None, verdict(event=None), [occurrence(rule(name=name), 2, 4)])
        async with database.reading() as session:
            row = await session.get(SiteRow, site.settings.site)
        await database.close()
        return 0 if row is None else row.last_alarm_number

    return asyncio.run(save())


def test_an_alarm_is_handled_from_the_command_line(site: Site, tmp_path: Path) -> None:
    assert told(site, "alarm", "list").output == "no alarm\n"
    empty = told(site, "alarm", "export-set", str(tmp_path / "none"))
    assert (empty.exit_code, "the set is empty" in empty.output) == (0, True)
    raise_one(site, "lawn")
    raise_one(site, "gate")
    assert told(site, "alarm", "list").output.splitlines()[0].startswith("#2 2026-03-01 08:00:02 UTC high raised: gate")
    for words in (
        ("ack", "1", "#1", "--note", "going"),
        ("note", "#1", "a fox"),
        ("shelve", "1", "30"),
        ("escalate", "1"),
        ("shelve", "1", "0"),
        ("assign", "1"),
        ("resolve", "1", "nuisance"),
    ):
        done = told(site, "alarm", *words)
        assert (done.exit_code, done.output.startswith("#1 ")) == (0, True), (words, done.output)
    shown = told(site, "alarm", "show", "1").output
    for word in ("acknowledged: going", "noted: a fox", "shelved 30", "escalated 1", "resolved nuisance"):
        assert word in shown
    detail = json.loads(told(site, "alarm", "show", "1", "--json").output)
    assert detail["alarm"]["assessment"] == "nuisance"
    assert json.loads(told(site, "alarm", "list", "--state", "all", "--json").output)["open_total"] == 1
    for wrong in (("ack", "9"), ("ack", "x"), ("assign", "2", "nobody"), ("shelve", "1", "5"), ("shelve", "2", "9999")):
        assert told(site, "alarm", *wrong).exit_code == 2, wrong
    assert told(site, "alarm", "export-set", str(tmp_path / "none")).exit_code == 2, "there is a set already"


def test_the_load_is_told_as_text_and_as_json(site: Site) -> None:
    raise_one(site, "lawn")
    text = told(site, "alarm", "stats").output
    assert "1 alarms for 1 operators" in text
    assert "lawn, gate.yard" in text
    assert json.loads(told(site, "alarm", "stats", "--operators", "2", "--json").output)["operators"] == 2
    assert told(site, "alarm", "stats", "--from", "yesterday").exit_code == 2


def test_maintenance_is_begun_and_ended(site: Site) -> None:
    assert told(site, "maintenance", "list").output == "nothing is in maintenance\n"
    assert told(site, "maintenance", "begin", "site").exit_code == 2, "without a reason"
    begun = told(site, "maintenance", "begin", "site", "--why", "new cables", "--minutes", "5").output
    assert "site until" in begun
    assert told(site, "maintenance", "list").output == begun
    assert "ended by" in told(site, "maintenance", "end", begun.split()[0]).output
    assert told(site, "maintenance", "end", uuid7()).exit_code == 2


def test_a_restored_database_gives_no_number_again(site: Site, tmp_path: Path) -> None:
    async def keep() -> None:
        database = Database(site.settings.database())
        await AlarmNumbers(database, SiteId(site.settings.site), site.alarm_number_file).keep()
        await database.close()

    assert raise_one(site, "before") == 1
    for file in site.data_dir.glob("db.sqlite3*"):
        shutil.copy(file, tmp_path / file.name)
    assert [raise_one(site, f"n{n}") for n in range(3)] == [2, 3, 4]
    asyncio.run(keep())
    for file in site.data_dir.glob("db.sqlite3*"):
        file.unlink()
    for file in tmp_path.glob("db.sqlite3*"):
        shutil.copy(file, site.data_dir / file.name)
    asyncio.run(migrate_site(site))  # as `cctv up` does when it starts
    assert raise_one(site, "after") > 4
