"""Load is shed by the cameras that the node encodes, in order, and given back."""

from dataclasses import replace

from edge_agent.core.media import CameraSigns
from edge_agent.core.shedding import Limits, ShedReport
from edge_agent.flows.shed_load import Encoded, LoadShedding
from edge_agent.ports import HostSigns
from tests.fakes.edge import FakeClock, FakeFeed
from tests.fakes.host import FakeHost


class WarmHost(FakeHost):
    """A machine whose heat and load the test sets."""

    def __init__(self) -> None:
        super().__init__()
        self.temperature_c, self.cpu_percent = 50.0, 10.0

    def signs(self) -> HostSigns:
        return replace(super().signs(), temperature_c=self.temperature_c, cpu_percent=self.cpu_percent)


class SlowFeed(FakeFeed):
    """A camera whose measured rate the test sets."""

    measured_fps = 15.0

    def signs(self) -> CameraSigns:
        return replace(super().signs(), measured_fps=self.measured_fps)


async def watch(flow: LoadShedding, clock: FakeClock, for_ms: int) -> None:
    for _ in range(0, for_ms, 5_000):
        clock.now_ms += 5_000
        await flow.look()


async def test_heat_halves_small_streams_then_large_ones_and_cool_gives_both_back() -> None:
    host, clock = WarmHost(), FakeClock()
    module, usb = FakeFeed("n1.gate"), FakeFeed("n1.yard")
    cameras = [Encoded(module, has_sub=True, paced=False), Encoded(usb, has_sub=False, paced=False)]
    flow = LoadShedding(cameras, host, clock, Limits())
    await watch(flow, clock, 60_000)
    assert module.limits == usb.limits == []
    host.temperature_c = 84.0
    await watch(flow, clock, 30_000)
    assert flow.report() == ShedReport(("sub frame rate",), (), "84 °C")
    assert (module.limits, usb.limits) == ([("sub", 0.5), ("main", 1.0)], [("main", 1.0)])
    await watch(flow, clock, 60_000)
    assert flow.report() == ShedReport(("sub frame rate", "main frame rate"), ("preset", "size"), "84 °C")
    assert (module.limits[-2:], usb.limits[-1:]) == ([("sub", 0.5), ("main", 0.5)], [("main", 0.5)])
    host.temperature_c = 60.0
    await watch(flow, clock, 400_000)
    assert flow.report() == ShedReport()
    assert (module.limits[-2:], usb.limits[-1:]) == ([("sub", 1.0), ("main", 1.0)], [("main", 1.0)])


async def test_pictures_that_an_encoder_owes_count_by_the_rate_that_was_asked_for() -> None:
    host, clock, feed = WarmHost(), FakeClock(), SlowFeed()
    flow = LoadShedding([Encoded(feed, has_sub=False, paced=True)], host, clock, Limits())
    feed.measured_fps = 9.0
    await watch(flow, clock, 60_000)
    assert flow.report().steps == ("main frame rate",)
    assert flow.report().reason == "40 % of pictures late"
    feed.measured_fps = 7.5  # all of what is asked for now
    await watch(flow, clock, 100_000)
    assert flow.report() == ShedReport()


async def test_a_busy_machine_whose_pictures_all_come_is_left_alone() -> None:
    host, clock, feed = WarmHost(), FakeClock(), SlowFeed()
    host.cpu_percent = 100.0
    flow = LoadShedding([Encoded(feed, has_sub=True, paced=True)], host, clock, Limits())
    await watch(flow, clock, 120_000)
    assert feed.limits == []
    feed.measured_fps = 13.0
    await watch(flow, clock, 30_000)
    assert flow.report().reason == "CPU 100 %"


async def test_without_a_camera_of_its_own_a_node_sheds_nothing() -> None:
    host, clock = WarmHost(), FakeClock()
    host.temperature_c = 90.0
    flow = LoadShedding([], host, clock, Limits())
    await watch(flow, clock, 120_000)
    assert flow.report() == ShedReport()
