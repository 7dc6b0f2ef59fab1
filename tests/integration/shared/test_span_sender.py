"""Spans reach a collector in OTLP's JSON form; one that is away costs spans and nothing else."""

import pytest

from shared import trace
from shared.errors import Transient
from shared.span_sender import SpanSender, collecting
from shared.trace import Span, record, wanted
from shared.tracing_settings import Tracing
from tests.servers.otlp import collector
from tests.servers.processes import free_port

pytestmark = pytest.mark.integration
EVENT = "01a1fb4d-aacd-7e46-84b3-5450f4dedb39"


async def test_what_waits_is_sent_before_the_end() -> None:
    with collector() as traces:
        async with collecting(Tracing(endpoint=f"{traces.url}/"), "cctv-test", site="plant"):
            record(EVENT, "motion", 1_000, 2_500, camera="n1.yard", count=3, share=0.5, late=False)
        assert not wanted(EVENT)
    (span,) = traces.spans
    assert span["resource"] == {"service.name": "cctv-test", "site": "plant"}
    assert (span["traceId"], span["name"]) == (EVENT.replace("-", ""), "motion")
    assert (span["startTimeUnixNano"], span["endTimeUnixNano"]) == ("1000000000", "2500000000")
    assert "parentSpanId" not in span
    assert {one["key"]: one["value"] for one in span["attributes"]} == {
        "camera": {"stringValue": "n1.yard"},
        "count": {"intValue": "3"},
        "share": {"doubleValue": 0.5},
        "late": {"boolValue": False},
    }


async def test_a_collector_that_is_away_costs_spans_and_nothing_else() -> None:
    sender = SpanSender(f"http://127.0.0.1:{free_port()}", "cctv-test", {})
    for number in range(2_100):
        sender.take(Span("a" * 32, "b" * 16, None, "motion", number, number, {}))
    assert sender.dropped == 100
    await sender.send_rest()
    assert sender.dropped == 2_100


async def test_what_may_not_be_sent_waits_until_it_may() -> None:
    may = False

    async def ask() -> None:
        if not may:
            raise Transient("the way is shut")

    with collector() as traces:
        sender = SpanSender(traces.url, "cctv-test", {}, ask)
        sender.take(Span("a" * 32, "b" * 16, None, "motion", 1, 2, {}))
        await sender.send_rest()
        assert (traces.spans, sender.dropped) == ([], 0)
        may = True
        await sender.send_rest()
        assert [one["spanId"] for one in traces.spans] == ["b" * 16]


async def test_without_an_endpoint_nothing_is_collected() -> None:
    async with collecting(Tracing(), "cctv-test"):
        assert not wanted(EVENT)
    trace.collect(None)


@pytest.mark.parametrize(
    "endpoint",
    ["https://otel.example:4318", "http://8.8.8.8:4318", "http://user:pw@10.0.0.1", "10.0.0.1:4318", "http://0.0.0.0"],
)
def test_traces_do_not_leave_the_site(endpoint: str) -> None:
    with pytest.raises(ValueError, match="endpoint"):
        Tracing(endpoint=endpoint)


@pytest.mark.parametrize("endpoint", ["http://10.20.0.9:4318", "https://localhost:4318/otlp", "http://[fd00::1]:4318"])
def test_the_site_s_own_addresses_are_taken(endpoint: str) -> None:
    assert Tracing(endpoint=endpoint).endpoint == endpoint
