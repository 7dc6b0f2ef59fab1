"""Deletions over HTTP: for administrators, with the site's name typed."""

import pytest

from controller.adapters.fact_store import SqlFactStore
from controller.api.server import PREFIX
from shared.clock import SystemClock
from shared.ids import SiteId
from shared.mint import uuid7
from tests.builders import T0, node_status
from tests.integration.controller.conftest import Served

pytestmark = pytest.mark.integration
URL = f"{PREFIX}/deletions"


async def test_only_an_administrator_who_types_the_site_deletes(served: Served) -> None:
    name = served.site.settings.site
    await SqlFactStore(served.database, SystemClock(), SiteId(name)).save_status(node_status("gate.yard"))
    span = {"cameras": ["gate.yard"], "start_ms": T0, "end_ms": T0 + 9}
    asked = {**span, "why": "erasure", "confirm": name}
    async with served.client("operator") as operator, served.client("admin") as admin:
        assert (await operator.post(f"{URL}/preview", json=span)).status_code == 403
        assert (await operator.post(URL, json=asked)).status_code == 403
        assert (await admin.post(f"{URL}/preview", json=span)).json()["cameras"] == []
        assert (await admin.post(URL, json={**asked, "confirm": "other"})).status_code == 422
        assert (await admin.post(URL, json={**asked, "end_ms": 4_000_000_000_000})).status_code == 422
        made = (await admin.post(URL, json=asked)).json()
        assert (made["who"], made["done_at"], made["left_runs"]) == ("admin", None, 0)
        assert [one["id"] for one in (await operator.get(URL)).json()["items"]] == [made["id"]]
        assert (await operator.get(f"{URL}/{made['id']}")).json() == made
        assert (await operator.get(f"{URL}/{uuid7()}")).status_code == 404
