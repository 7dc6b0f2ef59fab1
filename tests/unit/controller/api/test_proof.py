"""The routes of the recording proof: tagged answers, pages of gaps."""

from types import SimpleNamespace
from typing import Any, cast

import httpx
import pytest
from fastapi import FastAPI

from controller.api.errors import add_error_handlers
from controller.api.proof import proof_routes
from controller.ports import State
from tests.builders import T0

DAY = {"counted_ms": 9, "recorded_ms": 9, "planned_ms": 0, "missing_ms": 0, "untold_ms": 0, "due_ms": 9, "causes": []}


class Proof:
    """One camera of one day; remembers what was asked."""

    def __init__(self) -> None:
        self.asked: list[Any] = []
        self.recorded_ms = 9

    async def proof(self, cameras: list[str], days: int) -> State:
        self.asked.append((cameras, days))
        camera = {"camera": "gate.yard", "recorded_ms": self.recorded_ms, "due_ms": 9, "days": [DAY]}
        days_out = [{"date": "2026-03-01", "start_ms": T0, "end_ms": T0 + 9}]
        return {"time_zone": "Asia/Seoul", "days": days_out, "cameras": [camera]}

    async def gaps(self, camera: str, from_ms: int, to_ms: int, cursor: str | None) -> State:
        self.asked.append((camera, from_ms, to_ms, cursor))
        return {"items": [], "next": "5.6"}


@pytest.fixture
def proof() -> Proof:
    return Proof()


@pytest.fixture
def client(proof: Proof) -> httpx.AsyncClient:
    app = FastAPI()
    add_error_handlers(app)
    parts = cast("Any", SimpleNamespace(proof=proof))
    app.include_router(proof_routes(parts))
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1")


async def test_who_has_the_same_proof_is_told_so(client: httpx.AsyncClient, proof: Proof) -> None:
    first = await client.get("/proof", params={"camera": ["gate.yard"], "days": 3})
    assert first.json()["cameras"][0]["days"] == [DAY]
    again = await client.get("/proof", headers={"If-None-Match": f'"other", W/{first.headers["etag"]}'})
    assert (again.status_code, again.content) == (304, b"")
    proof.recorded_ms = 8
    changed = await client.get("/proof", headers={"If-None-Match": first.headers["etag"]})
    assert changed.status_code == 200
    assert proof.asked == [(["gate.yard"], 3), ([], 30), ([], 30)]


async def test_the_proof_is_taken_along_as_a_table(client: httpx.AsyncClient, proof: Proof) -> None:
    table = await client.get("/proof.csv", params={"camera": ["gate.yard"], "days": 3})
    assert table.headers["content-type"] == "text/csv; charset=utf-8"
    assert table.headers["content-disposition"] == 'attachment; filename="proof-2026-03-01.csv"'
    assert table.content.startswith(b"\xef\xbb\xbfcamera,date,")
    assert table.text.count("\r\n") == 2
    assert proof.asked == [(["gate.yard"], 3)]
    assert (await client.get("/proof.csv?days=93")).status_code == 422


async def test_gaps_are_asked_for_page_by_page_and_within_bounds(client: httpx.AsyncClient, proof: Proof) -> None:
    page = await client.get(f"/proof/gaps?camera=gate.yard&from_ms=1&to_ms={T0}&cursor=3.4")
    assert page.json() == {"items": [], "next": "5.6"}
    assert proof.asked == [("gate.yard", 1, T0, "3.4")]
    for query in ("days=93", "days=0", "camera=roof"):
        assert (await client.get(f"/proof?{query}")).status_code == 422, query
