"""Trials of rules through the API and the command line's wiring: asked for, run by somebody else, told."""

import asyncio
import time
from typing import Any

import pytest

from controller.adapters.trial_store import SqlTrialStore
from controller.app.trials import rules_in_force, try_on_camera
from shared.clock import SystemClock
from shared.errors import Rejected, Transient
from shared.ids import SiteId
from shared.mint import uuid7
from tests.builders import node_status
from tests.integration.controller.conftest import Served

pytestmark = pytest.mark.integration
AREA = {"name": "area", "kind": "zone_intrusion"}
RESULT = {
    "source": "tracks", "rules_version": 1, "judged_ms": 1000, "new": 0, "gone": 0, "same": 0,
    "alarms": [], "unanswered": [], "warnings": [],
}  # fmt: skip


async def known_camera(served: Served) -> SqlTrialStore:
    from controller.adapters.fact_store import SqlFactStore

    name = SiteId(served.site.settings.site)
    await SqlFactStore(served.database, SystemClock(), name).save_status(node_status("gate.yard"))
    return SqlTrialStore(served.database, SystemClock(), name)


def wish(**given: Any) -> dict[str, Any]:
    now_ms = time.time_ns() // 1_000_000
    return {
        "document": {"rules": [AREA]},
        "camera": "gate.yard",
        "from_ms": now_ms - 60_000,
        "to_ms": now_ms - 1000,
    } | given


async def test_a_trial_is_asked_for_and_told_over_the_api(served: Served) -> None:
    store = await known_camera(served)
    async with served.client("operator") as operator, served.client("viewer") as viewer:
        made = await operator.post("/api/v1/rules/trials", json=wish())
        assert made.status_code == 200, made.text
        number = made.json()["id"]
        job = await store.claim_trial("w", 10_000)
        assert job is not None
        await store.renew_trial(job, 10_000, 0.25)
        told = (await viewer.get(f"/api/v1/rules/trials/{number}")).json()
        assert (told["trial"]["state"], told["trial"]["progress"], told["result"]) == ("running", 0.25, None)
        await store.finish_trial(job, RESULT)
        assert (await viewer.get(f"/api/v1/rules/trials/{number}")).json()["result"] == RESULT
        listed = (await viewer.get("/api/v1/rules/trials?limit=1")).json()
        assert [one["id"] for one in listed["items"]] == [number]
        again = (await operator.post("/api/v1/rules/trials", json=wish(source="clips"))).json()
        cancelled = await operator.post(f"/api/v1/rules/trials/{again['id']}/cancel")
        assert cancelled.json()["state"] == "cancelled"
        assert (await viewer.get(f"/api/v1/rules/trials/{uuid7()}")).status_code == 404


async def test_what_cannot_be_tried_names_its_fault(served: Served) -> None:
    await known_camera(served)
    async with served.client("operator") as operator:
        for body, field in (
            (wish(document={"rules": [AREA | {"colour": "red"}]}), "rules[0].colour"),
            (wish(from_ms=0), "to_ms"),
            (wish(source="air"), "source"),
        ):
            answer = await operator.post("/api/v1/rules/trials", json=body)
            assert (answer.status_code, answer.json()["field"]) == (422, field), answer.text
        assert (await operator.post("/api/v1/rules/trials", json=wish(camera="gate.none"))).status_code == 404


async def test_the_command_line_waits_for_a_worker(served: Served) -> None:
    store = await known_camera(served)
    told: list[str] = []

    async def trial(wait_s: float) -> Any:
        now_ms = time.time_ns() // 1_000_000
        return await try_on_camera(
            served.site, {"rules": [AREA]}, "gate.yard", now_ms - 60_000, now_ms - 1000, "auto", "kim", wait_s=wait_s,
            told=lambda state: told.append(state["state"]),
        )  # fmt: skip

    waiting = asyncio.create_task(trial(30))
    while (job := await store.claim_trial("w", 10_000)) is None:
        await asyncio.sleep(0.02)
    await store.finish_trial(job, RESULT)
    assert (await waiting)["result"] == RESULT
    assert told[-1] == "done"

    with pytest.raises(Transient, match="no worker was done"):
        await trial(0.3)
    newest = (await store.page(cursor=None, limit=1))["items"][0]
    assert newest["state"] == "cancelled", "who gave up leaves nothing behind"
    with pytest.raises(Rejected):
        await rules_in_force(served.site, "nonsense")
