"""`cctv move` on a site with rows of every kind, into a real PostgreSQL: the same rows, numbers, audit and ledgers."""

import asyncio
import json
from pathlib import Path

import pytest
import sqlalchemy as sa
from typer.testing import CliRunner, Result

from controller.adapters.database import Database
from controller.adapters.lock_file import hold_lock
from controller.adapters.people_store import PeopleStore
from controller.adapters.schema import HALF_DONE, engine_of, migrate
from controller.adapters.tables import METADATA, FeedRow
from controller.app.site import Site, open_site
from controller.cli import app
from controller.cli.audit import audit
from controller.cli.move import move
from shared.clock import SystemClock
from shared.errors import Rejected

pytestmark = pytest.mark.integration
assert move in {one.callback for one in app.registered_commands}


def moved(site: Site, address: Path, *words: str) -> Result:
    return CliRunner().invoke(app, ["move", "--to-file", str(address), "--data", str(site.data_dir), *words])


def rows_of(url: str) -> dict[str, list[str]]:
    """As the code reads them, so that both databases say the same."""
    engine = engine_of(url)
    try:
        with engine.connect() as connection:
            return {
                name: sorted(repr(tuple(row)) for row in connection.execute(sa.select(table)))
                for name, table in METADATA.tables.items()
            }
    finally:
        engine.dispose()


@pytest.fixture
def address(tmp_path: Path, postgres_url: str) -> Path:
    file = tmp_path / "address"
    file.write_text(postgres_url)
    file.chmod(0o600)
    return file


def test_a_site_moves_with_every_row_and_goes_on_there(full: Site, address: Path, postgres_url: str) -> None:
    before, file = rows_of(full.settings.database()), (full.data_dir / "db.sqlite3").read_bytes()
    done = moved(full, address, "--json")
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert told["tables"]["run"]["rows"] == len(before["run"]) == 2
    after = rows_of(postgres_url)
    assert ["database.move" in one for one in after["audit"] if one not in before["audit"]] == [True]
    assert {name: rows for name, rows in after.items() if name != "audit"} == {
        name: rows for name, rows in before.items() if name != "audit"
    }
    assert (full.data_dir / "db.sqlite3").read_bytes() == file
    there = open_site(full.config_file)
    assert there.settings.database().startswith("postgresql")
    assert there.settings.database_url_file is not None
    assert there.settings.database_url_file.stat().st_mode & 0o077 == 0

    async def go_on() -> int | None:
        database = Database(there.settings.database())
        async with database.writing() as session:
            row = FeedRow(at=SystemClock().now(), kind="event", payload={})
            session.add(row)
            await session.flush()
            found = row.id
        await PeopleStore(database, SystemClock()).audit("kim", "login")
        await database.close()
        return found

    assert asyncio.run(go_on()) == len(before["feed"]) + 1
    assert CliRunner().invoke(audit, ["verify", "--data", str(full.data_dir)]).exit_code == 0


def test_numbers_that_were_given_are_not_given_again(full: Site, address: Path, postgres_url: str) -> None:
    engine = engine_of(full.settings.database())
    with engine.begin() as connection:
        connection.execute(sa.text("DELETE FROM feed"))
    engine.dispose()
    assert moved(full, address).exit_code == 0
    engine = engine_of(postgres_url)
    with engine.begin() as connection:
        said = "INSERT INTO feed (at, kind, payload) VALUES (now(), 'event', '{}') RETURNING id"
        assert connection.execute(sa.text(said)).scalar_one() == 3
    engine.dispose()


def test_a_move_that_was_interrupted_says_so_and_begins_anew(
    full: Site, address: Path, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from controller.app import move as moving

    kept, settings = rows_of(full.settings.database()), full.config_file.read_text()

    def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as once:
        once.setattr(moving, "audit_standing", stopped)
        assert moved(full, address).exit_code == 130
    assert (rows_of(full.settings.database()), full.config_file.read_text()) == (kept, settings)
    engine = engine_of(postgres_url)
    with engine.connect() as connection:
        assert sa.inspect(connection).has_table(HALF_DONE)
        assert connection.execute(sa.text("SELECT count(*) FROM run")).scalar_one() == 0
    engine.dispose()
    with pytest.raises(Rejected, match="half done"):
        migrate(postgres_url)
    assert moved(full, address).exit_code == 0
    migrate(postgres_url)


def test_a_move_that_ended_before_its_last_step_begins_anew(
    full: Site, address: Path, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from controller.app import move as moving

    def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    settings, runs = full.config_file.read_text(), rows_of(full.settings.database())["run"]
    with monkeypatch.context() as once:
        once.setattr(moving, "finish", stopped)
        assert moved(full, address).exit_code == 130
    with pytest.raises(Rejected, match="half done"):
        migrate(open_site(full.config_file).settings.database())
    done = moved(full, address)
    assert done.exit_code == 0, done.output
    assert full.config_file.read_text().strip() == f'database_url_file = "secrets/database-url"\n{settings}'.strip()
    migrate(postgres_url)
    assert rows_of(postgres_url)["run"] == runs
    assert "is named in the settings already" in moved(full, address).output


def test_what_cannot_move_is_told(full: Site, address: Path, postgres_url: str) -> None:
    with hold_lock(full.lock_file, "cctv"):
        running = moved(full, address)
    assert (running.exit_code, "is in use by" in running.output) == (2, True)
    migrate(postgres_url)
    used = moved(full, address)
    assert (used.exit_code, "is not empty" in used.output) == (2, True)
    full.config_file.write_text('database_url = "postgresql://x@y/z"\n' + full.config_file.read_text())
    assert "is named in the settings already" in moved(full, address).output
    address.write_text("sqlite:///other.sqlite3")
    assert "is no PostgreSQL database" in moved(full, address).output
