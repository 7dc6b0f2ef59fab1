"""What language models added to an alarm, over the API: viewers read, operators decide."""

import pytest

from controller.adapters.enrichment_store import SqlEnrichments
from controller.adapters.tables import AlarmRow
from shared.clock import SystemClock
from shared.mint import uuid7
from tests.integration.controller.conftest import Served

pytestmark = pytest.mark.integration


async def test_a_draft_is_read_and_accepted(served: Served) -> None:
    clock, alarm = SystemClock(), uuid7()
    async with served.database.writing() as session:
        session.add(
            AlarmRow(
                id=alarm, number=1, rev=1, state="raised", rule=uuid7(), rule_name="Crane", kind="zone_intrusion",
                required=[], severity="high", camera="gate.yard", persistence_s=2.0, condition_ms=clock.unix_ms(),
                raised_at=clock.now(), confidence=0.9, occurrences=1, late=False,
            )
        )  # fmt: skip
    store = SqlEnrichments(served.database, clock)
    await store.plan("draft", ("high",))
    asked = await store.claim("draft", 1000)
    assert asked is not None
    await store.answered(asked, "1. Stop the crane", "seer")
    async with served.client("viewer") as viewer, served.client("operator") as operator:
        (shown,) = (await viewer.get(f"/api/v1/alarms/{alarm}/enrichments")).json()
        assert (shown["kind"], shown["text"], shown["decision"]) == ("draft", "1. Stop the crane", None)
        path = f"/api/v1/enrichments/{shown['id']}/decision"
        assert (await operator.post(path, json={"decision": "perhaps"})).status_code == 422
        answer = await operator.post(path, json={"decision": "accepted"})
        assert (answer.status_code, answer.json()["decided_by"]) == (200, "operator")
        async with served.client("admin") as admin:
            assert (await admin.post(path, json={"decision": "dismissed"})).status_code == 409
        assert (await viewer.get(f"/api/v1/alarms/{uuid7()}/enrichments")).status_code == 404
