"""Edits that begin with what somebody else has changed since are refused, each; lists come a page at a time."""

from typing import Any

import pytest

from controller.adapters.fact_store import SqlFactStore
from shared.clock import SystemClock
from shared.ids import SiteId
from tests.builders import node_status
from tests.integration.controller.conftest import Served

pytestmark = pytest.mark.integration
PREFIX = "/api/v1"
LAYOUT: dict[str, Any] = {"name": "night", "tiles": 4, "cameras": ["gate.yard"], "turn_s": 0}
PLACE = {"name": "desk", "address": "https://hooks.example/x", "lines": []}


@pytest.fixture
async def known(served: Served) -> Served:
    facts = SqlFactStore(served.database, SystemClock(), SiteId(served.site.settings.site))
    for node in ("gate", "yard", "hall"):
        await facts.save_status(node_status(f"{node}.yard", f"{node}.door", node=node))
    return served


async def test_every_edit_is_refused_when_it_began_with_another_state(known: Served) -> None:
    async with known.client("admin") as client:
        layout = (await client.post(f"{PREFIX}/layouts", json=LAYOUT)).raise_for_status().json()
        (await client.post(f"{PREFIX}/notify/destinations", json=PLACE)).raise_for_status()
        quiet = {"from_time": "22:00", "until_time": "07:00", "timezone": "Asia/Seoul", "critical_through": True}
        config = {"settings": {"upload": {"rate_bytes_s": 9000}}}
        edits: list[tuple[str, str, str, Any]] = [
            ("PUT", f"/layouts/{layout['id']}", "", LAYOUT | {"turn_s": 9}),
            ("PATCH", "/users/viewer", "", {"role": "operator"}),
            ("PATCH", "/notify/destinations/desk", "", {"enabled": False}),
            ("PUT", "/notify/destinations/desk/lines", "/notify/destinations/desk", {"lines": [{"threshold": "low"}]}),
            ("PUT", "/notify/quiet", "", {"quiet": quiet}),
            ("PUT", "/rules", "", {"rules": []}),
            ("PUT", "/nodes/gate/config", "", config),
        ]
        for method, path, shown, body in edits:
            read = PREFIX + (shown or path)
            tag = (await client.get(read)).headers["etag"]
            done = await client.request(method, PREFIX + path, json=body, headers={"If-Match": tag})
            assert done.status_code == 200, f"{path} {done.text}"
            fresh = (await client.get(read)).headers["etag"]
            assert (done.headers["etag"], fresh != tag) == (fresh, True), path
            stale = await client.request(method, PREFIX + path, json=body, headers={"If-Match": tag})
            assert (stale.status_code, stale.headers["content-type"]) == (412, "application/problem+json"), path
            assert stale.json()["said"]["code"] == "other_changed"
            for given in (fresh, "*"):
                again = await client.request(method, PREFIX + path, json=body, headers={"If-Match": given})
                assert again.is_success, path


async def test_what_leaves_the_site_and_what_stays_is_not_put_over_what_somebody_else_put(known: Served) -> None:
    place = {"endpoint": "https://nas.site:9000", "bucket": "evidence", "access_key": "a" * 8, "secret_key": "b" * 16}
    archive = {"destination": "vault", "severities": ["high"]}
    days = {"camera": None, "media_class": None, "days": 3000, "confirm": True}
    async with known.client("admin") as client:
        for path, body, other in (
            ("/export-destinations/vault", place, {"bucket": "other"}),
            ("/archives/nightly", archive, {"severities": ["low"]}),
        ):
            first = await client.put(PREFIX + path, json=body, headers={"If-None-Match": "*"})
            assert first.status_code == 200, first.text
            again = await client.put(PREFIX + path, json=body, headers={"If-None-Match": "*"})
            assert (again.status_code, again.json()["said"]["code"]) == (412, "other_changed"), path
            tag = first.headers["etag"]
            theirs = await client.put(PREFIX + path, json=body | other, headers={"If-Match": tag})
            assert theirs.status_code == 200, theirs.text
            mine = await client.put(PREFIX + path, json=body, headers={"If-Match": tag})
            assert mine.status_code == 412, path
        tag = (await client.get(f"{PREFIX}/retention")).headers["etag"]
        assert (await client.put(f"{PREFIX}/retention", json=days, headers={"If-Match": tag})).status_code == 200
        stale = await client.put(f"{PREFIX}/retention", json=days | {"days": 2000}, headers={"If-Match": tag})
        assert stale.status_code == 412
        assert [one["days"] for one in (await client.get(f"{PREFIX}/retention")).json()["rules"]] == [3000]


async def test_who_names_the_version_in_the_body_is_answered_as_ever(known: Served) -> None:
    async with known.client("admin") as client:
        (await client.put(f"{PREFIX}/rules", json={"rules": []})).raise_for_status()
        old = await client.put(f"{PREFIX}/rules", json={"rules": [], "version": 0}, headers={"If-Match": '"v0"'})
        assert old.status_code == 409
        strange = await client.put(f"{PREFIX}/rules", json={"rules": []}, headers={"If-Match": '"other"'})
        assert strange.status_code == 412


async def test_a_list_is_whole_or_a_page_at_a_time(known: Served) -> None:
    async with known.client("viewer") as client:
        for what in ("cameras", "nodes"):
            whole = (await client.get(f"{PREFIX}/{what}")).json()
            assert len(whole) >= 3
            found, cursor = [], ""
            for _ in range(9):
                page = (await client.get(f"{PREFIX}/{what}?limit=2{cursor}")).json()
                assert len(page["items"]) <= 2
                found += page["items"]
                if page["next"] is None:
                    break
                cursor = f"&cursor={page['next']}"
            assert [one["id"] for one in found] == [one["id"] for one in whole]


async def test_a_hold_is_made_once_under_a_key(known: Served) -> None:
    body = {"camera": "gate.yard", "start_ms": 1_772_352_000_000, "end_ms": 1_772_352_060_000, "reason": "theft"}
    async with known.client("operator") as client:
        made = [await client.post(f"{PREFIX}/holds", json=body, headers={"Idempotency-Key": "a"}) for _ in range(3)]
        assert len({answer.json()["id"] for answer in made}) == 1
        assert made[2].headers["x-content-type-options"] == "nosniff"
        assert len((await client.get(f"{PREFIX}/holds")).json()["items"]) == 1
