"""Reports over HTTP: figures, a table, and names only for administrators."""

import pytest

from controller.api.server import PREFIX
from tests.integration.controller.conftest import Served

pytestmark = pytest.mark.integration


async def test_names_are_told_to_administrators_alone(served: Served) -> None:
    url = f"{PREFIX}/report?period=week&day=2026-03-04"
    async with served.client("viewer") as viewer, served.client("admin") as admin:
        plain = (await viewer.get(url)).json()
        assert (plain["day"], plain["people"], len(plain["days"])) == ("2026-03-02", None, 7)
        assert (await viewer.get(f"{url}&names=true")).status_code == 403
        assert (await admin.get(f"{url}&names=true")).json()["people"] == []
        table = await viewer.get(f"{PREFIX}/report.csv?period=day&day=2026-03-04")
        assert table.headers["content-type"].startswith("text/csv")
        assert table.headers["content-disposition"] == 'attachment; filename="report-day-2026-03-04.csv"'
        assert (await viewer.get(f"{PREFIX}/report.csv?names=true")).status_code == 403
        for wrong in ("period=year", "period=shift", "hours=soon", "day=2099-01-01", "day=1990-01-01"):
            assert (await viewer.get(f"{PREFIX}/report?{wrong}")).status_code == 422, wrong
    async with served.client() as nobody:
        assert (await nobody.get(url)).status_code == 401
