"""The node's own server as its clients see it: a real socket, a real ring, real pictures."""

import asyncio
import contextlib
import io
import ssl
from collections.abc import Callable
from pathlib import Path

import av
import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from controller.adapters.certificates import ensure_certificates
from edge_agent.core.media import Packet
from edge_agent.core.reconfigure import Book, Report, Wanted
from shared.clock import SystemClock
from shared.errors import Rejected
from shared.live import unpack
from shared.server_certificate import server_context
from tests.fakes.footage import packets
from tests.fakes.node_site import AUTH, TOKEN, NodeSite

pytestmark = pytest.mark.integration


@pytest.fixture
def site(tmp_path: Path, free_port: Callable[[], int]) -> NodeSite:
    return NodeSite(tmp_path, free_port())


def span(site: NodeSite) -> dict[str, int]:
    return {"from_ms": site.closed[0].start_ms, "to_ms": site.closed[-1].end_ms}


async def test_nothing_answers_without_the_token_but_ok(site: NodeSite) -> None:
    async with site.serving() as client:
        health = await client.get("/healthz")
        assert (health.status_code, health.text) == (200, "ok")
        refused = [
            await client.get(path)
            for path in ("/", "/metrics", "/cameras/n1.gate/snapshot.jpg", "/cameras/n1.gate/playback.mp4", "/nothing")
        ]
        assert {answer.status_code for answer in refused} == {401}
        assert {answer.headers["content-type"] for answer in refused} == {"application/problem+json"}
        with pytest.raises(InvalidStatus):
            await connect(f"ws://127.0.0.1:{site.port}/cameras/n1.gate/live").__aenter__()
        page = await client.get("/", headers={"Accept": "text/html"})
        assert (page.status_code, page.headers["location"]) == (303, "/login")
        assert "access-control-allow-origin" not in page.headers


async def test_refusals_are_limited_and_never_lock_out_who_has_the_token(site: NodeSite) -> None:
    async with site.serving() as client:
        answers = [(await client.get("/metrics", headers={"Authorization": f"Bearer {n}"})) for n in range(14)]
        assert [a.status_code for a in answers[:10]] == [401] * 10
        assert {a.status_code for a in answers[10:]} == {429}
        assert int(answers[-1].headers["retry-after"]) <= 60
        assert (await client.get("/metrics", headers=AUTH)).status_code == 200


async def test_a_foreign_name_or_page_is_refused_whatever_it_carries(site: NodeSite) -> None:
    async with site.serving() as client:
        for headers, status in (
            ({"Host": "evil.example"}, 400),
            ({"Origin": "http://evil.example"}, 403),
            ({"Origin": "null"}, 403),
            ({"Host": "gate.local:8880"}, 200),
        ):
            answer = await client.get("/metrics", headers={**AUTH, **headers})
            assert answer.status_code == status, headers
    async with site.serving(token=None) as client:
        url = f"ws://127.0.0.1:{site.port}/cameras/n1.gate/live"
        with pytest.raises(InvalidStatus):
            await connect(url, additional_headers={"Origin": "http://evil.example"}).__aenter__()
        assert (await client.get("/metrics")).status_code == 200


async def test_health_gives_its_reasons_to_who_is_known(site: NodeSite) -> None:
    async with site.serving() as client:
        await site.node.online()
        site.node.clock.now_ms += 2_000
        site.node.feed.state = "stalled"
        known = await client.get("/healthz", headers=AUTH)
        assert known.status_code == 503
        codes = {trouble["code"] for trouble in known.json()["troubles"]}
        assert "camera_not_live" in codes
        unknown = await client.get("/healthz")
        assert (unknown.status_code, unknown.text) == (503, "not ok")


async def test_metrics_are_prometheus_text(site: NodeSite) -> None:
    async with site.serving() as client:
        text = (await client.get("/metrics", headers=AUTH)).text
    found = {family.name: family for family in text_string_to_metric_families(text)}
    assert found["cctv_camera_ring_bytes"].samples[0].value == sum(part.length_bytes for part in site.closed)
    live = [s for s in found["cctv_camera_state"].samples if s.value == 1]
    assert [s.labels for s in live] == [{"camera": "n1.gate", "state": "live"}]
    assert [s.value for s in found["cctv_node_uplink_live_small"].samples] == [0.0]
    assert {s.labels["kind"] for s in found["cctv_node_outbox_facts"].samples} == {"event", "run", "ledger", "tamper"}
    assert found["cctv_camera_recording"].samples[0].value == 1
    assert found["cctv_camera_dropped_packets"].type == "counter"


async def test_the_page_speaks_both_languages_and_holds_no_script(site: NodeSite) -> None:
    async with site.serving() as client:
        korean = await client.get("/?lang=ko", headers=AUTH)
        english = await client.get("/?lang=en", headers=AUTH)
    assert "카메라" in korean.text
    assert "Cameras" in english.text
    assert ("오차 9 ms 이내" in korean.text, "exact to 9 ms" in english.text) == (True, True)
    for page in (korean, english):
        assert "<script" not in page.text
        assert "&lt;site&gt;" in page.text
        assert "<site>" not in page.text
        policy = page.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "script-src" not in policy
        assert "unsafe" not in policy


async def test_a_browser_logs_in_by_a_form_and_keeps_a_cookie(site: NodeSite) -> None:
    async with site.serving() as client:
        wrong = await client.post("/login?lang=ko", data={"token": "wrong"})
        assert (wrong.status_code, "올바르지" in wrong.text) == (403, True)
        assert "set-cookie" not in wrong.headers
        right = await client.post("/login?lang=ko", data={"token": TOKEN})
        assert right.status_code == 303
        cookie = right.headers["set-cookie"]
        assert TOKEN not in cookie
        assert all(word in cookie.lower() for word in ("httponly", "samesite=strict"))
        assert (await client.get("/")).status_code == 200  # the client has kept it
        foreign = await client.post("/login", data={"token": TOKEN}, headers={"Origin": "http://evil.example"})
        assert foreign.status_code == 403
        assert (await client.post("/login", content=b"token=" + b"x" * 10_000)).status_code == 422


async def test_a_snapshot_is_the_newest_keyframe(site: NodeSite) -> None:
    key = packets(1)[0]
    async with site.serving() as client:
        site.node.feed.packets.put_nowait(Packet(key.data, key.pts_ms, key=True))
        answer = await client.get("/cameras/n1.gate/snapshot.jpg", headers=AUTH)
        assert (answer.status_code, answer.headers["content-type"]) == (200, "image/jpeg")
        assert answer.headers["x-picture-ms"] == str(key.pts_ms)
        assert answer.content[:2] == b"\xff\xd8"
        again = await client.get("/cameras/n1.gate/snapshot.jpg", headers=AUTH)
        assert again.content == answer.content  # no second keyframe was needed
        unknown = await client.get("/cameras/n1.hall/snapshot.jpg", headers=AUTH)
        assert (unknown.status_code, unknown.json()["field"]) == (404, "camera")
        site.node.clock.now_ms += 2_000
        assert (await client.get("/cameras/n1.gate/snapshot.jpg", headers=AUTH)).status_code == 503


async def test_playback_is_the_rings_own_bytes(site: NodeSite) -> None:
    async with site.serving() as client:
        film = await client.get("/cameras/n1.gate/playback.mp4", params=span(site), headers=AUTH)
    assert (film.status_code, film.headers["content-type"]) == (200, "video/mp4")
    run = site.ring.describe(site.closed)
    assert film.content == b"".join([piece async for piece in site.ring.read(run)])
    with av.open(io.BytesIO(film.content), "r") as container:
        assert len(list(container.decode(video=0))) == 60


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({"from_ms": "x", "to_ms": "5"}, "from_ms"),
        ({"from_ms": "5"}, "to_ms"),
        ({"from_ms": "5", "to_ms": "5"}, "to_ms"),
        ({"from_ms": "0", "to_ms": "600001"}, "to_ms"),
        ({"from_ms": "0", "to_ms": "5"}, "from_ms"),
        ({"from_ms": "-1", "to_ms": "5"}, "from_ms"),
    ],
)
async def test_a_wrong_span_is_refused_by_its_parameter(site: NodeSite, params: dict[str, str], field: str) -> None:
    async with site.serving() as client:
        answer = await client.get("/cameras/n1.gate/playback.mp4", params=params, headers=AUTH)
    assert (answer.status_code, answer.json()["field"]) == (422, field)


async def test_films_are_few_at_once_and_a_client_that_leaves_gives_its_place_back(site: NodeSite) -> None:
    url = "/cameras/n1.gate/playback.mp4"
    parts = site.parts(TOKEN)
    run = await parts.playback.find(site.node.feed.camera, **span(site))
    async with parts.playback.film(run), parts.playback.film(run):
        with pytest.raises(Exception, match="already"):
            await parts.playback.film(run).__aenter__()
    async with site.serving() as client:
        for _ in range(4):
            async with client.stream("GET", url, params=span(site), headers=AUTH) as film:
                assert film.status_code == 200
        assert (await client.get(url, params=span(site), headers=AUTH)).status_code == 200


async def test_live_is_framed_like_the_relays_and_viewers_are_bounded(site: NodeSite) -> None:
    url = f"ws://127.0.0.1:{site.port}/cameras/n1.gate/live"
    async with site.serving():
        viewers = [await connect(url, additional_headers=AUTH).__aenter__() for _ in range(8)]
        site.node.feed.packets.put_nowait(Packet(b"\x00\x00\x00\x01key", 7, key=True))
        first = asyncio.create_task(viewers[0].recv())
        others = [asyncio.create_task(viewer.recv()) for viewer in viewers[1:]]
        done, _ = await asyncio.wait([first, *others], timeout=5, return_when=asyncio.FIRST_COMPLETED)
        frame = done.pop().result()
        assert isinstance(frame, bytes)
        head, _payload = unpack(frame)
        assert (head["t"], head["camera"], head["quality"]) == ("init", "n1.gate", "main")
        ninth = await connect(url, additional_headers=AUTH).__aenter__()
        with pytest.raises(ConnectionClosed, match="8 live views"):
            await ninth.recv()
        for viewer in viewers:
            await viewer.close()
        wrong = await connect(url + "?quality=best", additional_headers=AUTH).__aenter__()
        with pytest.raises(ConnectionClosed, match="quality"):
            await wrong.recv()
        await asyncio.gather(first, *others, return_exceptions=True)


async def test_a_connection_that_asks_nothing_is_closed(site: NodeSite) -> None:
    async with site.serving(patience_s=0.2), asyncio.timeout(5):
        reader, writer = await asyncio.open_connection("127.0.0.1", site.port)
        assert await reader.read() == b""
        writer.close()


async def test_who_opens_connections_without_end_gets_a_few(site: NodeSite) -> None:
    async with site.serving(), asyncio.timeout(20):
        opened = [await asyncio.open_connection("127.0.0.1", site.port) for _ in range(200)]

        async def closed(reader: asyncio.StreamReader) -> bool:
            try:
                async with asyncio.timeout(1):
                    return await reader.read(1) == b""
            except TimeoutError:
                return False
            except ConnectionError:
                return True

        left = (await asyncio.gather(*(closed(reader) for reader, _ in opened))).count(False)
        for _, writer in opened:
            writer.close()
        assert 0 < left <= 64
        while True:  # and who comes afterwards is served
            with contextlib.suppress(httpx.TransportError):
                async with httpx.AsyncClient(trust_env=False) as client:
                    assert (await client.get(f"http://127.0.0.1:{site.port}/healthz")).text == "ok"
                    break
            await asyncio.sleep(0.05)


async def test_the_page_tells_each_cameras_view_and_which_settings_run(site: NodeSite) -> None:
    async with site.serving() as client:

        async def page(language: str) -> str:
            site.node.clock.now_ms += 1_000  # the page looks once a second
            return (await client.get(f"/?lang={language}", headers=AUTH)).text

        assert "<dt>view</dt><dd>as it should be</dd>" in await page("en")
        assert "<dt>설정</dt><dd>노드 자체 파일</dd>" in await page("ko")
        site.tamper, good = "covered", Wanted(4, {})
        site.book = Book(good=good, report=Report(4, "applied"))
        assert "<dt>시야</dt><dd>가려짐</dd>" in await page("ko")
        told = await page("en")
        assert "<dt>settings</dt><dd>version 4</dd>" in told
        assert "The camera&#x27;s view is not as it should be" in told
        site.book = Book(good=good, report=Report(5, "refused", "<cameras>"))
        told = await page("en")
        assert "<dt>settings</dt><dd>version 5 wanted: refused; version 4 runs</dd>" in told
        assert "not taken; the ones before run. (5: &lt;cameras&gt;)" in told
        assert "요청된 버전 5: 거부됨, 동작 중: 버전 4" in await page("ko")
        site.tamper, site.node.feed.state = "", "restarting"
        assert "<dt>view</dt><dd>-</dd>" in await page("en"), "of a view that nobody sees nothing is known"


async def test_with_a_certificate_it_speaks_https_alone(site: NodeSite, tmp_path: Path) -> None:
    ensure_certificates(tmp_path, ["127.0.0.1"], SystemClock().now())
    async with site.serving(tls=tmp_path) as client:
        answer = await client.post("/login", data={"token": TOKEN})
        assert (answer.status_code, "secure" in answer.headers["set-cookie"].lower()) == (303, True)
        page = await client.get("/", headers={"Origin": f"https://127.0.0.1:{site.port}"})
        assert page.status_code == 200
        async with httpx.AsyncClient(trust_env=False) as plain:
            with pytest.raises(httpx.TransportError):
                await plain.get(f"http://127.0.0.1:{site.port}/healthz")
        trust = ssl.create_default_context(cafile=str(tmp_path / "ca.pem"))
        url = f"wss://127.0.0.1:{site.port}/cameras/n1.gate/live?quality=best"
        viewer = await connect(url, additional_headers=AUTH, ssl=trust).__aenter__()
        with pytest.raises(ConnectionClosed, match="quality"):
            await viewer.recv()


async def test_a_renewed_certificate_is_taken_up_and_a_damaged_one_is_not(site: NodeSite, tmp_path: Path) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    for folder in (old, new):
        folder.mkdir()
        ensure_certificates(folder, ["127.0.0.1"], SystemClock().now())
    before, after = ((folder / "server.pem").read_text() for folder in (old, new))

    def shown() -> str:
        return ssl.get_server_certificate(("127.0.0.1", site.port), timeout=5)

    async with site.serving(tls=old) as client:
        assert before.startswith(await asyncio.to_thread(shown))
        (old / "server.pem").write_text("half a certificate")
        await asyncio.sleep(0.2)
        assert before.startswith(await asyncio.to_thread(shown))
        (old / "server.pem").write_text(after)
        await asyncio.sleep(0.2)
        assert before.startswith(await asyncio.to_thread(shown)), "its key is not there yet"
        (old / "server-key.pem").write_bytes((new / "server-key.pem").read_bytes())
        async with asyncio.timeout(10):
            while not after.startswith(await asyncio.to_thread(shown)):
                await asyncio.sleep(0.05)
        assert (await client.get("/healthz")).text == "ok", "an open connection goes on"


def test_a_certificate_and_key_that_do_not_serve_are_told_apart(tmp_path: Path) -> None:
    first, second = tmp_path / "a", tmp_path / "b"
    for folder in (first, second):
        folder.mkdir()
        ensure_certificates(folder, ["127.0.0.1"], SystemClock().now())
    pem, key = first / "server.pem", first / "server-key.pem"
    assert server_context(pem, key) is not None
    for certificate, private, field in (
        (tmp_path / "none.pem", key, "server.certificate"),
        (pem, tmp_path / "none.pem", "server.key"),
        (pem, second / "server-key.pem", "server.key"),
        (key, key, "server.certificate"),
    ):
        with pytest.raises(Rejected) as caught:
            server_context(certificate, private)
        assert caught.value.field == field
    key.chmod(0o644)
    with pytest.raises(Rejected, match="open to everybody"):
        server_context(pem, key)
