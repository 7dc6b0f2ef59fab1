"""The broker's own figures, as long as they are fresh."""

from controller.adapters.broker_figures import BrokerFigures
from controller.adapters.broker_users import may
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
