"""Who may not see clear pictures gets none, from whatever route of the application; who may gets them."""

import base64
import io
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import av
import cv2
import httpx
import numpy as np
import pytest
from sqlmodel import col, delete

from controller.adapters import tables as t
from controller.adapters.feature_store import SqlFeatures
from controller.adapters.live_gate import KeyringGate
from controller.adapters.node_store import NodeStore
from controller.adapters.session_store import SqlSessions
from controller.adapters.sessions import Keyring
from controller.api.auth import COOKIE
from controller.api.server import PREFIX
from controller.core.derived import BLOCK_PX
from controller.core.grants import RIGHTS
from controller.core.node_settings import NodeAnswer
from controller.core.session_life import Lasting
from scripts.openapi import openapi
from shared.clock import SystemClock
from shared.ids import CameraId
from shared.live import unpack
from tests.fakes.asgi_socket import AsgiSocket, Closed
from tests.fakes.exports import Recorded, recorded
from tests.fakes.two_cameras import HIDDEN, KEPT, Known, fill
from tests.integration.controller.conftest import Served

pytestmark = pytest.mark.integration
BUT_CLEAR: list[Any] = [right for right in RIGHTS if right not in {"clear", "unmask"}]
FACE = np.random.default_rng(7).integers(0, 255, (360, 640, 3), np.uint8)
JPEG = cv2.imencode(".jpg", FACE)[1].tobytes()
SIGNS = (b"\xff\xd8\xff", b"ftyp", b"moof", JPEG[2000:2064], base64.b64encode(b"\xff\xd8\xff"))
SHOWING = {
    "/alarms/{alarm}/picture.jpg",
    "/alarms/{alarm}/clip.mp4",
    "/occurrences/{occurrence}/picture.jpg",
    "/occurrences/{occurrence}/clip.mp4",
    "/events/{event}/clip.mp4",
    "/cameras/{camera}/picture.jpg",
    "/playback",
    "/recordings/preview.jpg",
    "/exports/{export}/files/{name}",
    "/exports/{export}/zip",
}
"""Every route that answers with pictures; one that is missing here, or no more is one, fails the walk."""
DERIVED = SHOWING - {"/exports/{export}/files/{name}", "/exports/{export}/zip"}
"""Those that answer with derived pictures instead."""
NOT_ASKED = {("delete", "/session"), ("post", "/session/password"), ("post", "/session")}


@pytest.fixture
async def known(served: Served) -> dict[str, Known]:
    """Two cameras of which there is a picture of every kind."""
    found: dict[str, Known] = {}
    now_ms = SystemClock().unix_ms()
    served.orders.answers["snapshot"] = NodeAnswer(
        ok=True, reason="", result={"pts_ms": now_ms}, media_type="image/jpeg", data=JPEG
    )
    (film,) = recorded(now_ms - 600_000, 6)
    for number, camera in enumerate((KEPT, HIDDEN)):
        found[camera] = await fill(served.database, camera, number + 1)
        await served.objects.put(f"pictures/{camera.partition('.')[2]}.jpg", JPEG, "image/jpeg")
        await _store(served, film, camera, found[camera])
    return found


async def _store(served: Served, film: Recorded, camera: str, known: Known) -> None:
    name = f"{camera.partition('.')[2]}.mp4"
    await served.objects.put(f"films/{name}", film.data, "video/mp4")
    shelf = served.parts.exports.shelf.whole(known.ids["export"])
    shelf.mkdir(parents=True)
    (shelf / "a.mp4").write_bytes(film.data)
    async with served.database.writing() as session:
        await session.execute(delete(t.RunRow).where(col(t.RunRow.camera) == camera))
        session.add(film.row(camera, id=known.new("run"), key=f"films/{name}"))
        export = await session.get(t.ExportRow, known.ids["export"])
        assert export is not None
        part = {"name": "a.mp4", "sha256": "0" * 64, "bytes": 9, "camera": camera}
        export.result = {
            "files": [{**part, "start_ms": film.start_ms, "end_ms": film.end_ms}], "gaps": [],
            "manifest_sha256": "0" * 64,
        }  # fmt: skip


async def give(served: Served, name: str, rights: dict[str, list[Any]]) -> None:
    async with served.client("admin") as admin:
        answer = await admin.put(f"{PREFIX}/users/{name}/grants", json={"cameras": rights})
        assert answer.status_code == 200, answer.text


def url_of(path: str, asked: list[str], known: Known, now_ms: int) -> str:
    values = {"camera": known.camera, "from_ms": now_ms - 600_000, "to_ms": now_ms - 594_000, "state": "all"}
    values["region"] = "0.1,0.1%200.9,0.1%200.5,0.9"
    named = {"camera": known.camera, "node": known.camera.partition(".")[0], "name": "a.mp4", "version": "1"}
    filled = re.sub(r"{(\w+)}", lambda match: named.get(match[1], known.ids.get(match[1], "x")), path)
    return filled + "?" + "&".join(f"{name}={values[name]}" for name in asked if name in values)


async def walk(client: httpx.AsyncClient, known: Known) -> set[str]:
    """Every route, asked about a camera; those that answered with a picture that is not derived."""
    showing, asked_of = set(), 0
    now_ms = SystemClock().unix_ms()
    paths = openapi("0")["paths"]
    for method in ("get", "put", "patch", "post", "delete"):
        for path, methods in paths.items():
            short = path.removeprefix(PREFIX)
            if method not in methods or (method, short) in NOT_ASKED:
                continue
            queries = [one["name"] for one in methods[method].get("parameters", []) if one["in"] == "query"]
            body = {"kind": "snapshot", "camera": known.camera} if short.endswith("/commands") else {}
            answer = await client.request(method, url_of(path, queries, known, now_ms), json=body or None)
            asked_of += 1
            kind = answer.headers.get("content-type", "")
            if answer.headers.get("x-derived") == "mosaic":
                assert (is_blocks(answer), JPEG[2000:2064] in answer.content) == (True, False), short
                assert short in DERIVED
            elif any(sign in answer.content for sign in SIGNS) or kind.startswith(
                ("image/", "video/", "application/o")
            ):
                showing.add(short)
    assert asked_of > 100
    return showing


def is_blocks(answer: httpx.Response) -> bool:
    """Whether nothing of a picture, or of the first of a film, is finer than a block; its mark apart."""
    if answer.headers["content-type"] == "image/jpeg":
        picture: Any = cv2.imdecode(np.frombuffer(answer.content, np.uint8), cv2.IMREAD_COLOR)
    else:
        with av.open(io.BytesIO(answer.content), "r") as film:
            picture = next(film.decode(video=0)).to_ndarray(format="bgr24")
            assert film.metadata["comment"].startswith("derived")
    height, width = picture.shape[:2]
    cells = width // 640
    assert (width, height) in {(640, 360), (640, 380), (640 * cells, 360)}, picture.shape
    below = picture[2 * BLOCK_PX : height // BLOCK_PX * BLOCK_PX].astype(float)
    blocks = below.reshape(-1, BLOCK_PX, width // BLOCK_PX, BLOCK_PX, 3)[:, 4:-4, :, 4:-4]
    return float(blocks.std(axis=(1, 3)).max()) < 6  # an encoder's own noise


@pytest.mark.parametrize("user", ["viewer", "operator"])
async def test_without_the_right_no_route_answers_with_a_picture(
    served: Served, known: dict[str, Known], user: str
) -> None:
    also: dict[str, list[Any]] = {KEPT: BUT_CLEAR, HIDDEN: ["view", "clear"]}
    for given in ({KEPT: BUT_CLEAR}, also, {"gate": BUT_CLEAR}):
        await give(served, user, given)
        async with served.client(user) as client:
            assert await walk(client, known[KEPT]) == set(), given


async def test_with_it_each_of_them_does_and_no_other(served: Served, known: dict[str, Known]) -> None:
    await give(served, "viewer", {KEPT: ["view", "playback", "clear", "export"]})
    async with served.client("viewer") as viewer, served.client("admin") as admin:
        assert await walk(viewer, known[KEPT]) == SHOWING
        told = await admin.post(f"{PREFIX}/nodes/gate/commands", json={"kind": "snapshot", "camera": KEPT})
        assert told.status_code == 200, told.text


async def test_a_role_that_the_site_keeps_from_clear_pictures_sees_none(
    served: Served, known: dict[str, Known]
) -> None:
    served.parts.guard.roles = served.site.settings.privacy.model_copy(update={"clear": ("operator",)}).roles
    async with served.client("viewer") as viewer, served.client("operator") as operator:
        assert "clear" not in (await viewer.get(f"{PREFIX}/session")).json()["rights"]
        assert await walk(viewer, known[KEPT]) == set()
        shown = await viewer.get(f"{PREFIX}/cameras/{KEPT}/picture.jpg")
        assert (shown.headers["x-derived"], is_blocks(shown)) == ("mosaic", True)
        assert (await operator.get(f"{PREFIX}/cameras/{KEPT}/picture.jpg")).content == JPEG
        assert (await viewer.get(f"{PREFIX}/alarms?state=all")).json()["items"], "everything else is there"


@pytest.mark.usefixtures("known")
async def test_live_pictures_need_it_at_the_door_and_at_the_relay(served: Served) -> None:
    await give(served, "viewer", {KEPT: BUT_CLEAR})
    clock = SystemClock()
    keyring, sessions = Keyring(served.site.session_key(), clock), SqlSessions(served.database, clock, Lasting())
    nodes, features = NodeStore(served.database, clock), SqlFeatures(served.database, clock)
    gate = KeyringGate(keyring, sessions, nodes, features, clock, served.site.settings.privacy.roles)
    for quality in ("main", "sub"):
        async with _socket(served, f"/live/{KEPT}?quality={quality}") as (socket, cookie):
            with pytest.raises(Closed, match="4401"):
                await socket.receive()
            assert not await gate.viewer_may("clear", cookie, None, "", CameraId(KEPT))
            assert await gate.viewer_may("view", cookie, None, "", CameraId(KEPT))
    await give(served, "viewer", {KEPT: ["clear"]})
    async with _socket(served, "/live/gate.none") as (_, cookie):
        assert await gate.viewer_may("clear", cookie, None, "", CameraId(KEPT))


@pytest.mark.usefixtures("known")
async def test_derived_live_pictures_are_for_who_may_view_the_camera(served: Served) -> None:
    await give(served, "viewer", {KEPT: ["view"]})
    async with _socket(served, f"/live/{KEPT}/derived") as (socket, _):
        metadata, payload = unpack(await socket.receive_bytes())
        assert (metadata["t"], metadata["state"], payload) == ("state", "waiting", b"")
    async with _socket(served, f"/live/{HIDDEN}/derived") as (socket, _):
        with pytest.raises(Closed, match="4401"):
            await socket.receive()
    await served.parts.derived.live.close()


@asynccontextmanager
async def _socket(served: Served, path: str) -> AsyncIterator[tuple[AsgiSocket, str]]:
    async with served.client("viewer") as client:
        cookie = client.cookies[COOKIE]
        headers = {"host": "127.0.0.1", "origin": "http://127.0.0.1", "cookie": f"{COOKIE}={cookie}"}
        async with AsgiSocket(served.app, path, headers) as socket:
            yield socket, cookie


async def test_what_is_derived_says_what_it_is_and_plays_as_the_recorded_does(
    served: Served, known: dict[str, Known]
) -> None:
    await give(served, "viewer", {KEPT: BUT_CLEAR})
    ids, now_ms = known[KEPT].ids, SystemClock().unix_ms()
    span: dict[str, str | int] = {"camera": KEPT, "from_ms": now_ms - 600_000, "to_ms": now_ms - 594_000}
    async with served.client("viewer") as viewer, served.client("admin") as admin:
        for path in DERIVED:
            url = f"{PREFIX}{path.format(camera=KEPT, **ids)}"
            params: dict[str, str | int] = span if path in {"/playback", "/recordings/preview.jpg"} else {}
            answer, clear = await viewer.get(url, params=params), await admin.get(url, params=params)
            assert (answer.status_code, clear.status_code) == (200, 200), (path, answer.text[:300])
            assert (answer.headers["x-derived"], answer.headers["cache-control"]) == ("mosaic", "private, no-store")
            assert is_blocks(answer), path
            for name in ("x-start-ms", "x-end-ms", "x-clip-start-ms", "x-source"):
                assert answer.headers.get(name) == clear.headers.get(name), (path, name)
        film = await viewer.get(f"{PREFIX}/playback", params=span)
        assert re.fullmatch("avc1\\.[0-9a-f]{6}", film.headers["x-codec"])
        again = {"If-None-Match": film.headers["etag"]}
        assert (await viewer.get(f"{PREFIX}/playback", params=span, headers=again)).status_code == 304
        await served.parts.views.flush()
        entries = (await admin.get(f"{PREFIX}/audit", params={"who": "viewer", "subject": KEPT})).json()["items"]
    told = {one["what"] for one in entries}
    assert "derived.view" in told
    assert not told & {"live.view", "footage.view", "clip.view"}, "who saw blocks saw nothing clear"


async def test_a_clear_picture_is_shown_again_only_to_who_still_may_see_it(
    served: Served, known: dict[str, Known]
) -> None:
    ids, now_ms = known[KEPT].ids, SystemClock().unix_ms()
    span: dict[str, str | int] = {"camera": KEPT, "from_ms": now_ms - 600_000, "to_ms": now_ms - 594_000}
    await give(served, "viewer", {KEPT: ["view", "playback", "clear"]})
    stills = {f"/alarms/{ids['alarm']}/picture.jpg": {}, "/recordings/preview.jpg": span, "/playback": span}
    tags = {}
    async with served.client("viewer") as viewer:
        for path, params in stills.items():
            first = await viewer.get(f"{PREFIX}{path}", params=params)
            assert (first.status_code, first.headers["cache-control"]) == (200, "private, no-cache"), path
            assert "x-derived" not in first.headers
            tags[path] = {"If-None-Match": first.headers["etag"]}
            again = await viewer.get(f"{PREFIX}{path}", params=params, headers=tags[path])
            assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", first.headers["etag"]), path
        clip = await viewer.get(f"{PREFIX}/alarms/{ids['alarm']}/clip.mp4")
        assert clip.headers["cache-control"] == "private, no-cache"
        await give(served, "viewer", {KEPT: BUT_CLEAR})
        for path, params in stills.items():
            taken = await viewer.get(f"{PREFIX}{path}", params=params, headers=tags[path])
            assert (taken.status_code, taken.headers.get("x-derived")) == (200, "mosaic"), path
            assert taken.headers["cache-control"] == "private, no-store"


async def test_what_cannot_be_put_into_blocks_is_not_shown(served: Served, known: dict[str, Known]) -> None:
    await give(served, "viewer", {KEPT: BUT_CLEAR})
    await served.objects.put("pictures/yard.jpg", b"\xff\xd8\xff no picture", "image/jpeg")
    async with served.client("viewer") as viewer:
        answer = await viewer.get(f"{PREFIX}/alarms/{known[KEPT].ids['alarm']}/picture.jpg")
        assert (answer.status_code, b"\xff\xd8\xff" in answer.content) == (422, False)
