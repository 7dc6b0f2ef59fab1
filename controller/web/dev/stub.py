"""A stand-in controller for developing the dashboard: the real wire models over made-up data, never shipped."""

import argparse
import asyncio
import json
import re
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import uvicorn
from fastapi import FastAPI, Request, WebSocket, WebSocketDisconnect
from fastapi.responses import FileResponse, JSONResponse, Response
from fastapi.staticfiles import StaticFiles

from controller.api import schemas as wire
from scenario import Scenario, now
from videos import Video
from shared.live import pack

API = "/api/v1"
CSP = (
    "default-src 'self'; connect-src 'self' ws: wss:; img-src 'self' blob: data:; media-src 'self' blob:; "
    "worker-src 'self' blob:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'"
)
PROBLEMS = {401: {"model": wire.ProblemOut}, 422: {"model": wire.ProblemOut}}


def problem(status: int, title: str, detail: str = "", field: str | None = None) -> JSONResponse:
    body = wire.ProblemOut(title=title, status=status, detail=detail, field=field)
    return JSONResponse(body.model_dump(), status, media_type="application/problem+json")


def routes(app: FastAPI, site: Scenario) -> None:
    """Declare every route of the contract that the dashboard calls."""

    @app.post(f"{API}/session", response_model=wire.SessionOut, responses=PROBLEMS)
    def login(credentials: wire.LoginIn) -> Response | wire.SessionOut:
        if not credentials.code and credentials.password == "wrong":
            return problem(401, "Unauthorized", "name or password is wrong")
        site.signed_in = True
        return site.session(bool(credentials.code))

    @app.get(f"{API}/session", response_model=wire.SessionOut, responses=PROBLEMS)
    def session() -> Response | wire.SessionOut:
        return site.session(False) if site.signed_in else problem(401, "Unauthorized")

    @app.delete(f"{API}/session", status_code=204)
    def logout() -> None:
        site.signed_in = False

    @app.post(f"{API}/session/password", status_code=204, responses=PROBLEMS)
    def password(body: wire.PasswordIn) -> None:
        site.password = body.new

    @app.get(f"{API}/cameras")
    def cameras() -> list[wire.CameraOut]:
        return site.cameras()

    @app.get(f"{API}/nodes")
    def nodes() -> list[wire.NodeOut]:
        return site.nodes()

    @app.get(f"{API}/system")
    def system() -> wire.SystemOut:
        return site.system()

    @app.get(f"{API}/alarms")
    def alarms(
        state: str = "open", camera: str = "", severity: str = "", cursor: str = "", limit: int = 50
    ) -> wire.AlarmPage:
        return site.page(state, camera, severity, int(cursor or 0), limit)

    @app.get(f"{API}/alarms/{{alarm}}", response_model=wire.AlarmDetailOut, responses=PROBLEMS)
    def alarm_detail(alarm: str) -> Response | wire.AlarmDetailOut:
        return site.detail(alarm) or problem(404, "Not Found", "no such alarm")

    @app.post(f"{API}/alarms/{{alarm}}/acknowledge", responses=PROBLEMS)
    async def acknowledge(alarm: str, body: wire.AcknowledgeIn) -> wire.AlarmOut:
        return await site.acknowledge(alarm, body.note)

    @app.post(f"{API}/alarms/{{alarm}}/resolve", responses=PROBLEMS)
    async def resolve(alarm: str, body: wire.ResolveIn) -> wire.AlarmOut:
        return await site.resolve(alarm, body.assessment, body.note)

    @app.get(f"{API}/alarms/{{alarm}}/clip.mp4")
    def clip(alarm: str) -> FileResponse:
        path, start_ms = site.clip(alarm)
        return FileResponse(
            path, media_type="video/mp4", headers={"X-Clip-Start-Ms": str(start_ms), "X-Derived": "remux"}
        )

    @app.get(f"{API}/alarms/{{alarm}}/picture.jpg")
    def picture(alarm: str) -> FileResponse:
        return FileResponse(site.picture(alarm), media_type="image/jpeg")

    @app.get(f"{API}/events")
    def events(camera: str = "", cursor: str = "", limit: int = 50) -> wire.EventPage:
        return wire.EventPage(items=[], next=None)

    @app.get(f"{API}/rules")
    def rules() -> wire.RulesOut:
        return site.rules

    @app.put(f"{API}/rules", response_model=wire.RulesOut, responses=PROBLEMS)
    async def put_rules(body: wire.RulesIn) -> Response | wire.RulesOut:
        if body.version != site.rules.version:
            return problem(409, "Conflict", f"version is {site.rules.version}")
        for index, rule in enumerate(body.rules):
            for key in rule:
                if key not in wire.RuleOut.model_fields:
                    return problem(422, "Unprocessable", "unknown key", f"rules[{index}].{key}")
        return await site.replace_rules(body.rules)

    @app.websocket(f"{API}/feed")
    async def feed(socket: WebSocket, since: int | None = None) -> None:
        await socket.accept()
        queue = site.subscribe(since)
        try:
            while True:
                item = await queue.get()
                await socket.send_text(item.model_dump_json())
        except (WebSocketDisconnect, RuntimeError):
            site.unsubscribe(queue)

    @app.websocket("/live/{camera}")
    async def live(socket: WebSocket, camera: str, quality: str = "main") -> None:
        await socket.accept()
        try:
            if site.offline(camera):
                await socket.send_bytes(pack({"t": "state", "state": "away", "reason": "node offline"}))
                await asyncio.sleep(3600)
            await play(socket, site.video(camera), camera, quality)
        except (WebSocketDisconnect, RuntimeError):
            return


async def play(socket: WebSocket, video: Video, camera: str, quality: str) -> None:
    """Send the looped video as a camera would: from the last keyframe at once, then in real time."""
    init = {"t": "init", "codec": video.codec, "width": video.width, "height": video.height, "fps": video.fps}
    await socket.send_bytes(pack({"t": "state", "state": "live", "reason": ""}))
    await socket.send_bytes(pack({**init, "camera": camera, "quality": quality}))
    index = video.keyframe_before(video.index_at(now()))
    while True:
        packet = video.packets[index % len(video.packets)]
        pts = video.time_of(index)
        await asyncio.sleep(max(0, pts - now()) / 1000)
        await socket.send_bytes(pack({"t": "au", "pts": pts, "key": packet.key, "seq": index}, packet.data))
        if index % video.judged_every == 0:
            tracks = video.tracks_at(index % len(video.packets))
            await socket.send_bytes(pack({"t": "boxes", "pts": pts, "model": "stub", "tracks": tracks}))
        index += 1


def build(options: argparse.Namespace) -> FastAPI:
    site = Scenario(options, Path(tempfile.mkdtemp(prefix="dashboard-stub-")))

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with asyncio.TaskGroup() as tasks:
            ticking = tasks.create_task(site.tick())
            yield
            ticking.cancel()

    app = FastAPI(title="SHT-CCTV", version="1", lifespan=lifespan)

    @app.middleware("http")
    async def headers(request: Request, follow) -> Response:  # type: ignore[no-untyped-def]  # noqa: ANN001
        response: Response = await follow(request)
        response.headers["Content-Security-Policy"] = CSP
        return response

    routes(app, site)
    dist = Path(__file__).parents[1] / "dist"
    if dist.exists():
        app.mount("/", StaticFiles(directory=dist, html=True))
    return app


def options_from(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8480)
    parser.add_argument("--videos", type=Path, help="folder of H.264 MP4 files")
    parser.add_argument("--cameras", type=int, default=4)
    parser.add_argument("--alarms", type=int, default=12)
    parser.add_argument("--every", type=float, default=0, help="raise a new alarm every so many seconds")
    parser.add_argument("--trouble", action="store_true", help="a node is offline and verification is degraded")
    parser.add_argument("--signed-out", action="store_true")
    parser.add_argument("--openapi", action="store_true", help="print the OpenAPI document and leave")
    return parser.parse_args(arguments)


def main() -> None:
    options = options_from(sys.argv[1:])
    app = build(options)
    if options.openapi:
        text = json.dumps(app.openapi(), indent=2, ensure_ascii=False)
        sys.stdout.write(re.sub(r'"operationId": "[^"]*",?\s*', "", text) + "\n")
        return
    uvicorn.run(app, host="127.0.0.1", port=options.port, log_level="warning", ws_per_message_deflate=False)


if __name__ == "__main__":
    time.tzset()
    main()
