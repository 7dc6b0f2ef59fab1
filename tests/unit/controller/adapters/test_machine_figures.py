"""The broker's own figures, and the slowest statement."""

from pathlib import Path

from controller.adapters.broker_figures import BrokerFigures
from controller.adapters.broker_users import may
from controller.adapters.database import Database
from controller.adapters.machine_reads import MachineReads
from controller.adapters.statement_times import StatementTimes
from shared.broker import BrokerAddress, Session
from tests.fakes.site import HandClock


class Connected(Session):
    """A session that thinks it is connected, or not."""

    there = True

    @property
    def connected(self) -> bool:
        return self.there


def session() -> Connected:
    return Connected(BrokerAddress("127.0.0.1", 9, "controller-x", "controller", "p"))


async def test_the_broker_s_figures_are_those_it_told_of_late() -> None:
    clock, line = HandClock(), session()
    figures = BrokerFigures(line, clock)
    assert figures.figure("clients") is None
    await figures.hear("$SYS/broker/clients/connected", b"4")
    await figures.hear("$SYS/broker/retained messages/count", b"17")
    await figures.hear("$SYS/broker/messages/received", b"many")
    await figures.hear("$SYS/broker/heap/size", b"9")
    names = ("clients", "retained", "received", "sent")
    assert [figures.figure(name) for name in names] == [4, 17, None, None]
    await figures.hear("$SYS/broker/messages/retained/count", b"18")
    assert figures.figure("retained") == 18
    line.there = False
    assert figures.figure("clients") is None
    line.there = True
    clock.at_ms += 60_000
    assert figures.figure("clients") is None, "too long ago"


def test_what_the_broker_tells_is_for_the_controller_alone() -> None:
    assert may("controller", "read", "$SYS/broker/clients/connected")
    assert not may("controller", "write", "$SYS/broker/clients/connected")
    assert not may("gate", "read", "$SYS/broker/clients/connected")


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
    await MachineReads(database, clock).ping()
    assert (times.slowest() or (0, ""))[0] == 50
    await database.close()
