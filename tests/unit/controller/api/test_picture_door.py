"""No picture leaves a route that did not say that it has any, whatever its author forgot."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from fastapi import FastAPI, Request, Response
from fastapi.responses import RedirectResponse

from controller.api.picture_door import DERIVED, PictureDoor

JPEG = b"\xff\xd8\xff\xe0 a face"


def app_of(answer: Callable[[], Response], pictures: str | None) -> FastAPI:
    app = FastAPI()
    app.add_middleware(PictureDoor, prefix="/api/")

    @app.get("/api/of")
    @app.get("/elsewhere")
    async def of(request: Request) -> Any:
        if pictures is not None:
            request.state.pictures = pictures
        return answer()

    return app


async def ask(app: FastAPI, path: str = "/api/of") -> httpx.Response:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1") as client:
        return await client.get(path)


@pytest.mark.parametrize("kind", ["image/jpeg", "video/mp4", "application/octet-stream", "application/zip", "x/y"])
async def test_only_a_route_that_was_asked_for_clear_pictures_answers_with_one(kind: str) -> None:
    def answer() -> Response:
        return Response(JPEG, media_type=kind)

    assert (await ask(app_of(answer, "clear"))).content == JPEG
    for forgotten in ("none", "derived", None):
        shut = await ask(app_of(answer, forgotten))
        assert (shut.status_code, b"face" in shut.content) == (403, False)
        assert shut.json()["said"] == {"code": "needs_right", "params": {"right": "clear"}}
    assert (await ask(app_of(answer, None), "/elsewhere")).content == JPEG


@pytest.mark.parametrize(
    ("said", "sent"),
    [(None, "private, no-cache"), ("private, max-age=3600", "private, no-cache"), ("no-store", "no-store")],
)
async def test_a_clear_picture_is_asked_for_again_whatever_its_route_forgot(said: str | None, sent: str) -> None:
    headers = {} if said is None else {"Cache-Control": said}
    shown = await ask(app_of(lambda: Response(JPEG, media_type="image/jpeg", headers=headers), "clear"))
    assert shown.headers["cache-control"] == sent


async def test_what_is_derived_and_what_is_text_passes() -> None:
    derived = Response(b"blocks", media_type="image/jpeg", headers={"X-Derived": DERIVED})
    assert (await ask(app_of(lambda: derived, "derived"))).content == b"blocks"
    remuxed = Response(JPEG, media_type="video/mp4", headers={"X-Derived": "remux"})
    assert (await ask(app_of(lambda: remuxed, "derived"))).status_code == 403
    for kind in ("application/json", "text/csv; charset=utf-8", "application/problem+json"):
        plain = Response(b"{}", media_type=kind)
        assert (await ask(app_of(lambda plain=plain: plain, None))).status_code == 200  # type: ignore[misc]
    assert (await ask(app_of(lambda: Response(status_code=204), None))).status_code == 204


async def test_what_says_nothing_of_its_kind_is_a_picture_unless_it_is_empty() -> None:
    assert (await ask(app_of(lambda: Response(JPEG), "none"))).status_code == 403
    assert (await ask(app_of(lambda: Response(status_code=204), "none"))).status_code == 204
    assert (await ask(app_of(lambda: RedirectResponse("/x"), "none"))).status_code == 307
