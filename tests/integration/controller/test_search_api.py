"""The search over HTTP: what is asked, and searches that people keep."""

import pytest

from controller.api.server import PREFIX
from shared.mint import uuid7
from tests.integration.controller.conftest import Served

pytestmark = pytest.mark.integration


async def test_a_search_is_kept_for_who_saved_it(served: Served) -> None:
    url = f"{PREFIX}/search/saved"
    async with served.client("viewer") as viewer, served.client("admin") as admin:
        made = (await viewer.post(url, json={"name": " 야간 출입 ", "query": {"begin": "22:00"}})).json()
        assert made["name"] == "야간 출입"
        assert (await viewer.get(url)).json() == {"items": [made]}
        assert (await admin.get(url)).json() == {"items": []}
        assert (await admin.delete(f"{url}/{made['id']}")).status_code == 404
        assert (await viewer.delete(f"{url}/{uuid7()}")).status_code == 404
        assert (await viewer.delete(f"{url}/{made['id']}")).status_code == 204
        assert (await viewer.get(url)).json() == {"items": []}
        for wrong in ({"name": "", "query": {}}, {"name": "x", "query": {"a": "x" * 2_001}}, {"name": "x"}):
            assert (await viewer.post(url, json=wrong)).status_code == 422
    async with served.client() as nobody:
        assert (await nobody.get(url)).status_code == 401


async def test_what_was_looked_through_is_said(served: Served) -> None:
    async with served.client("viewer") as viewer:
        found = (await viewer.get(f"{PREFIX}/search/events?from_ms=5&to_ms=9")).json()
        assert found == {"items": [], "next": None, "from_ms": 5, "to_ms": 9}
        assert (await viewer.get(f"{PREFIX}/search/alarms?from_ms=9&to_ms=9")).status_code == 422
