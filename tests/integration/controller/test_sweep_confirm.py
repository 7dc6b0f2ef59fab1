"""A sweep that waits, over the network and at the machine: shown to administrators, let go by what was shown."""

import asyncio
import json

import pytest
from typer.testing import CliRunner

from controller.adapters.database import Database
from controller.adapters.sweep_plan import SqlSweepGuard
from controller.api.server import PREFIX
from controller.app.site import Site
from controller.cli import app
from controller.core.sweep_guard import Guard, Held, Plan, Share
from shared.clock import Clock, SystemClock
from tests.builders import T0
from tests.integration.controller.conftest import Served

pytestmark = pytest.mark.integration
PLAN = Plan(T0, (Share("motion", 100, 1000, 60, 600), Share("pictures", 9, 0, 0, 0)))


async def waits(database: Database, clock: Clock) -> None:
    await SqlSweepGuard(database, clock).keep(Guard(T0, Held(PLAN, T0, leapt=True)))


async def test_an_administrator_lets_go_what_was_shown(served: Served) -> None:
    url = f"{PREFIX}/retention"
    async with served.client("operator") as operator, served.client("admin") as admin:
        assert (await admin.get(url)).json()["waiting"] is None
        assert (await admin.post(f"{url}/confirm", json={"token": PLAN.token})).status_code == 404
        await waits(served.database, SystemClock())
        shown = (await admin.get(url)).json()["waiting"]
        assert (shown["due"], shown["due_bytes"], shown["stored_bytes"], shown["leapt"]) == (60, 600, 1000, True)
        assert (await operator.post(f"{url}/confirm", json={"token": shown["token"]})).status_code == 403
        other = await admin.post(f"{url}/confirm", json={"token": "0" * 32})
        assert (other.status_code, other.json()["said"]["code"]) == (409, "sweep_changed")
        assert (await admin.get(url)).json()["waiting"]["confirmed"] is False
        assert (await admin.post(f"{url}/confirm", json={"token": shown["token"]})).json()["confirmed"] is True
        told = (await admin.get(f"{PREFIX}/audit", params={"what": "retention.confirm"})).json()["items"]
        assert [(one["who"], one["detail"]["due"]) for one in told] == [("admin", 60)]


def test_the_command_asks_and_lets_go(full: Site) -> None:
    def said(*words: str, answer: str = "") -> tuple[int, str]:
        done = CliRunner().invoke(app, ["retention", *words, "--data", str(full.data_dir)], input=answer)
        return done.exit_code, done.output

    assert said("confirm", "--yes")[0] == 2, "nothing waits"

    async def wait() -> None:
        database = Database(full.settings.database())
        await waits(database, SystemClock())
        await database.close()

    asyncio.run(wait())
    assert "motion: 60 of 100" in said("show")[1]
    code, output = said("confirm", answer="n\n")
    assert (code, "clock may have leapt" in output) == (1, True)
    assert said("confirm", "--yes", "--token", "0" * 32)[0] == 2
    code, output = said("confirm", "--yes", "--json")
    assert (code, json.loads(output)["confirmed"]) == (0, True)
