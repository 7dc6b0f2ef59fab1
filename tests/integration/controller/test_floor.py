"""The role notify on a real broker: an alarm switches a siren on, people and Home Assistant switch it off again."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from controller.adapters.alarm_store import AlarmStore
from controller.adapters.fact_store import SqlFactStore
from controller.adapters.heartbeat import Heartbeat
from controller.adapters.judging_store import SqlJudgingStore
from controller.adapters.mosquitto import Mosquitto
from controller.adapters.secret_files import write_secret
from controller.app.notify import run_notify
from controller.app.site import open_site
from controller.core.lifecycle import Deed
from shared.broker import BrokerAddress, Session
from shared.clock import SystemClock
from shared.ids import SiteId
from shared.mint import uuid7
from tests.builders import node_status, occurrence, rule, verdict
from tests.home_assistant import faults
from tests.integration.controller.conftest import Served
from tests.servers import processes

pytestmark = pytest.mark.integration
HORN = """
[[output]]
name = "horn"
min_severity = "high"
hold_s = 0
"""
OUTPUT = "cctv/v1/site/site/output/horn"
CAMERA = "cctv/v1/site/site/camera/gate.yard/alarms"
CLOCK = SystemClock()


class Heard:
    """The newest payload of each topic, as a third party's own login receives it."""

    def __init__(self) -> None:
        self.newest: dict[str, Any] = {}

    async def take(self, topic: str, payload: bytes) -> None:
        self.newest[topic] = json.loads(payload)

    async def until(self, topic: str, fits: Callable[[Any], bool]) -> Any:
        async with asyncio.timeout(10):
            while topic not in self.newest or not fits(self.newest[topic]):
                await asyncio.sleep(0.02)
        return self.newest[topic]

    async def horn(self, state: str) -> Any:
        return await self.until(OUTPUT, lambda told: told["state"] == state)


@asynccontextmanager
async def listening(port: int, login: str, *filters: str) -> AsyncIterator[tuple[Session, Heard]]:
    session, heard = Session(BrokerAddress("127.0.0.1", port, login, login, "secret")), Heard()
    for one in filters:
        session.subscribe(one, heard.take)
    task = asyncio.create_task(session.run())
    try:
        async with asyncio.timeout(10):
            await session.wait_connected()
        yield session, heard
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_an_alarm_reaches_the_floor_and_home_assistant_as_the_role_is_wired(served: Served) -> None:
    processes.program("mosquitto", what="mosquitto")
    file = served.site.config_file
    write_secret(file, file.read_text(encoding="utf-8") + HORN)
    site = open_site(file)
    port, name = site.settings.broker.port, SiteId(site.settings.site)
    for login in ("floor.horn", "home.ha"):
        site.users.set(login, "secret")
    await SqlFactStore(served.database, CLOCK, name).save_status(node_status("gate.yard"))
    judging = SqlJudgingStore(served.database, CLOCK, name, uuid7)
    broker = Mosquitto("127.0.0.1", port, site.broker_dir)
    await broker.start()
    role = asyncio.create_task(run_notify(site, Heartbeat(None)))
    try:
        async with listening(port, "floor.horn", OUTPUT) as (_, horn), listening(port, "home.ha", "#") as (ha, home):
            await horn.horn("off")
            (alarm,) = await judging.save_judgement(None, verdict(), [occurrence(rule(severity="critical"), 1)])
            told = await horn.horn("on")
            assert (told["alarm"], told["severity"], told["kind"]) == (alarm, "critical", "siren")
            at = await home.until(CAMERA, lambda one: one["open"] == 1)
            assert (at["raised"], at["severity"]) == (1, "critical")
            await ha.publish(f"{OUTPUT}/set", b"OFF")
            await horn.horn("off")
            (later,) = await judging.save_judgement(None, verdict(), [occurrence(rule(severity="high"), 90)])
            assert (await horn.horn("on"))["alarm"] == later, "a hand silences what was, not what comes"
            for one in (alarm, later):
                await AlarmStore(served.database, CLOCK).act(one, Deed("acknowledge", "kim"))
            await horn.horn("off")
            assert (await home.until(CAMERA, lambda one: one["raised"] == 0))["open"] == 2
            documents = [one for topic, one in home.newest.items() if topic.startswith("homeassistant/device/")]
            assert len(documents) == 2
            assert [fault for one in documents for fault in faults(one)] == []
    finally:
        role.cancel()
        await asyncio.gather(role, return_exceptions=True)
        await broker.stop()
