"""What people call cameras: everywhere, at once, on record; the id stays."""

import asyncio

import pytest
from typer.testing import CliRunner

from controller.adapters.feed import Feed
from controller.adapters.people_store import PeopleStore
from controller.api.server import PREFIX
from controller.cli import app
from shared.clock import SystemClock
from tests.fakes.two_cameras import fill
from tests.integration.controller.conftest import Served

pytestmark = pytest.mark.integration
PLACE = f"{PREFIX}/cameras/gate.yard/name"


async def names(served: Served) -> dict[str, str]:
    async with served.client("viewer") as viewer:
        return {one["id"]: one["name"] for one in (await viewer.get(f"{PREFIX}/cameras")).json()}


async def test_a_camera_is_called_as_people_do(served: Served) -> None:
    await fill(served.database, "gate.yard", 1)
    await fill(served.database, "gate.door", 2)
    before = len(await Feed(served.database).after(0))
    async with served.client("admin") as admin, served.client("operator") as operator:
        assert (await operator.put(PLACE, json={"name": "x"})).status_code == 403
        called = await admin.put(PLACE, json={"name": "  정문   마당 "})
        assert (called.status_code, called.json()["id"], called.json()["name"]) == (200, "gate.yard", "정문 마당")
        assert await names(served) == {"gate.yard": "정문 마당", "gate.door": "door"}
        (told,) = (await Feed(served.database).after(0))[before:]
        assert (told["kind"], told["data"]["name"]) == ("camera", "정문 마당")
        taken = await admin.put(f"{PREFIX}/cameras/gate.door/name", json={"name": "정문 마당"})
        assert (taken.status_code, taken.json()["field"]) == (409, "name")
        stale = await admin.put(PLACE, json={"name": "x"}, headers={"If-Match": '"another"'})
        assert stale.status_code == 412
        fresh = await admin.put(PLACE, json={"name": "y"}, headers={"If-Match": called.headers["ETag"]})
        assert fresh.status_code == 200
        assert (await admin.put(PLACE, json={"name": "n" * 61})).status_code == 422
        assert (await admin.put(f"{PREFIX}/cameras/gate.none/name", json={"name": "x"})).status_code == 404
        assert (await admin.put(PLACE, json={"name": ""})).json()["name"] == "yard"


async def test_who_may_not_configure_a_camera_does_not_call_it(served: Served) -> None:
    await fill(served.database, "gate.yard", 1)
    await PeopleStore(served.database, SystemClock()).give("operator", {"gate.yard": ("view",)}, "test")
    async with served.client("operator") as operator:
        assert (await operator.put(PLACE, json={"name": "x"})).status_code == 403
    assert await names(served) == {"gate.yard": "yard"}


async def test_the_command_does_the_same(served: Served) -> None:
    await fill(served.database, "gate.yard", 1)
    words = ["node", "call", "gate.yard", "야드", "--data", str(served.site.data_dir)]
    done = await asyncio.to_thread(CliRunner().invoke, app, words)
    assert (done.exit_code, done.output) == (0, "gate.yard: 야드\n")
    assert await names(served) == {"gate.yard": "야드"}
