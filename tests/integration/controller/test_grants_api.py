"""Whoever was given one camera finds nothing of another, wherever they look; and hears of it within seconds."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from itertools import product
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlmodel import select
from typer.testing import CliRunner

from controller.adapters import tables
from controller.adapters.feature_store import SqlFeatures
from controller.adapters.live_gate import KeyringGate
from controller.adapters.node_store import NodeStore
from controller.adapters.session_store import SqlSessions
from controller.adapters.sessions import Keyring
from controller.api.auth import COOKIE
from controller.api.server import PREFIX, build_api
from controller.cli import app as cli
from controller.core.session_life import Lasting
from scripts.openapi import openapi
from shared.clock import SystemClock
from shared.ids import CameraId
from shared.mint import uuid7
from tests.fakes.asgi_socket import AsgiSocket, Closed
from tests.fakes.two_cameras import AWAY, HIDDEN, KEPT, SECRET, Known, fill
from tests.integration.controller.conftest import Served

pytestmark = pytest.mark.integration
ALL = ["view", "playback", "clear", "export", "delete", "unmask", "configure", "listen"]
ONE = {"cameras": {KEPT: ALL}}
REFUSED_WHOLE = {f"{PREFIX}/storage", f"{PREFIX}/rules/history", f"{PREFIX}/rules/history/{{version}}"}
"""What tells of the whole site at once."""


@pytest.fixture
async def cameras(served: Served) -> dict[str, Known]:
    for key in ("pictures/yard.jpg", "pictures/cellar.jpg"):
        await served.objects.put(key, f"jpeg of {key}".encode(), "image/jpeg")
    return {camera: await fill(served.database, camera, n + 1) for n, camera in enumerate((KEPT, HIDDEN, AWAY))}


async def give(served: Served, name: str, body: Mapping[str, Any]) -> None:
    async with served.client("admin") as admin:
        answer = await admin.put(f"{PREFIX}/users/{name}/grants", json=body)
        assert answer.status_code == 200, answer.text


@asynccontextmanager
async def open_socket(served: Served, path: str, user: str, app: FastAPI | None = None) -> AsyncIterator[AsgiSocket]:
    async with served.client(user) as client:
        cookie = client.cookies[COOKIE]
        headers = {"host": "127.0.0.1", "origin": "http://127.0.0.1", "cookie": f"{COOKIE}={cookie}"}
        async with AsgiSocket(app or served.app, path, headers) as socket:
            yield socket


def reads() -> list[tuple[str, list[str]]]:
    """Path and query parameters that must be given, of every GET."""
    found = []
    for path, methods in openapi("0")["paths"].items():
        asked = methods.get("get", {}).get("parameters", [])
        if "get" in methods:
            found.append((path, [one["name"] for one in asked if one["in"] == "query"]))
    return found


def address(path: str, queries: list[str], known: Known, camera: str, *, named: bool) -> str:
    """A request about a camera; `named`: it names it also where it need not."""
    now_ms = SystemClock().unix_ms()
    values = {
        "from_ms": now_ms // 3_600_000 * 3_600_000 - 3_600_000,
        "to_ms": now_ms // 60_000 * 60_000 + 60_000,
        "state": "all",
        "motion": "true",
        "days": "2",
    }
    if "/search" in path or path.endswith(("/playback", "/stats", "/report", "/report.csv")):
        values.pop("state"), values.pop("days")
    values["region"] = "0.1,0.1%200.9,0.1%200.5,0.9"
    if path.endswith("/playback"):
        values["from_ms"] = now_ms - 600_000
    needed = (
        "/timeline" in path or "/playback" in path or "/gaps" in path or "/recordings/p" in path or "/motion" in path
    )
    asked = [f"{name}={values[name]}" for name in queries if name in values]
    asked += [f"camera={camera}"] if "camera" in queries and (named or needed) else []

    def fits(match: "re.Match[str]") -> str:
        return {"camera": camera, "node": camera.partition(".")[0], "version": "1", "name": "a.mp4"}.get(
            match[1], known.ids.get(match[1], uuid7())
        )

    return re.sub(r"{(\w+)}", fits, path) + (f"?{'&'.join(asked)}" if asked else "")


@dataclass(slots=True)
class Walk:
    """Everything that can be read, asked by somebody who sees all and by people who see one camera."""

    served: Served
    cameras: dict[str, Known]
    shown: set[str] = field(default_factory=set)  # paths on which there is something to hide
    urls: set[str] = field(default_factory=set)
    asked: int = 0

    async def look(self, path: str, queries: list[str], people: list[httpx.AsyncClient]) -> None:
        """One GET about hidden cameras; the first of `people` sees all of it."""
        for camera, named in product((HIDDEN,) if "{" in path else (HIDDEN, AWAY), (True, False)):
            url = address(path, queries, self.cameras[camera], camera, named=named)
            if url in self.urls:
                continue
            self.urls.add(url)
            whole = await people[0].get(url)
            assert whole.status_code < 500, (url, whole.text)
            if SECRET in whole.text:
                self.shown.add(path)
            for person in people[1:]:
                self.asked += 1
                answer = await person.get(url)
                self.check(path, url, answer, camera)
                if named and whole.status_code < 300 and ("{" in path or f"camera={camera}" in url):
                    unknown = Known("gate.attic")
                    strange = await person.get(address(path, queries, unknown, unknown.camera, named=True))
                    assert told(answer, camera) == told(strange, unknown.camera), url
                    assert "{" not in path or answer.status_code in {403, 404}, url

    def check(self, path: str, url: str, answer: httpx.Response, camera: str) -> None:
        """Nothing is said of what is hidden but the words that it was asked by."""
        assert answer.status_code < 500, (url, answer.text)
        assert SECRET not in answer.text.replace(camera, "…"), (url, answer.text)
        if path in REFUSED_WHOLE:
            assert answer.status_code == 403, url
        if "{" not in path:
            secrets = [one for hidden in (HIDDEN, AWAY) for one in self.cameras[hidden].ids.values()]
            assert not any(one in answer.text for one in [*secrets, "70002", "70003"]), (url, answer.text)
            assert url.partition("?")[2].count(camera) or camera not in answer.text, (url, answer.text)


def told(answer: httpx.Response, camera: str) -> str:
    """Status and words of an answer, without what it was asked by."""
    text = answer.text.replace(camera, "…").replace(camera.partition(".")[0], "…")
    return f"{answer.status_code} " + re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "…", text)


async def test_who_was_given_one_camera_finds_nothing_of_another(served: Served, cameras: dict[str, Known]) -> None:
    await give(served, "operator", ONE)
    walk = Walk(served, cameras)
    async with served.client("admin") as admin, served.client("operator") as operator:
        for path, queries in reads():  # those of people and of a node's inside are for administrators alone
            if path.startswith(PREFIX) and "/users" not in path and "/nodes/{node}" not in path:
                await walk.look(path, queries, [admin, operator])
    assert walk.asked > 60
    assert len(walk.shown) > 25, sorted(walk.shown)


async def test_what_was_given_is_found(served: Served, cameras: dict[str, Known]) -> None:
    await give(served, "viewer", ONE)
    own = cameras[KEPT]
    async with served.client("viewer") as viewer:
        assert [one["id"] for one in (await viewer.get(f"{PREFIX}/cameras")).json()] == [KEPT]
        alarms = (await viewer.get(f"{PREFIX}/alarms")).json()
        assert ([one["id"] for one in alarms["items"]], alarms["open_total"]) == ([own.ids["alarm"]], 1)
        nodes = (await viewer.get(f"{PREFIX}/nodes")).json()
        assert [(one["id"], one["cameras"]) for one in nodes] == [("gate", [KEPT])]
        for path in ("alarms/{alarm}", "alarms/{alarm}/picture.jpg", "events/{event}", "exports/{export}"):
            answer = await viewer.get(f"{PREFIX}/{path.format(**own.ids)}")
            assert answer.status_code == 200, (path, answer.text)
        report = (await viewer.get(f"{PREFIX}/report?period=day")).json()
        assert report["alarms"]["alarms"] <= 1
        assert (await viewer.get(f"{PREFIX}/system")).json()["watched"][0]["camera"] == KEPT
        for path in ("exports", "deletions", "holds", "recordings/requests", "rules/trials", "search/events"):
            assert len((await viewer.get(f"{PREFIX}/{path}")).json()["items"]) == 1, path
        assert len((await viewer.get(f"{PREFIX}/maintenance")).json()["items"]) == 1
        assert (await viewer.get("/metrics")).status_code == 403


async def test_pages_of_a_list_are_full_however_much_of_it_is_hidden(served: Served) -> None:
    mine: list[str] = []
    for number in range(7):
        camera = HIDDEN if number % 3 else KEPT
        known = await fill(served.database, camera, number + 1, first=number < 2)
        mine += [known.ids["alarm"]] if camera == KEPT else []
    await give(served, "viewer", ONE)
    pages: list[list[str]] = []
    query = ""
    async with served.client("viewer") as viewer:
        while len(pages) < 9:
            page = (await viewer.get(f"{PREFIX}/alarms?limit=2{query}")).json()
            pages.append([one["id"] for one in page["items"]])
            if page["next"] is None:
                break
            query = f"&cursor={page['next']}"
    assert pages == [[mine[2], mine[1]], [mine[0]]]


async def test_nothing_is_done_to_what_is_hidden(served: Served, cameras: dict[str, Known]) -> None:
    await give(served, "operator", ONE)
    ids, now_ms = cameras[HIDDEN].ids, SystemClock().unix_ms()
    span = {"start_ms": now_ms - 7_260_000, "end_ms": now_ms - 7_200_000}
    asked = {"from_ms": span["start_ms"], "to_ms": span["end_ms"]}
    deletion = {"cameras": [HIDDEN], **span, "why": "x", "confirm": served.parts.site}
    trial = {"document": {"rules": []}, "camera": HIDDEN, **asked}
    work = {"minutes": 5, "why": "x"}
    refused: list[tuple[str, str, Any, int]] = [
        *(
            ("POST", f"alarms/{ids['alarm']}/{verb}", {"note": "x"}, 404)
            for verb in ("acknowledge", "note", "escalate")
        ),
        ("POST", f"enrichments/{ids['enrichment']}/decision", {"decision": "accepted"}, 404),
        ("POST", "exports", {"spans": [{"camera": HIDDEN, **span}]}, 404),
        ("POST", "exports", {"alarms": [ids["alarm"]]}, 404),
        ("POST", f"exports/{ids['export']}/cancel", None, 404),
        ("DELETE", f"exports/{ids['export']}", None, 404),
        ("POST", "holds", {"camera": HIDDEN, **span, "reason": "x"}, 404),
        ("POST", f"holds/{ids['hold']}/release", None, 404),
        ("POST", "deletions/preview", {"cameras": [HIDDEN], **span}, 404),
        ("POST", "deletions", deletion, 404),
        ("POST", "recordings/requests", {"camera": HIDDEN, **asked}, 404),
        ("POST", "rules/trials", trial, 404),
        ("POST", f"rules/trials/{ids['trial']}/cancel", None, 404),
        ("POST", "maintenance", {"scope": "camera", "target": HIDDEN, **work}, 422),
        ("POST", "maintenance", {"scope": "node", "target": "gate", **work}, 403),
        ("POST", "maintenance", {"scope": "site", "target": "", **work}, 403),
        ("POST", f"maintenance/{ids['window']}/end", None, 404),
    ]
    async with served.client("operator") as operator, served.client("admin") as admin:
        for method, path, body, status in refused:
            answer = await operator.request(method, f"{PREFIX}/{path}", json=body)
            assert answer.status_code == status, (path, answer.text)
            assert f"rule-{SECRET}" not in answer.text
        acts = {"verb": "acknowledge", "alarms": [{"id": ids["alarm"]}, {"id": cameras[KEPT].ids["alarm"]}]}
        outcomes = (await operator.post(f"{PREFIX}/alarms/acts", json=acts)).json()["outcomes"]
        assert [one["outcome"] for one in outcomes] == ["missing", "done"]
        subjects = {"subjects": [ids["alarm"], ids["event"]], "reviewed": True}
        assert (await operator.post(f"{PREFIX}/review/marks", json=subjects)).json() == {"changed": []}
        assert (await admin.get(f"{PREFIX}/alarms/{ids['alarm']}")).json()["alarm"]["state"] == "raised"
        mine = {"cameras": [KEPT], **span}
        assert (await operator.post(f"{PREFIX}/deletions/preview", json=mine)).status_code == 200
        hold = {"camera": KEPT, **span, "reason": "x"}
        assert (await operator.post(f"{PREFIX}/holds", json=hold)).status_code == 200


async def test_an_alarm_of_several_cameras_is_told_as_of_those_seen(served: Served, cameras: dict[str, Known]) -> None:
    alarm = cameras[HIDDEN].ids["alarm"]
    async with served.database.writing() as session:
        row = await session.get(tables.AlarmRow, alarm)
        assert row is not None
        row.cameras, row.place = [HIDDEN, KEPT], "yard"
        session.add(
            tables.OccurrenceRow(
                id=uuid7(), alarm=alarm, camera=KEPT, start_ms=row.condition_ms, condition_ms=row.condition_ms,
                confidence=1, track_ids=[], late=False,
            )
        )  # fmt: skip
    await give(served, "operator", ONE)
    async with served.client("operator") as operator:
        found = await operator.get(f"{PREFIX}/alarms/{alarm}")
        assert found.status_code == 200
        assert (found.json()["alarm"]["camera"], found.json()["alarm"]["cameras"]) == (KEPT, [KEPT])
        assert HIDDEN not in found.text
        assert [one["camera"] for one in found.json()["occurrences"]] == [KEPT]
        done = await operator.post(f"{PREFIX}/alarms/{alarm}/acknowledge", json={"note": "on my way"})
        assert (done.status_code, HIDDEN in done.text) == (200, False)
        late = await operator.post(f"{PREFIX}/alarms/{alarm}/resolve", json={"assessment": "true", "rev": 0})
        assert (late.status_code, HIDDEN in late.text) == (409, False), late.text
    async with served.database.reading() as session:
        feed = (await session.scalars(select(tables.FeedRow).where(tables.FeedRow.kind == "alarm"))).all()
        assert feed[-1].payload["camera"] == HIDDEN, "others hear of it whole"


@pytest.mark.usefixtures("cameras")
async def test_live_pictures_of_another_camera_are_refused(served: Served) -> None:
    await give(served, "viewer", ONE)
    for camera in (HIDDEN, AWAY, "gate.attic"):
        async with open_socket(served, f"/live/{camera}", "viewer") as socket:
            with pytest.raises(Closed, match="4401"):
                await socket.receive()
        clock = SystemClock()
        sessions, nodes = SqlSessions(served.database, clock, Lasting()), NodeStore(served.database, clock)
        features = SqlFeatures(served.database, clock)
        gate = KeyringGate(Keyring(served.site.session_key(), clock), sessions, nodes, features, clock)
        async with served.client("viewer") as viewer:
            cookie = viewer.cookies[COOKIE]
            assert not await gate.viewer_may("view", cookie, None, "", CameraId(camera))
            assert await gate.viewer_may("view", cookie, None, "", CameraId(KEPT))
            with served.parts.viewers.watching(CameraId(camera), "main"):
                assert (await viewer.get(f"{PREFIX}/live/viewers")).json() == []


async def test_a_socket_tells_of_what_is_seen_and_hears_of_a_change(served: Served, cameras: dict[str, Known]) -> None:
    await give(served, "viewer", ONE)
    events = {one.camera: one.ids["event"] for one in cameras.values()}
    app = build_api(replace(served.parts, recheck_s=0.05))
    for path in ("/ws", "/feed?since=0"):
        async with open_socket(served, f"{PREFIX}{path}", "viewer", app) as socket:
            assert (await socket.receive())["kind"] == "hello"
            if path == "/ws":
                wish = {"op": "subscribe", "topics": ["event"], "cameras": [KEPT, HIDDEN], "since": 0}
                socket.send(json.dumps(wish))
                assert (await socket.receive())["kind"] == "subscribed"
            assert (await socket.receive())["data"]["id"] == events[KEPT]
            listener = next(iter(served.parts.feed._listeners))
            for camera in (HIDDEN, KEPT):
                listener.give({"id": 9, "kind": "event", "data": {"id": events[camera], "camera": camera}})
            assert (await socket.receive())["data"]["id"] == events[KEPT]
            await give(served, "viewer", {"cameras": {HIDDEN: ["view"]}})
            if path != "/ws":
                with pytest.raises(Closed, match="4410"):
                    await socket.receive()
                break
            await asyncio.sleep(0.3)
            for camera in (KEPT, HIDDEN):
                listener.give({"id": 9, "kind": "event", "data": {"id": events[camera], "camera": camera}})
            assert (await socket.receive())["data"]["id"] == events[HIDDEN]
        await give(served, "viewer", ONE)


@pytest.mark.usefixtures("cameras")
async def test_what_is_given_counts_at_once_and_is_on_record(served: Served) -> None:
    async with served.client("admin") as admin, served.client("viewer") as viewer:
        place = f"{PREFIX}/users/viewer/grants"
        assert (await viewer.get(f"{PREFIX}/session")).json()["cameras"] is None
        given = await admin.put(place, json={"cameras": {KEPT: ["export"], "shed": ["view", "playback"]}})
        assert given.json()["cameras"] == {KEPT: ["view", "export"], "shed": ["view", "playback"]}
        session = (await viewer.get(f"{PREFIX}/session")).json()
        assert (session["cameras"], session["rights"]) == (given.json()["cameras"], ["view", "playback", "clear"])
        assert {one["id"] for one in (await viewer.get(f"{PREFIX}/cameras")).json()} == {KEPT, AWAY}
        now_ms = SystemClock().unix_ms()
        for camera, status in ((KEPT, 204), (AWAY, 200)):
            url = f"{PREFIX}/timeline?camera={camera}&from_ms={now_ms - 60_000}&to_ms={now_ms}"
            assert (await viewer.get(url)).status_code == (404 if status == 204 else 200), camera
        for body, status in (
            ({"cameras": {"gate.attic": ["view"]}}, 422),
            ({"cameras": {KEPT: ["all"]}}, 422),
            ({"cameras": {KEPT: []}}, 422),
            ({"cameras": {"../x": ["view"]}}, 422),
            ({}, 422),
        ):
            assert (await admin.put(place, json=body)).status_code == status, body
        assert (await admin.put(f"{PREFIX}/users/fresh/grants", json=ONE)).json()["said"]["code"] == "admin_sees_all"
        assert (await admin.put(f"{PREFIX}/users/nobody/grants", json=ONE)).status_code == 404
        assert (await viewer.put(place, json={"cameras": None})).status_code == 403
        assert (await admin.put(place, json={"cameras": {}})).status_code == 200
        assert (await viewer.get(f"{PREFIX}/cameras")).json() == []
        assert (await viewer.get(f"{PREFIX}/holds")).json()["said"]["code"] == "needs_right"
        assert (await admin.put(place, json={"cameras": None})).json()["cameras"] is None
        assert len((await viewer.get(f"{PREFIX}/cameras")).json()) == 3
        await admin.put(place, json=ONE)
        assert (await admin.patch(f"{PREFIX}/users/viewer", json={"role": "admin"})).json()["cameras"] is None
    async with served.database.reading() as session:
        rows = list(await session.scalars(select(tables.AuditRow).where(tables.AuditRow.what == "user.grant")))
    assert [row.subject for row in rows] == ["viewer"] * 4
    assert rows[1].detail == {"before": {KEPT: ["view", "export"], "shed": ["view", "playback"]}, "after": {}}


@pytest.mark.usefixtures("cameras")
async def test_the_command_gives_shows_and_takes(served: Served) -> None:
    data = ["--data", str(served.site.data_dir)]

    async def run(*arguments: str) -> tuple[int, str]:
        def invoke() -> tuple[int, str]:
            done = CliRunner().invoke(cli, ["user", *arguments, *data])
            return done.exit_code, done.stdout

        return await asyncio.to_thread(invoke)

    assert await run("show", "viewer") == (0, "viewer (viewer)\n  every camera: view, playback, clear\n")
    code, text = await run("grant", "viewer", "--camera", KEPT, "--right", "export", "--json")
    assert (code, json.loads(text)["cameras"], json.loads(text)["rights"]) == (0, {KEPT: ["view", "export"]}, [])
    given = f"viewer (viewer)\n  {KEPT}: view, export\n  shed: view, playback, clear\n"
    assert await run("grant", "viewer", "--camera", "shed") == (0, given)
    assert (await run("revoke", "viewer", "--camera", "gate.attic"))[0] == 2
    assert (await run("revoke", "viewer", "--camera", KEPT, "--camera", "shed"))[1] == "viewer (viewer)\n  no camera\n"
    async with served.client("viewer") as viewer:
        assert (await viewer.get(f"{PREFIX}/cameras")).json() == []
    assert (await run("grant", "viewer", "--every-camera"))[0] == 0
    for wrong in (["--camera", "gate.attic"], [], ["--camera", KEPT, "--right", "all"]):
        assert (await run("grant", "viewer", *wrong))[0] == 2, wrong
    assert (await run("add", "choi", "--camera", KEPT))[0] == 0
    assert await run("show", "choi") == (0, f"choi (viewer)\n  {KEPT}: view, playback, clear\n")
    for wrong in (["--camera", "gate.attic"], ["--right", "view"], ["--role", "admin", "--camera", KEPT]):
        assert (await run("add", "oh", *wrong))[0] == 2, wrong
    file = served.site.config_file
    file.write_text(file.read_text() + '[privacy]\nclear = ["operator"]\n')
    for words in (("add", "lim", "--camera", KEPT), ("grant", "choi", "--camera", "shed")):
        assert (await run(*words))[0] == 0
        assert (await run("show", words[1]))[1].endswith("view, playback\n"), "no more than the role has"
    assert (await run("show", "nobody"))[0] == 2
    assert (await run("disable", "fresh"))[0] == 0
    for alone in (("disable", "admin"), ("role", "admin", "viewer")):
        assert (await run(*alone))[0] == 2, "somebody is left who administers"
