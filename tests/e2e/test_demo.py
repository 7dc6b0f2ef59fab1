"""The demo as a newcomer meets it: an alarm with its clip, every part told of, nothing anonymous."""

import base64
import contextlib
import io
import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import av
import httpx
import pytest
from websockets.sync.client import connect

from shared.live import unpack
from tests.servers.running_demo import RunningDemo, running_demo, until

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]
ALARM_S = 90.0
CAMERAS = "/api/v1/cameras"


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningDemo]:
    with running_demo(tmp_path_factory.mktemp("demo")) as running:
        yield running


@pytest.fixture(scope="module")
def admin(demo: RunningDemo) -> Iterator[httpx.Client]:
    with contextlib.closing(demo.log_in()) as client:
        yield client


def _alarms(client: httpx.Client) -> list[dict[str, Any]]:
    """Those of rules: a busy machine may have alarms about itself."""
    items: list[dict[str, Any]] = client.get("/api/v1/alarms?state=all").raise_for_status().json()["items"]
    return [item for item in items if not item["rule"].startswith("system.")]


def test_a_verified_alarm_shows_with_its_clip(admin: httpx.Client) -> None:
    alarm = until("an alarm", lambda: _alarms(admin), ALARM_S)[-1]
    assert alarm["kind"] in {"zone_intrusion", "ppe_missing"}
    path = f"/api/v1/alarms/{alarm['id']}"
    ready = until("its clip", lambda: admin.get(path).json()["alarm"]["clip_ready"], ALARM_S)
    assert ready
    detail = admin.get(path).json()
    assert any(verdict["tracks"] for verdict in detail["verdicts"])
    clip = admin.get(f"{path}/clip.mp4").raise_for_status()
    with av.open(io.BytesIO(clip.content), mode="r") as container:
        frames = list(container.decode(video=0))
    assert len(frames) > 15
    part = admin.get(f"{path}/clip.mp4", headers={"Range": "bytes=0-99"})
    assert (part.status_code, len(part.content)) == (206, 100)
    picture = until("its picture", lambda: admin.get(f"{path}/picture.jpg").status_code == 200, 20)
    assert picture


def test_cameras_node_and_system_tell_their_state(admin: httpx.Client) -> None:
    cameras = until(
        "live cameras",
        lambda: [c for c in admin.get("/api/v1/cameras").json() if c["state"] == "live"],
        30,
    )
    assert {camera["id"] for camera in cameras} <= {"demo.yard", "demo.gate"}
    (node,) = admin.get("/api/v1/nodes").json()
    assert node["state"] == "online"
    system = until("all roles", lambda: _all_running(admin), 30)
    assert {role["name"] for role in system["roles"]} >= {"api", "ingest", "relay", "worker", "notify", "sweep", "node"}
    assert "rendered" in system["model_note"]


@pytest.mark.parametrize(("quality", "size"), [("sub", (640, 360)), ("main", (1280, 720))])
def test_a_tile_gets_the_stream_that_it_asks_for(
    demo: RunningDemo, admin: httpx.Client, quality: str, size: tuple[int, int]
) -> None:
    until("a sub stream", lambda: any(c["has_sub"] and c["id"] == "demo.yard" for c in admin.get(CAMERAS).json()), 30)
    url = f"{demo.base_url.replace('http', 'ws', 1)}/live/demo.yard?quality={quality}"
    cookie = {"Cookie": f"cctv_session={admin.cookies['cctv_session']}"}
    decoder = av.CodecContext.create("h264", "r")
    shown: set[tuple[int, int]] = set()
    told: dict[str, Any] = {}
    with connect(url, additional_headers=cookie, origin=demo.base_url) as socket:  # type: ignore[arg-type]
        while len(shown) == 0:
            frame = socket.recv(timeout=30)
            assert isinstance(frame, bytes)
            metadata, data = unpack(frame)
            if metadata["t"] == "init":
                told = metadata
            elif metadata["t"] == "au":
                assert isinstance(decoder, av.VideoCodecContext)
                shown |= {(picture.width, picture.height) for picture in decoder.decode(av.Packet(data))}
    assert (told["quality"], told["width"], told["height"]) == (quality, *size)
    assert shown == {size}


def _all_running(admin: httpx.Client) -> dict[str, Any] | None:
    system: dict[str, Any] = admin.get("/api/v1/system").json()
    return system if all(role["state"] == "running" for role in system["roles"]) else None


def test_a_node_is_asked_and_set_from_here(admin: httpx.Client) -> None:
    def reported(version: int) -> dict[str, Any] | None:
        said: dict[str, Any] | None = admin.get("/api/v1/nodes/demo/config").json()["reported"]
        return said if said is not None and said["version"] == version and said["state"] != "applying" else None

    until("live cameras", lambda: {c["state"] for c in admin.get(CAMERAS).json()} == {"live"}, 30)
    answer = admin.post("/api/v1/nodes/demo/commands", json={"kind": "snapshot", "camera": "demo.yard"}).json()
    assert (answer["ok"], base64.b64decode(answer["data"])[:3]) == (True, b"\xff\xd8\xff")
    for version, sensitivity, state in ((1, 0.6, "applied"), (2, 6, "refused")):
        settings = {"cameras": {"yard": {"motion": {"sensitivity": sensitivity}}}}
        put = admin.put("/api/v1/nodes/demo/config", json={"settings": settings, "version": version - 1})
        assert put.json()["version"] == version
        said = until(f"a word on version {version}", partial(reported, version), 90)
        assert (said["state"], said["running"]) == (state, 1)
    assert said["reason"].startswith("cameras.yard.motion.sensitivity: ")


OWN_DOORS = {
    ("/api/v1/session", "post"),
    ("/api/v1/enrolment/ca", "get"),
    ("/api/v1/enrolment", "post"),
    ("/api/v1/enrolment/renewal", "post"),
    ("/api/v1/enrolment/releases/{name}", "get"),
    ("/api/v1/login", "get"),
    ("/api/v1/login/provider", "post"),
    ("/api/v1/login/callback", "get"),
    ("/api/v1/login/back-channel", "post"),
}
"""Where people and nodes come in: they look at a credential of their own, and tests of theirs see that they do."""


def test_nothing_answers_anonymously(demo: RunningDemo, admin: httpx.Client) -> None:
    document = json.loads((Path(__file__).parents[2] / "docs" / "reference" / "openapi.json").read_text())
    asked = 0
    with httpx.Client(base_url=demo.base_url, timeout=10) as nobody:
        for path, operations in document["paths"].items():
            for method in operations:
                if (path, method) in OWN_DOORS:
                    continue
                url = path.replace("{", "").replace("}", "")
                answer = nobody.request(method, url, json={} if method in {"post", "put"} else None)
                assert answer.status_code in {401, 403}, f"{method} {path} answers {answer.status_code}"
                asked += 1
        assert asked > 10
        assert nobody.put("/media/put/demo/x", content=b"x").status_code in {401, 403}
        for page in ("/openapi.json", "/docs", "/media/put/x", "/api/v1", "/api/v2/alarms", "/../cctv.toml"):
            answer = nobody.get(page)
            only_the_page = answer.headers["content-type"].startswith("text/html") and "<script" in answer.text
            assert answer.status_code in {401, 403, 404, 405} or only_the_page, f"{page} answers {answer.text[:80]}"
        stolen = {"Origin": "http://evil.example", "Cookie": f"cctv_session={admin.cookies['cctv_session']}"}
        answer = nobody.post("/api/v1/alarms/x/acknowledge", json={}, headers=stolen)
        assert answer.status_code == 403
