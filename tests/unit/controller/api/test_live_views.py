"""The route of a camera's newest picture: its time, that having none is no fault, and who saw it."""

from types import SimpleNamespace
from typing import Any, cast

import httpx
from fastapi import Depends, FastAPI, Request

from controller.api.auth import Caller
from controller.api.errors import add_error_handlers
from controller.api.live_views import live_view_routes
from controller.core.grants import EVERYTHING
from controller.core.viewing import Look
from controller.flows.still_pictures import Still
from tests.builders import T0
from tests.fakes.site import HandClock


class Stills:
    """A picture of the yard, none of the door."""

    async def newest(self, camera: str) -> Still | None:
        return Still(b"jpeg", T0, "node") if camera == "gate.yard" else None


async def test_a_picture_tells_when_it_was_taken_and_none_is_no_fault() -> None:
    looked: list[Look] = []

    def kim(request: Request) -> None:
        request.state.clear = EVERYTHING
        request.state.caller = Caller(cast("Any", SimpleNamespace(name="kim")), cast("Any", None), HandClock().now())

    app = FastAPI(dependencies=[Depends(kim)])
    add_error_handlers(app)
    parts = SimpleNamespace(stills=Stills(), views=SimpleNamespace(looks=looked.append))
    app.include_router(live_view_routes(cast("Any", parts)))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1") as client:
        there = await client.get("/cameras/gate.yard/picture.jpg")
        told = (there.content, there.headers["x-picture-ms"], there.headers["content-type"])
        assert told == (b"jpeg", str(T0), "image/jpeg")
        assert (await client.get("/cameras/gate.door/picture.jpg")).status_code == 204
        assert (await client.get("/cameras/door/picture.jpg")).status_code == 422
    assert looked == [Look("kim", "127.0.0.1", "live.view", "gate.yard")]
