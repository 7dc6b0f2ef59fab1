"""The slowest statement of late."""

from pathlib import Path

from controller.adapters.database import Database
from controller.adapters.machine_reads import MachineReads
from controller.adapters.statement_times import StatementTimes
from tests.fakes.site import HandClock


async def test_the_slowest_statement_is_told_for_ten_minutes(tmp_path: Path) -> None:
    clock, database = HandClock(), Database(f"sqlite:///{tmp_path / 'db.sqlite3'}")
    times = StatementTimes(database.engine, clock)
    assert times.slowest() is None
    times.note(40, "SELECT a FROM event WHERE b = ?")
    times.note(900, "INSERT INTO alarm (a) VALUES (?)")
    times.note(70, 'UPDATE "job" SET a = 1')
    assert times.slowest() == (900, "INSERT alarm")
    clock.at_ms += 500_000
    times.note(50, "PRAGMA x")
    clock.at_ms += 110_000
    assert times.slowest() == (50, "PRAGMA")
    (tmp_path / "db.sqlite3").touch()
    await MachineReads(database, clock).ping()
    assert (times.slowest() or (0, ""))[0] == 50
    await database.close()
