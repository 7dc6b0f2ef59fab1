"""Layouts of the wall over HTTP and by the command line."""

import asyncio

import pytest
from typer.testing import CliRunner

from controller.api.server import PREFIX
from controller.cli import app
from controller.cli.layout import line_of
from tests.integration.controller.conftest import Served

pytestmark = pytest.mark.integration
PLACE = f"{PREFIX}/layouts"
NIGHT = {"name": "야간", "tiles": 4, "cameras": ["gate.yard", None], "turn_s": 10}


async def test_a_layout_is_kept_changed_and_forgotten(served: Served) -> None:
    async with served.client("viewer") as viewer, served.client("admin") as admin, served.client() as nobody:
        assert (await nobody.get(PLACE)).status_code == 401
        made = await viewer.post(PLACE, json=NIGHT)
        assert made.status_code == 201
        assert made.json()["cameras"] == ["gate.yard"], "free places at the end say nothing"
        mine = f"{PLACE}/{made.json()['id']}"
        again = await viewer.post(PLACE, json=NIGHT)
        assert (again.status_code, again.json()["field"]) == (409, "name")
        refused = await viewer.post(PLACE, json={**NIGHT, "shared": True})
        assert (refused.status_code, refused.json()["field"]) == (403, "shared")
        assert (await viewer.post(PLACE, json={**NIGHT, "tiles": 5})).status_code == 422
        assert (await admin.put(mine, json=NIGHT)).status_code == 404
        put = await viewer.put(mine, json={**NIGHT, "name": "주간", "turn_s": 0})
        assert (put.status_code, put.json()["name"], put.json()["turn_s"]) == (200, "주간", 0)
        assert (await viewer.delete(mine)).status_code == 204
        assert (await viewer.get(PLACE)).json() == []


async def test_the_command_keeps_those_of_the_site(served: Served) -> None:
    data = ["--data", str(served.site.data_dir)]

    async def run(*arguments: str) -> tuple[int, str]:
        def invoke() -> tuple[int, str]:
            done = CliRunner().invoke(app, ["layout", *arguments, *data])
            return done.exit_code, done.stdout

        return await asyncio.to_thread(invoke)

    made = await run("put", "gates", "gate.yard", "-", "gate.door", "--tiles", "4", "--turn", "20")
    assert made == (0, "gates: 4 tiles, turns every 20 s: gate.yard - gate.door\n")
    replaced = await run("put", "gates", "gate.door")
    assert replaced == (0, "gates: 4 tiles: gate.door\n")
    async with served.client("viewer") as viewer:
        (seen,) = (await viewer.get(PLACE)).json()
        assert (seen["shared"], seen["cameras"]) == (True, ["gate.door"])
        assert (await viewer.delete(f"{PLACE}/{seen['id']}")).status_code == 403
    assert await run("list") == replaced
    assert (await run("remove", "gates"))[0] == 0
    assert (await run("remove", "gates"))[0] == 2


def test_a_line_tells_a_layout() -> None:
    told = line_of({"name": "gates", "tiles": 9, "turn_s": 5, "cameras": ["gate.yard", None]})
    assert told == "gates: 9 tiles, turns every 5 s: gate.yard -\n"
