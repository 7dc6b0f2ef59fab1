"""What systems like this one were broken by: each is tried, and goes through where its guard is taken away."""

import io
import shutil
import socket
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import av
import httpx
import pytest

from controller.adapters import clips, frames, mosquitto
from controller.adapters.broker_users import BrokerUsers
from controller.adapters.directory_store import DirectoryStore, prepare_directory
from controller.api import auth
from controller.api.auth import COOKIE, Guard
from controller.api.server import PREFIX, api_routes, build_api
from controller.core.grants import EVERYTHING
from controller.flows import login
from edge_agent.core import bundle, log_tail
from shared.clock import SystemClock
from shared.errors import CctvError, Rejected
from tests.fakes.two_cameras import HIDDEN, KEPT, fill
from tests.integration.controller.conftest import PASSWORD, Served
from tests.integration.controller.test_clips import video

pytestmark = pytest.mark.integration
Guarded = pytest.mark.parametrize("guarded", [True, False], ids=["guarded", "without-its-guard"])
WAYS = "/usr/sbin:/usr/bin:/usr/local/sbin"
SECRET = "s3cret-of-a-camera"


def _look(film: Path) -> None:
    with frames.VideoFile(film) as opened:
        next(opened.sample(1))


READERS: dict[str, Callable[[Path], object]] = {
    "verified": _look,
    "clip": lambda film: clips.remux([(film, 0)], 0, 1000, film.with_name("clip.mp4")),
}


@Guarded
@pytest.mark.parametrize("how", sorted(READERS))
def test_footage_that_names_other_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str, *, guarded: bool
) -> None:
    """CVE-2026-25643, CVE-2025-60787 and their kind: what is read decides what else is opened."""
    video(tmp_path / "others.mp4", 1)
    (tmp_path / "run.mp4").write_text("ffconcat version 1.0\nfile others.mp4\n")
    if guarded:
        with pytest.raises((CctvError, av.error.FFmpegError)):
            READERS[how](tmp_path / "run.mp4")
    else:
        monkeypatch.setattr(frames, "OPTIONS", {})
        monkeypatch.setattr(clips, "OPTIONS", {})
        READERS[how](tmp_path / "run.mp4")  # pictures of another file


@Guarded
async def test_pictures_of_a_camera_that_one_may_not_see(
    served: Served, monkeypatch: pytest.MonkeyPatch, *, guarded: bool
) -> None:
    """CVE-2026-33470, CVE-2026-54258: media by an id alone."""
    known = {camera: await fill(served.database, camera, n) for n, camera in enumerate((KEPT, HIDDEN), 1)}
    for name in ("yard", "cellar"):
        await served.objects.put(f"pictures/{name}.jpg", b"\xff\xd8jpeg", "image/jpeg")
    async with served.client("admin") as admin:
        await admin.put(f"{PREFIX}/users/viewer/grants", json={"cameras": {KEPT: ["view", "playback", "clear"]}})
    if not guarded:
        monkeypatch.setattr(auth, "_sight", lambda *_: EVERYTHING)
        monkeypatch.setattr(auth.Caller, "clear", lambda _: EVERYTHING)
    async with served.client("viewer") as viewer:
        answer = await viewer.get(f"{PREFIX}/alarms/{known[HIDDEN].ids['alarm']}/picture.jpg")
    assert answer.status_code == (404 if guarded else 200)


@Guarded
async def test_a_door_that_forgot_to_ask_who_calls(
    served: Served, monkeypatch: pytest.MonkeyPatch, *, guarded: bool
) -> None:
    """CVE-2026-55863: one handler without authentication."""
    if not guarded:

        async def open_door(_guard: Guard, _connection: Any) -> None:
            pass

        monkeypatch.setattr(Guard, "check", open_door)
    app = build_api(served.parts)
    answered: set[int] = set()
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as nobody:
        for method, path, route in api_routes(app):
            if method == "GET" and auth.need_of(route.endpoint) != "nobody" and "{" not in path:
                answered.add((await nobody.get(path)).status_code)
    assert (answered == {401}) is guarded, answered


COMMON = ("", "admin", "password", "1234567890123456", "passwordpassword", "adminadminadminadmin", "qwertyuiopasdfgh")


@Guarded
async def test_a_password_that_everybody_knows(
    served: Served, monkeypatch: pytest.MonkeyPatch, *, guarded: bool
) -> None:
    """Empty and default passwords."""
    if not guarded:
        monkeypatch.setattr(login, "check_password", lambda *_, **__: None)
    taken = 0
    for password in COMMON:
        async with served.client("fresh") as fresh:
            answer = await fresh.post(f"{PREFIX}/session/password", json={"current": PASSWORD, "new": password})
            taken += answer.status_code < 300
            if taken:
                break
    assert (taken == 0) is guarded


@Guarded
@pytest.mark.parametrize(
    "key", ["../outside", "/etc/cctv-outside", "runs/../../outside", "runs/a\0b", "a/../../outside"]
)
async def test_a_key_that_leaves_the_store(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, key: str, *, guarded: bool
) -> None:
    """Path traversal: motionEye's restore, MediaMTX, Node-Media-Server."""
    (tmp_path / "store").mkdir()
    prepare_directory(tmp_path / "store")
    store = DirectoryStore(tmp_path / "store", b"x" * 32, SystemClock())
    if not guarded:
        if key.startswith("/") or "\0" in key:
            pytest.skip("the disk itself refuses it, or it is not ours to write")
        monkeypatch.setattr(DirectoryStore, "_path", lambda self, name: self._root / name)
    try:
        if guarded:
            with pytest.raises(Rejected):
                await store.put(key, b"x", "text/plain")
        else:
            await store.put(key, b"x", "text/plain")
    finally:
        store.close()
    assert (tmp_path / "outside").exists() is not guarded


@Guarded
async def test_a_page_of_another_site_changes_nothing(
    served: Served, monkeypatch: pytest.MonkeyPatch, *, guarded: bool
) -> None:
    """CVE-2024-29192 and its siblings: a browser that is logged in sends what another site's page wants."""
    if not guarded:
        monkeypatch.setattr(auth, "_from_here", lambda _: True)
        monkeypatch.setattr(auth, "_shows", lambda *_: True)
    async with served.client("operator") as operator:
        cookie = operator.cookies[COOKIE]
    headers = {"Origin": "https://evil.example", "Cookie": f"{COOKIE}={cookie}"}
    async with served.client() as browser:
        body = {"scope": "site", "target": "", "minutes": 5, "why": "nobody looks"}
        answer = await browser.post(f"{PREFIX}/maintenance", json=body, headers=headers)
    assert answer.status_code == (403 if guarded else 200), answer.text


@Guarded
async def test_each_guard_against_other_pages_stands_alone(
    served: Served, monkeypatch: pytest.MonkeyPatch, *, guarded: bool
) -> None:
    """Without the check of the origin the token still refuses, and the other way round."""
    monkeypatch.setattr(auth, "_from_here" if guarded else "_shows", lambda *_: True)
    async with served.client("operator") as operator:
        headers = {"Origin": "https://evil.example", "Cookie": f"{COOKIE}={operator.cookies[COOKIE]}"}
    async with served.client() as browser:
        answer = await browser.post(f"{PREFIX}/maintenance", json={"scope": "site"}, headers=headers)
    assert answer.json()["said"]["code"] == ("csrf" if guarded else "foreign_origin")


@Guarded
def test_a_cameras_password_in_what_leaves_a_node(monkeypatch: pytest.MonkeyPatch, *, guarded: bool) -> None:
    """Secrets in clear: in diagnostics and in the log that is shown."""
    if not guarded:
        monkeypatch.setattr(bundle, "redact", lambda text, _: text)
        monkeypatch.setattr(log_tail, "redact", lambda text, _: text)
    line = f"cannot open rtsp://admin:{SECRET}@10.0.0.5/live"
    packed = bundle.bundle({"check.txt": line}, line, (SECRET,), datetime(2026, 3, 1, tzinfo=UTC), 100_000)
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        told = [archive.read(name).decode() for name in archive.namelist()]
    told.append(log_tail.newest_lines([line], (SECRET,), 10, 10_000).decode())
    assert len(told) == 3
    assert [SECRET not in one for one in told] == [guarded] * 3


@Guarded
@pytest.mark.skipif(not shutil.which("mosquitto", path=WAYS), reason="mosquitto is not installed")
async def test_nobody_without_a_name_at_the_broker(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free_port: Callable[[], int], *, guarded: bool
) -> None:
    """Internal ports that trust whoever reaches them."""
    users, port = BrokerUsers(tmp_path), free_port()
    users.set("controller", "x" * 20)
    if not guarded:
        written = mosquitto.configuration
        monkeypatch.setattr(
            mosquitto,
            "configuration",
            lambda *a, **k: written(*a, **k).replace("allow_anonymous false", "allow_anonymous true"),
        )
    broker = mosquitto.Mosquitto("127.0.0.1", port, tmp_path)
    await broker.start()
    try:
        with socket.create_connection(("127.0.0.1", port), 5) as wire:
            wire.sendall(bytes.fromhex("10 10 00 04 4d 51 54 54 04 02 00 05 00 04 70 72 6f 62"))
            answer = wire.recv(4)
    finally:
        await broker.stop()
    assert (answer[3] != 0) is guarded
