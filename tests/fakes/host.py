"""A fake of the machine that a node runs on."""

from edge_agent.core.clock_offset import ClockError
from edge_agent.ports import HostSigns


class FakeHost:
    """A machine that is always well."""

    def __init__(self, disk_free_bytes: int = 10_000) -> None:
        self.disk_free_bytes = disk_free_bytes

    def signs(self) -> HostSigns:
        ever, clock = ("under-voltage",), ClockError(-2.5, 6.5)
        return HostSigns(10.0, 5.0, 0.1, 100, 1000, self.disk_free_bytes, 40.0, (), ever, clock, 12.5, 61.5)
