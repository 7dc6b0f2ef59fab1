"""Figures that are kept for whoever asks next are the site's, whoever asked first."""

import pytest

from controller.api.server import PREFIX
from tests.fakes.two_cameras import AWAY, HIDDEN, KEPT, fill
from tests.integration.controller.conftest import Served

pytestmark = pytest.mark.integration


async def test_what_one_camera_has_is_not_told_as_the_sites(served: Served) -> None:
    for number, camera in enumerate((KEPT, HIDDEN, AWAY)):
        await fill(served.database, camera, number + 1)
    async with served.client("admin") as admin, served.client("viewer") as viewer:
        given = await admin.put(f"{PREFIX}/users/viewer/grants", json={"cameras": {KEPT: ["view"]}})
        assert given.status_code == 200
        mine = (await viewer.get(f"{PREFIX}/retention")).json()
        assert (mine["forecast"], [one["camera"] for one in mine["cameras"]]) == (None, [KEPT])
        await viewer.get(f"{PREFIX}/system?machine=true")
        storage = (await admin.get(f"{PREFIX}/storage")).json()
        assert {one["camera"] for one in storage["cameras"]} == {KEPT, HIDDEN, AWAY}
        machine = (await admin.get(f"{PREFIX}/system?machine=true")).json()["machine"]
        assert machine["database"]["reachable"]
        whole = (await admin.get(f"{PREFIX}/retention")).json()
        assert whole["forecast"] == storage["forecast"]
        assert (await viewer.get(f"{PREFIX}/retention")).json()["forecast"] is None
