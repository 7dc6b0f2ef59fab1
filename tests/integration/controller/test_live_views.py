"""Single pictures over HTTP, and the count of who watches."""

import pytest

from controller.adapters.fact_store import SqlFactStore
from controller.adapters.tables import OccurrenceRow
from controller.api.server import PREFIX
from controller.core.node_settings import NodeAnswer
from shared.clock import SystemClock
from shared.ids import CameraId, SiteId
from tests.builders import T0, node_status
from tests.integration.controller.conftest import Served

pytestmark = pytest.mark.integration
PICTURE = f"{PREFIX}/cameras/gate.yard/picture.jpg"


def pictured(number: int, key: str | None) -> OccurrenceRow:
    return OccurrenceRow(
        id=f"o{number}", alarm="a", camera="gate.yard", start_ms=T0 + number, condition_ms=T0 + number, confidence=1.0,
        track_ids=[], late=False, picture_key=key,
    )  # fmt: skip


async def test_a_picture_comes_from_the_node_else_from_the_store(served: Served) -> None:
    async with served.client("viewer") as viewer, served.client() as nobody:
        assert (await nobody.get(PICTURE)).status_code == 401
        assert (await viewer.get(PICTURE)).status_code == 404, "no such camera"
        clock, site = SystemClock(), SiteId(served.site.settings.site)
        await SqlFactStore(served.database, clock, site).save_status(node_status("gate.yard", "gate.door"))
        assert (await viewer.get(PICTURE)).status_code == 204
        served.objects.objects["k1"] = b"stored"
        async with served.database.writing() as session:
            session.add_all([pictured(0, "k0"), pictured(1, "k1"), pictured(2, None)])
        stored = await viewer.get(PICTURE)
        assert (stored.content, stored.headers["x-picture-from"]) == (b"stored", "store")
        assert stored.headers["x-picture-ms"] == str(T0 + 1)
        served.orders.answers["snapshot"] = NodeAnswer(True, "", {"pts_ms": T0 + 7}, "image/jpeg", b"fresh")
        fresh = await viewer.get(PICTURE.replace("yard", "door"))
        assert (fresh.content, fresh.headers["x-picture-ms"]) == (b"fresh", str(T0 + 7))
        assert fresh.headers["cache-control"] == "no-store"


async def test_who_watches_is_counted(served: Served) -> None:
    async with served.client("viewer") as viewer:
        with served.parts.viewers.watching(CameraId("gate.yard"), "sub"):
            seen = await viewer.get(f"{PREFIX}/live/viewers")
            assert seen.json() == [{"camera": "gate.yard", "quality": "sub", "viewers": 1}]
        assert (await viewer.get(f"{PREFIX}/live/viewers")).json() == []
        assert (await viewer.get(f"{PREFIX}/cameras/masks")).json() == []
