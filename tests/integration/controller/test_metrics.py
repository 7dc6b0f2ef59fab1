"""`/metrics` as it is served: who may read it, and that Prometheus' own parser understands every line."""

from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from controller.adapters.fact_store import SqlFactStore
from controller.adapters.judging_store import SqlJudgingStore
from controller.adapters.tables import DestinationRow, UserRow
from controller.api.server import build_api
from controller.app.api import build_parts
from controller.core.figures import FIGURES
from shared.clock import SystemClock
from shared.ids import SiteId
from shared.mint import uuid7
from tests.builders import node_status, occurrence, rule, verdict
from tests.integration.controller.conftest import PollingBell, Served

pytestmark = pytest.mark.integration


def token_of(served: Served) -> dict[str, str]:
    text = (served.site.secrets_dir / "metrics-token").read_text(encoding="utf-8").strip()
    assert len(text) >= 32
    return {"Authorization": f"Bearer {text}"}


def parsed(text: str) -> dict[str, Any]:
    """Family by name, with the counters' ending."""
    return {
        f"{one.name}_total" if one.type == "counter" else one.name: one for one in text_string_to_metric_families(text)
    }


async def test_nobody_reads_figures_without_a_token_or_a_session_that_may(served: Served) -> None:
    right = token_of(served)
    async with served.client() as nobody:
        assert (await nobody.get("/metrics")).status_code == 401
        for wrong in ("Bearer", "Bearer ", "Bearer x", right["Authorization"].swapcase(), right["Authorization"] + "0"):
            assert (await nobody.get("/metrics", headers={"Authorization": wrong})).status_code == 401, wrong
        basic = {"Authorization": right["Authorization"].replace("Bearer", "Basic")}
        assert (await nobody.get("/metrics", headers=basic)).status_code == 401
        answer = await nobody.get("/metrics", headers=right)
        assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
        assert answer.headers["content-type"].startswith("text/plain; version=")
        assert (await nobody.get("/api/v1/cameras", headers=right)).status_code == 401, "the token is for figures alone"
        assert (await nobody.post("/metrics", headers=right)).status_code in {404, 405}
    async with served.client("viewer") as viewer, served.client("fresh") as fresh:
        assert (await viewer.get("/metrics")).status_code == 200
        assert (await viewer.get("/metrics", headers={"Authorization": "Bearer x"})).status_code == 401
        assert (await fresh.get("/metrics")).status_code == 403, "who must choose a password may do only that"
        async with served.database.writing() as session:
            row = await session.get(UserRow, "viewer")
            assert row is not None
            row.role = "janitor"
        assert (await viewer.get("/metrics")).status_code == 403, "a role that nobody knows"


async def test_prometheus_understands_every_line(served: Served) -> None:
    clock = SystemClock()
    await SqlFactStore(served.database, clock, SiteId(served.site.settings.site)).save_status(node_status("gate.yard"))
    odd = 'a"b\\c\nd,{e="f"} 방'
    async with served.database.writing() as session:
        session.add(
            DestinationRow(
                name=odd, kind="webhook", scheme="https", sealed="", language="ko", created_at=clock.now(),
                created_by="kim",
            )
        )  # fmt: skip
    async with served.client() as monitor:
        text = (await monitor.get("/metrics", headers=token_of(served))).text
    found = parsed(text)
    assert set(found) == {figure.name for figure in FIGURES}
    for figure in FIGURES:
        family = found[figure.name]
        assert family.documentation == figure.says
        assert all(set(sample.labels) == set(figure.labels) for sample in family.samples), figure.name
    assert [sample.labels["channel"] for sample in found["cctv_channel_dead"].samples] == [odd]
    online = {sample.labels["node"]: sample.value for sample in found["cctv_nodes_online"].samples}
    assert online == {"gate": 1}


async def test_counters_go_on_over_a_restart(served: Served) -> None:
    async def counters(app: Any) -> dict[str, float]:
        served.app = app
        async with served.client() as monitor:
            text = (await monitor.get("/metrics", headers=token_of(served))).text
        return {
            name: sample.value
            for name, family in parsed(text).items()
            if family.type == "counter"
            for sample in family.samples
        }

    clock, name = SystemClock(), SiteId(served.site.settings.site)
    await SqlJudgingStore(served.database, clock, name, uuid7).save_judgement(None, verdict(), [occurrence(rule(), 1)])
    before = await counters(served.app)
    parts = build_parts(served.site, served.database, served.objects, served.door, PollingBell(), served.orders, clock)
    after = await counters(build_api(parts))
    assert before == {"cctv_alarms_raised_total": 1}
    assert all(after[name] >= value for name, value in before.items())
