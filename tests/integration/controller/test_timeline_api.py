"""Timeline and playback over HTTP: bounded, tagged, and byte for byte what was recorded."""

import os

import pytest

from controller.adapters.fact_store import SqlFactStore
from controller.adapters.run_store import SqlRunStore
from controller.ports import Received
from shared.clock import SystemClock
from shared.ids import NodeId, RunId, SiteId
from shared.messages import SegmentRef
from tests.builders import T0, node_status, run_fact
from tests.integration.controller.conftest import Served

pytestmark = pytest.mark.integration
RANGE: dict[str, str | int | list[str]] = {"camera": "gate.yard", "from_ms": T0, "to_ms": T0 + 60_000}
INIT = b"i" * 700


async def keep(served: Served, *bodies: bytes) -> bytes:
    """A stored run of segments of 4 s; its bytes."""
    clock, site = SystemClock(), SiteId(served.site.settings.site)
    facts = SqlFactStore(served.database, clock, site)
    await facts.save_status(node_status("gate.yard"))
    data = INIT + b"".join(bodies)
    segments = tuple(
        SegmentRef(start_ms=T0 + n * 4_000, end_ms=T0 + (n + 1) * 4_000, bytes=len(INIT) + len(body), sha256="c" * 64)
        for n, body in enumerate(bodies)
    )
    run = run_fact(
        state="uploaded",
        start_ms=T0,
        end_ms=segments[-1].end_ms,
        segments=segments,
        length_bytes=len(data),
        init_bytes=len(INIT),
    )
    await facts.save_facts([Received(NodeId("gate"), b"", run)])
    runs = SqlRunStore(served.database, clock, site)
    (checked,) = await runs.runs_to_check(9)
    served.objects.objects[checked.key] = data
    await runs.mark_stored(RunId(run.run))
    return data


async def test_pieces_are_the_recorded_bytes_and_say_when_they_are(served: Served) -> None:
    bodies = [os.urandom(1_200_000), os.urandom(500), os.urandom(900)]
    data = await keep(served, *bodies)
    async with served.client("viewer") as client:
        first = await client.get(
            "/api/v1/playback", params={"camera": "gate.yard", "from_ms": T0 - 5_000, "for_ms": 8_000}
        )
        assert first.content == data[: -len(bodies[2])]
        assert first.headers["content-type"] == "video/mp4"
        assert first.headers["x-codec"] == "avc1.42c01f"
        assert first.headers["x-source"] == "store"
        assert (int(first.headers["x-start-ms"]), int(first.headers["x-end-ms"])) == (T0, T0 + 8_000)
        params = {"camera": "gate.yard", "from_ms": first.headers["x-end-ms"]}
        second = await client.get("/api/v1/playback", params=params)
        assert second.content == INIT + bodies[2]
        assert int(second.headers["content-length"]) == len(second.content)
        tag = {"If-None-Match": second.headers["etag"]}
        assert (await client.get("/api/v1/playback", params=params, headers=tag)).status_code == 304
        nothing = await client.get("/api/v1/playback", params={"camera": "gate.yard", "from_ms": T0 + 12_000})
        assert (nothing.status_code, nothing.content) == (204, b"")
        served.objects.objects.clear()
        gone = await client.get("/api/v1/playback", params=params)
        assert gone.status_code == 404
        assert gone.headers["content-type"] == "application/problem+json"


async def test_the_timeline_is_drawn_without_a_look_at_the_store_and_told_once(served: Served) -> None:
    await keep(served, b"a", b"b")
    served.objects.objects.clear()
    async with served.client("viewer") as client:
        found = await client.get("/api/v1/timeline", params=RANGE)
        assert found.status_code == 200, found.text
        (camera,) = found.json()["cameras"]
        assert camera["bands"] == [{"start_ms": T0, "end_ms": T0 + 8_000, "state": "retrieved", "covered_ms": 8_000}]
        assert len(camera["heat"]) == 600
        again = await client.get("/api/v1/timeline", params=RANGE, headers={"If-None-Match": found.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"to_ms": T0}, "to_ms"),
        ({"to_ms": T0 + 93 * 86_400_000}, "to_ms"),
        ({"buckets": 2001}, "buckets"),
        ({"camera": [f"gate.c{n}" for n in range(17)]}, "camera"),
        ({"camera": "yard"}, "camera"),
    ],
)
async def test_what_is_too_much_is_refused_by_its_field(
    served: Served, changed: dict[str, str | int | list[str]], field: str
) -> None:
    async with served.client("viewer") as client:
        answer = await client.get("/api/v1/timeline", params={**RANGE, **changed})
    assert answer.status_code == 422, answer.text
    assert field in answer.json()["field"]
