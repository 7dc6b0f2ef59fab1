"""The built dashboard: static files, the only anonymous pages."""

from pathlib import Path

from fastapi import FastAPI
from fastapi.responses import PlainTextResponse
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

_MISSING = (
    "The dashboard is not built: run `make setup` (or `npm run build` in controller/web). The API is at /api/v1.\n"
)


class _Pages(StaticFiles):
    """The page routes behind `#`, so a path that is no file is nothing."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        answer = await super().get_response(path, scope)
        lasting = path.startswith("assets/")
        answer.headers["Cache-Control"] = "public, max-age=31536000, immutable" if lasting else "no-cache"
        return answer


def add_dashboard(app: FastAPI, folder: Path) -> None:
    """Serve `folder` at `/`, or say how to build it."""
    if (folder / "index.html").is_file():
        app.mount("/", _Pages(directory=folder, html=True), name="dashboard")
        return

    async def missing(scope: Scope, receive: object, send: object) -> None:
        del receive
        answer = PlainTextResponse(_MISSING, 200 if scope["path"] == "/" else 404)
        await answer(scope, None, send)  # type: ignore[arg-type]  # a plain answer reads nothing

    app.mount("/", missing, name="dashboard")
