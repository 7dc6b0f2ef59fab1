"""Builds the node's own server: every route behind the guard, errors as problem+json."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from fastapi import FastAPI

from edge_agent.api.cameras import camera_routes
from edge_agent.api.guard import Guard
from edge_agent.api.problems import add_error_handlers
from edge_agent.api.state import state_routes
from edge_agent.core.door import Door
from edge_agent.core.listen import Listen
from edge_agent.flows.observe import Observation
from edge_agent.flows.play_back import Playback
from edge_agent.flows.take_snapshot import Snapshots
from edge_agent.ports import CameraFeed
from shared.clock import Clock
from shared.ids import CameraId


@dataclass(frozen=True, slots=True)
class Parts:
    """What the routes need."""

    door: Door
    listen: Listen
    names: Collection[str]
    feeds: Mapping[CameraId, CameraFeed]
    observation: Observation
    snapshots: Snapshots
    playback: Playback
    clock: Clock


def build_server(parts: Parts) -> Guard:
    """The whole application; nothing is global, nothing happens at import."""
    app = FastAPI(title="SHT-CCTV node", openapi_url=None, docs_url=None, redoc_url=None)
    add_error_handlers(app)
    app.include_router(state_routes(parts.observation, parts.door, parts.clock))
    app.include_router(camera_routes(parts.feeds, parts.snapshots, parts.playback))
    return Guard(app, parts.door, parts.listen, parts.names, parts.clock)
