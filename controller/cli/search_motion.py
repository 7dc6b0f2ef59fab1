"""`cctv search motion`: when something moved in a part of a camera's picture. Exit code 1: it never did."""

import asyncio
from typing import Annotated, Any

import typer

from controller.api.motion_schemas import MotionSearchIn
from controller.app.search import open_motion
from controller.cli import told
from controller.cli.export import AsJson, Data, site_of
from controller.cli.search import Column, Cursor, From, Hours, Limit, To, asked_as, common, say_page, search, utc
from controller.flows.search_motion import SearchMotion
from controller.ports import State

_COLUMNS: tuple[Column, ...] = (
    ("UTC", lambda one: utc(one["start_ms"])),
    ("LASTED_S", lambda one: f"{(one['end_ms'] - one['start_ms']) / 1000:.1f}"),
    ("MOST_AT", lambda one: utc(one["peak_ms"])),
    ("SHARE", lambda one: f"{one['share']:.0%}"),
)


@search.command("motion")
@told
def motion(
    camera: Annotated[str, typer.Option("--camera", help="node.camera.")],
    region: Annotated[str, typer.Option("--region", help='Corners, 0..1 of the picture: "0.1,0.4 0.6,0.4 0.6,0.9".')],
    share: Annotated[float, typer.Option("--share", help="How much of the region moved at once, at least: 0..1.")] = 0,
    apart_s: Annotated[float, typer.Option("--apart", help="What is so near is told as one, s.")] = 10,
    start: From = None,
    end: To = None,
    hours: Hours = None,
    limit: Limit = 50,
    cursor: Cursor = None,
    as_json: AsJson = False,
    data: Data = None,
) -> None:
    """Find when something moved in a part of a camera's picture, newest first."""
    given = {"camera": camera, "region": region, "share": share, "apart_s": apart_s, "hours": hours}
    asked = asked_as(MotionSearchIn, common(start, end, **given, limit=limit, cursor=cursor))
    page = asyncio.run(_find(data, asked))
    say_page(page, _COLUMNS, as_json=as_json, why=_why(page))


async def _find(data: Any, asked: MotionSearchIn) -> State:
    """A page that found nothing yet is looked on from: whoever waits at a terminal waits for the answer."""
    async with open_motion(site_of(data)) as past:
        window = past.window(asked.from_ms, asked.to_ms, asked.minutes())
        return await _until_found(past, asked.search(window), asked)


async def _until_found(past: SearchMotion, wanted: Any, asked: MotionSearchIn) -> State:
    page = await past.find(wanted, asked.cursor, asked.limit)
    while len(page["items"]) < asked.limit and page["next"]:
        more = await past.find(wanted, page["next"], asked.limit - len(page["items"]))
        page = {**more, "items": [*page["items"], *more["items"]]}
    return page


def _why(page: State) -> str:
    """What a stranger would not think of when nothing was found."""
    if page["told_from_ms"] is None:
        return "its node never told where something moved"
    if page["told_from_ms"] >= page["to_ms"]:
        return f"its node tells where something moved since {utc(page['told_from_ms'])} UTC only"
    if page["masked"] > 0:
        return f"masks hide {page['masked']:.0%} of the region"
    return ""
