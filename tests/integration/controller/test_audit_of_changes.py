"""Every route that changes something, asked by an administrator: what changed stands in the audit, before and after."""

import json
import sqlite3
from contextlib import closing
from typing import Any

import pytest

from controller.adapters.changes import KEPT, compared
from controller.api.server import PREFIX, api_routes
from tests.fakes.two_cameras import KEPT as CAMERA
from tests.fakes.two_cameras import Known
from tests.integration.controller import test_authorisation_matrix as matrix
from tests.integration.controller.conftest import Served
from tests.integration.controller.test_authorisation_matrix import ENDS, PEOPLE, SAFE, Asking, Cell

pytestmark = [pytest.mark.integration, pytest.mark.timeout(300)]
known = matrix.known
TABLES = ("rule", *(str(row.__tablename__) for row in KEPT))
Rows = dict[tuple[str, str], str]


def rows(served: Served) -> Rows:
    """What is kept, by table and first column."""
    found: Rows = {}
    with closing(sqlite3.connect(str(served.database.url.database))) as connection:
        for table in TABLES:
            for one in connection.execute(f"SELECT * FROM {table}"):  # noqa: S608 - names of our own tables
                found[table, repr(one[:2])] = repr(one)
    return found


def entries(served: Served, after: int) -> list[tuple[int, dict[str, Any]]]:
    """Numbers and details."""
    with closing(sqlite3.connect(str(served.database.url.database))) as connection:
        told = connection.execute("SELECT id, detail FROM audit WHERE id > ? ORDER BY id", (after,))
        return [(number, json.loads(detail)) for number, detail in told]


SEALED = (
    ("export_target", "sealed"), ("destination", "sealed"), ("invitation", "proof_sha256"),
    ("api_key", "secret_sha256"), ("user_account", "password_hash"),
)  # fmt: skip
STORE = {
    "endpoint": "http://127.0.0.1:9", "bucket": "evidence", "access_key": "AKIDEXAMPLE", "secret_key": "s3cr3t-x",
}  # fmt: skip


UNTOLD = {
    "POST /session/factor": "counts once its first code was right: factor.on",
    "POST /layouts": "a person's own arrangement is nobody's business",
}
"""What changes rows that are kept, and why no entry tells of it."""
NAMED = {"notify/destinations": "yard", "archives": "yard", "features": "listen"}
"""What the examples call what they add, and a flag that there is."""
MEANT: dict[str, dict[str, Any]] = {
    "PUT /rules": {"version": 0},
    "PUT /nodes/{node}/config": {"version": 1},
    "PUT /retention": {"confirm": True, "days": 30},
    "PUT /features/{name}": {"on": False},
    "PUT /archives/{name}": {"destination": "viewer"},
    "PATCH /users/{name}": {"role": "operator"},
    "PATCH /notify/destinations/{name}": {"enabled": False},
    "PUT /cameras/{camera}/name": {"name": "the yard"},
}
"""Where an example would be refused, or changes nothing."""


async def test_what_a_route_changes_is_told_before_and_after(served: Served, known: dict[str, Known]) -> None:
    asking, wrong, changing = Asking(known), list[str](), set[str]()
    routes = [(method, path) for method, path, _ in api_routes(served.app) if method not in SAFE]
    for method, path in sorted(set(routes) - ENDS, key=lambda one: (one[0] == "DELETE", routes.index(one))):
        route = f"{method} {path.removeprefix(PREFIX)}"
        url, body, _ = asking.request(Cell(method, path, PEOPLE[-1], CAMERA))
        for part, name in NAMED.items():
            url = url.replace(f"{part}/viewer", f"{part}/{name}")
        body = {**(body or {}), **MEANT[route]} if route in MEANT else body
        async with served.client("admin") as admin:
            before, last = rows(served), max((number for number, _ in entries(served, 0)), default=0)
            await admin.request(method, url, json=body)
        now, told = rows(served), [detail for _, detail in entries(served, last)]
        if changed := {table for table, key in now | before if before.get((table, key)) != now.get((table, key))}:
            changing.add(route)
            if route not in UNTOLD and not any({"before", "after"} <= detail.keys() for detail in told):
                wrong.append(f"{route} changes {sorted(changed)} and tells {told}")
    assert wrong == [], "\n".join(wrong)
    assert changing >= {*UNTOLD, *MEANT}, {*UNTOLD, *MEANT} - changing
    assert len(changing) > 30, sorted(changing)


async def test_no_secret_is_told_and_none_of_it_is_endless(served: Served, known: dict[str, Known]) -> None:
    asking = Asking(known)
    long = {"requested": "x" * 200_000}
    async with served.client("admin") as admin:
        for path in ("/export-destinations/{name}", "/invitations", "/notify/destinations", "/users", "/keys"):
            method = "PUT" if "{" in path else "POST"
            url, body, _ = asking.request(Cell(method, f"{PREFIX}{path}", PEOPLE[-1], CAMERA))
            answer = await admin.request(method, url, json=body)
            assert answer.status_code < 300, answer.text
        secret = (await admin.request("PUT", f"{PREFIX}/export-destinations/x", json=STORE)).status_code
        assert secret == 200
    text = json.dumps([detail for _, detail in entries(served, 0)])
    assert STORE["secret_key"] not in text
    assert STORE["access_key"] not in text
    with closing(sqlite3.connect(str(served.database.url.database))) as connection:
        for table, column in SEALED:
            kept = [one for (one,) in connection.execute(f"SELECT {column} FROM {table}") if one]  # noqa: S608
            assert kept
            assert not any(one in text for one in kept), column
    told = compared(
        {"source": "rtsp://kim:hunter2@10.0.0.9/1", "api_key": "k1", **long}, {"source": "rtsp://x", "n": [1]}
    )
    assert "hunter2" not in json.dumps(told)
    assert len(json.dumps(told)) < 2_000
    assert compared({"a": 1, "b": 2}, {"a": 1, "b": 3}) == {"before": {"b": 2}, "after": {"b": 3}}
