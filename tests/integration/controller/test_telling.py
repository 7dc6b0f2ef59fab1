"""The role notify tells people through real connections: bad receivers delay nobody, kill -9 loses nothing."""

import asyncio
import json
import os
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from controller.adapters.feed import append_feed
from controller.adapters.secret_files import write_secret
from controller.app.destinations import build_destinations
from controller.flows.manage_destinations import Caller, ManageDestinations
from shared.clock import SystemClock
from shared.mint import uuid7
from tests.contract.controller.test_deliveries import ALARM
from tests.fakes.receiver import Manner, Receiver, receiving
from tests.integration.controller.conftest import Served

pytestmark = pytest.mark.integration
ME = Caller("kim", admin=True)
ALL = [{"rule": None, "threshold": "low"}]
CLOCK = SystemClock()


async def _add(manage: ManageDestinations, name: str, address: str) -> str | None:
    options = {"private": True, "language": "en"}
    return (await manage.add(ME, name, address, options, ALL))[1]


async def _raise(served: Served, *names: str) -> None:
    at = CLOCK.now().isoformat()
    items = [("alarm", {**ALARM, "id": name, "number": n, "raised_at": at}) for n, name in enumerate(names)]
    async with served.database.writing() as session:
        await append_feed(served.database, session, CLOCK, items)


@asynccontextmanager
async def _role(served: Served) -> AsyncIterator[asyncio.subprocess.Process]:
    """The real role in its own process, supervised by a pipe: whoever is killed takes its lease up again."""
    reads, writes = os.pipe()
    command = (sys.executable, "-m", "controller.app.role", "notify", str(served.site.config_file))
    process = await asyncio.create_subprocess_exec(
        *command, "--heartbeat-fd", str(writes), pass_fds=(writes,),
        env={**os.environ, "PYTHONPATH": str(Path.cwd())},
    )  # fmt: skip
    os.close(writes)
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
        os.close(reads)


def _quick(served: Served) -> None:
    text = served.site.config_file.read_text()
    write_secret(served.site.config_file, f"{text}\n[notify]\ntimeout_s = 1.0\n")


async def _receipts(manage: ManageDestinations) -> list[dict[str, Any]]:
    return await manage.receipts(alarm=None, destination=None, limit=500)


async def _until(check: Any) -> None:
    async with asyncio.timeout(60):
        while not check():
            await asyncio.sleep(0.02)


def _alarms(receiver: Receiver) -> Counter[str]:
    return Counter(alarm["id"] for _, body in receiver.got for alarm in json.loads(body)["alarms"])


async def test_receivers_that_are_late_silent_or_talk_garbage_delay_nobody_else(served: Served) -> None:
    _quick(served)
    manage = build_destinations(served.site, served.database, None, CLOCK)
    manners: tuple[Manner, ...] = ("slow", "never", "garbage", "drip")
    async with AsyncExitStack() as stack:
        good, held, ntfy = [await stack.enter_async_context(receiving(one)) for one in ("ok", "never", "ok")]
        await _add(manage, "good", good.url)
        await _add(manage, "phone", f"ntfy://127.0.0.1:{ntfy.port}/alarms")
        await _add(manage, "held-phone", f"ntfy://127.0.0.1:{held.port}/alarms")
        bad = [await stack.enter_async_context(receiving(manner)) for manner in manners]
        for receiver in bad:
            await _add(manage, receiver.manner, receiver.url)
        async with _role(served):
            for name in ("good", "phone"):
                message = await manage.test(ME, name)
                assert (await manage.outcome(message["id"], 30))["state"] == "delivered"
            alarms = [uuid7() for _ in range(3)]
            await _raise(served, *alarms)
            await _until(lambda: set(_alarms(good)) == set(alarms) and len(ntfy.got) == 4)
            # Every bad one is in the middle of its first tries: nobody waited for any of them.
            receipts = await _receipts(manage)
            assert {one["state"] for one in receipts if one["destination"] in manners} <= {"waiting", "sending"}
            await _until(lambda: all(receiver.got for receiver in bad) and held.got)
        assert _alarms(good) == dict.fromkeys(alarms, 1)


async def _killed(served: Served, kills: int) -> None:
    """Kill the role while a receiver holds its answer back, again and again; then let it finish."""
    manage = build_destinations(served.site, served.database, None, CLOCK)
    names: list[str] = []
    async with receiving("slow") as receiver:
        await _add(manage, "desk", receiver.url)
        await manage.test(ME, "desk")
        for _ in range(kills):
            async with _role(served) as process:
                await _until(receiver.arrived.is_set)
                names += [uuid7(), uuid7()]
                await _raise(served, *names[-2:])
                process.kill()
            receiver.arrived.clear()
        receiver.manner = "ok"
        receiver.release.set()
        async with _role(served):
            await _until(lambda: set(_alarms(receiver)) == set(names))
            async with asyncio.timeout(60):
                while any(one["state"] in {"waiting", "sending"} for one in await _receipts(manage)):
                    await asyncio.sleep(0.05)
    receipts = await _receipts(manage)
    assert {one["alarm"] for one in receipts if one["alarm"]} == set(names)
    assert len(receipts) == len(names) + 1  # planned once each
    assert {one["state"] for one in receipts} == {"delivered"}
    # Sent again was only what a kill met on its way, and a receiver knows it by its id.
    again = Counter(fields["x-cctv-delivery"] for fields, _ in receiver.got)
    assert sum(again.values()) - len(again) <= kills
    assert set(again) == {one["id"] for one in receipts}


async def test_kill_9_loses_no_message_and_repeats_only_what_was_on_its_way(served: Served) -> None:
    await _killed(served, 1)


@pytest.mark.long
async def test_twenty_kills_lose_no_message(served: Served) -> None:
    await _killed(served, 20)
