"""The line is shared by all uploads at one rate, better classes first, and measured by what goes over it."""

import asyncio
from contextlib import ExitStack

import pytest

from edge_agent.core.uplink_share import ShareRules
from edge_agent.flows.share_uplink import UplinkSharing
from shared.kinds import MediaClass
from tests.fakes.edge import FakeClock

PIECE_BYTES = 1_000
Sent = list[tuple[int, MediaClass]]


def level(sharing: UplinkSharing) -> str:
    return sharing.live


async def send(sharing: UplinkSharing, media_class: MediaClass, pieces: int, sent: Sent) -> None:
    with sharing.transfer(media_class):
        for _ in range(pieces):
            await sharing.pay(media_class, PIECE_BYTES)
            sent.append((sharing.clock.monotonic_ms(), media_class))


async def test_all_uploads_together_keep_to_the_rate() -> None:
    clock = FakeClock()
    sharing = UplinkSharing(clock, rate_bytes_s=10_000)
    sent: Sent = []
    began_ms = clock.now_ms
    await asyncio.gather(send(sharing, "motion", 50, sent), send(sharing, "continuous", 50, sent))
    assert clock.now_ms - began_ms >= 99 * PIECE_BYTES * 1000 // 10_000
    sharing = UplinkSharing(clock)
    began_ms = clock.now_ms
    await send(sharing, "motion", 100, sent)
    assert clock.now_ms == began_ms


async def test_better_classes_go_first_and_the_others_still_move() -> None:
    clock = FakeClock()
    sharing = UplinkSharing(clock, rate_bytes_s=1_000)
    sent: Sent = []
    await asyncio.gather(send(sharing, "continuous", 20, sent), send(sharing, "promoted", 20, sent))
    ended_ms = max(at_ms for at_ms, of in sent if of == "promoted")
    meanwhile = [of for at_ms, of in sent if at_ms <= ended_ms]
    assert meanwhile.count("promoted") == 20
    assert 1 <= meanwhile.count("continuous") <= 8


@pytest.mark.parametrize(
    "how", ["a fact that waits", "a fact that took long", "a picture that waits", "a late picture"]
)
async def test_what_comes_late_strains_the_line_and_uploads_give_way(how: str) -> None:
    clock = FakeClock()
    sharing = UplinkSharing(clock, rules=ShareRules())
    with ExitStack() as stack:
        stack.enter_context(sharing.transfer("motion"))
        view = stack.enter_context(sharing.view(lambda: 500_000.0))
        await sharing.pay("motion", 1_000_000)
        assert sharing.report().upload_bytes_s == 0
        if "picture" in how:
            view.lag_ms = 9_000
        if how == "a picture that waits":
            view.lag_ms = 0
            stack.enter_context(sharing.sending(view, 100_000))
        if how == "a fact that waits":
            stack.enter_context(sharing.telling())
        if how == "a fact that took long":
            with sharing.telling():
                clock.now_ms += 4_000
        clock.now_ms += 4_000
        sharing.step()
        first = sharing.report()
        assert first.strained
        assert 8_000 <= first.upload_bytes_s <= 500_000
        assert first.live == "full"


async def test_views_fall_and_rise_and_the_set_rate_stays_the_bound() -> None:
    clock = FakeClock()
    sharing = UplinkSharing(clock, rate_bytes_s=50_000)
    with sharing.view(lambda: 500_000.0) as view:
        for lag_ms in (5_000, 5_000, 5_000, 5_000):
            clock.now_ms += 1_000
            view.lag_ms = lag_ms
            sharing.step()
        assert level(sharing) == "small"
        view.lag_ms = 0
        for _ in range(12):
            clock.now_ms += 1_000
            sharing.step()
        assert level(sharing) == "full"
        assert sharing.report().upload_bytes_s == 50_000


async def test_it_looks_once_a_second() -> None:
    clock = FakeClock()
    sharing = UplinkSharing(clock)
    task = asyncio.create_task(sharing.run())
    with sharing.view(lambda: 1.0) as view:
        view.lag_ms = 9_000
        async with asyncio.timeout(10):
            while sharing.live != "small":
                await asyncio.sleep(0)
    task.cancel()
