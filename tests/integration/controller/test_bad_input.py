"""What no honest client sends is refused by its field, with words of ours, and breaks nothing."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from starlette.requests import ClientDisconnect
from structlog.testing import capture_logs

from tests.integration.controller.conftest import Served, serving

pytestmark = pytest.mark.asyncio(loop_scope="module")
MARKS = '{"subjects": ["01963f2e-7c1a-7000-8000-0123456789ab"], "reviewed": 0}'


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def served(tmp_path_factory: pytest.TempPathFactory, migrated: Path, hashed: str) -> AsyncIterator[Served]:
    """One site for all: what is refused leaves it as it was."""
    async with serving(tmp_path_factory.mktemp("site"), migrated, hashed) as site:
        yield site


@pytest.mark.parametrize(
    ("method", "path", "body", "field", "code"),
    [
        ("GET", "rules/history?before=9223372036854775808", None, "before", "too_much"),
        ("GET", "rules/history/99999999999999999999", None, "version", "too_much"),
        ("GET", "rules/history/99999999999", None, "version", "too_much"),
        ("GET", "search/alarms?cursor=1.%00", None, "cursor", "control_characters"),
        ("GET", "recordings/requests?cursor=%00", None, "cursor", "control_characters"),
        ("GET", "nodes/%00/config", None, "path", "control_characters"),
        ("GET", "report?day=yesterday", None, "day", "not_date"),
        ("PUT", "rules", r'{"rules": [{"name": "\ud800"}]}', "rules[0].name", "not_unicode"),
        ("POST", "rules/check", r'{"rules": [{"\ud800": 1}]}', "rules[0].?", "not_unicode"),
        ("POST", "layouts", r'{"name": "a", "tiles": "\ud800", "cameras": []}', "tiles", "not_unicode"),
        ("POST", "layouts", r'{"name": "a\u0000", "tiles": 1, "cameras": []}', "name", "control_characters"),
        ("POST", "layouts", r'{"name": "a\nb", "tiles": 1, "cameras": []}', "name", "control_characters"),
        ("POST", "layouts", '{"name": "a", "tiles": true, "cameras": []}', "tiles", "not_whole"),
        ("POST", "layouts", '{"name": "a", "tiles": 1, "cameras": [], "turn_s": false}', "turn_s", "not_whole"),
        ("POST", "search/saved", r'{"name": "a", "query": {"q": "\u0007"}}', "query.q", "control_characters"),
        ("PUT", "rules", '{"rules": [], "version": true}', "version", "not_whole"),
        ("PUT", "rules", '{"rules": [], "version": 99999999999}', "version", "too_much"),
        (
            "POST",
            "review/marks",
            MARKS,
            "reviewed",
            "not_flag",
        ),
        ("POST", "layouts", '{"name": "a", "tiles": 1, "cameras": [], "shared": "yes"}', "shared", "not_flag"),
        ("GET", "audit?from=0", None, "from", "not_moment"),
        ("GET", "audit?to=1795000000.5", None, "to", "not_moment"),
        ("PUT", "rules", "[]", "body", "not_map"),
        ("PUT", "rules", '"x"', "body", "not_map"),
        ("PUT", "rules", "null", "body", "not_map"),
        ("PUT", "rules", "{", "body", "not_json"),
    ],
)
async def test_it_is_refused_by_its_field(
    served: Served, method: str, path: str, body: str | None, field: str, code: str
) -> None:
    async with served.client("admin") as client:
        answer = await client.request(
            method, f"/api/v1/{path}", content=body, headers={"content-type": "application/json"}
        )
    told = answer.json()
    assert (answer.status_code, told.get("field"), told["said"]["code"]) == (422, field, code), told


async def test_lines_in_a_note_are_no_control_characters(served: Served) -> None:
    async with served.client("admin") as client:
        answer = await client.post(
            "/api/v1/maintenance", json={"scope": "site", "target": "", "minutes": 5, "why": "one\n\ttwo — 하나\r\n"}
        )
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("OPTIONS", "alarms/acts", "POST"),
        ("PUT", "alarms", "GET"),
        ("POST", "rules", "GET, PUT"),
        ("DELETE", "alarms/01963f2e-7c1a-7000-8000-0123456789ab/note", "POST"),
        ("TRACE", "users/kim", "GET, PATCH"),
    ],
)
async def test_what_a_path_takes_is_told_exactly(served: Served, method: str, path: str, allowed: str) -> None:
    async with served.client("admin") as client:
        answer = await client.request(method, f"/api/v1/{path}")
        nothing = await client.request(method, "/api/v1/nothing/there")
    assert (answer.status_code, answer.headers["allow"]) == (405, allowed)
    assert nothing.status_code in {404, 405}


async def test_strangers_learn_the_methods_of_what_is_open_to_them_alone(served: Served) -> None:
    async with served.client() as stranger:
        open_to_all = await stranger.put("/api/v1/enrolment")
        others = [await stranger.request(*one) for one in (("PUT", "/api/v1/alarms"), ("GET", "/api/v1/nothing"))]
    assert (open_to_all.status_code, open_to_all.headers["allow"]) == (405, "POST")
    assert [one.status_code for one in others] == [401, 401]


async def test_a_node_that_nobody_knows_is_not_waited_for(served: Served) -> None:
    async with served.client("admin") as client, asyncio.timeout(5):
        for after in (0, 7):
            answer = await client.get(f"/api/v1/nodes/nobody/log?after={after}")
            assert answer.status_code == 404


@pytest.mark.parametrize("path", ["alarms/acts", "deletions/preview"])
async def test_a_path_that_takes_another_method_says_so(served: Served, path: str) -> None:
    async with served.client("admin") as client:
        answer = await client.get(f"/api/v1/{path}")
        other = await client.get("/api/v1/alarms/nothing")
    assert (answer.status_code, answer.headers["allow"], answer.json()["said"]["code"]) == (405, "POST", "wrong_method")
    assert (other.status_code, other.json()["field"]) == (422, "alarm")


async def test_a_client_that_hangs_up_is_one_line_and_no_fault(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    async def leaves(*_arguments: Any) -> bool:
        raise ClientDisconnect

    monkeypatch.setattr(served.door, "accept_put", leaves)
    with capture_logs() as lines:
        async with served.client() as client:
            await client.put("/media/put/a", content=b"x")
    assert [(line["log_level"], line["event"]) for line in lines] == [("info", "client hung up")]
