"""Wires the demo: a fresh site, its rules, one node with rendered or replayed cameras, all under one supervisor."""

import asyncio
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from controller.adapters.dashboard_client import DashboardClient
from controller.adapters.database import Database
from controller.adapters.people_store import PeopleStore
from controller.adapters.secret_files import write_secret
from controller.adapters.session_store import SqlSessions
from controller.adapters.sessions import Keyring
from controller.adapters.supervisor import Child
from controller.app.embedded import children_of, make_ready, supervise
from controller.app.nodes import enrol_node
from controller.app.people import apply_rules, rules_history
from controller.app.site import Site, prepare_site
from controller.core.demo_rules import rules_for_scenes, rules_for_videos
from controller.core.node_file import NodeCamera
from controller.flows.first_alarm import first_alarm
from shared.clock import SystemClock
from shared.errors import Broken, Rejected

SCENES = (("yard", "scene://yard?seed=7"), ("gate", "scene://gate?seed=11"))
NODE = "demo"
_WITNESS = "demo-witness"
_CLIP_WAIT_S = 30.0


@dataclass(frozen=True, slots=True)
class DemoWish:
    """What the command line asked for."""

    data_dir: Path
    port: int | None
    videos: tuple[str, ...]
    model: str | None
    fps: int | None = None
    """Of the rendered cameras; None: as they come."""


@dataclass(frozen=True, slots=True)
class Demo:
    """A prepared demo."""

    site: Site
    node_file: Path
    login_url: str | None  # None: somebody has set a password already


async def prepare_demo(wish: DemoWish) -> Demo:
    """Make the site, the first login, the rules and the node."""
    if find_spec("edge_agent") is None or find_spec("httpx") is None:
        raise Rejected("demo", "needs the node's part too: install with the extra 'edge'")
    site = prepare_site(wish.data_dir, site="demo", port=wish.port, demo=True, model=wish.model)
    code = await make_ready(site)
    shown = tuple((f"video-{i}", video) for i, video in enumerate(wish.videos, 1)) or scenes(wish.fps)
    cameras = tuple(NodeCamera(name, source) for name, source in shown)
    if all(version["who"] == "demo" for version in await rules_history(site)):  # nobody changed what the demo set
        rules = rules_for_videos() if wish.videos else rules_for_scenes(await scene_zones())
        await apply_rules(site, {"rules": rules}, None, "demo")
    node_file = wish.data_dir / "node.toml"
    write_secret(node_file, await enrol_node(site, NODE, cameras, "demo", renew=True))
    login_url = None if code is None else f"{site.settings.base_url}/#/login?code={code}"
    return Demo(site, node_file, login_url)


def demo_children(demo: Demo, *, log_files: bool) -> list[Child]:
    """The controller's roles, then the node."""
    edge = (sys.executable, "-m", "edge_agent.cli", "run", "--config", str(demo.node_file))
    log_file = demo.site.log_dir / "node.log" if log_files else None
    return [*children_of(demo.site, log_files=log_files), Child("node", edge, 2, log_file)]


async def run_demo(demo: Demo, told: Callable[[], None]) -> None:
    """Run until Ctrl-C; `told` is called when everything is ready."""
    ready = asyncio.Event()
    announcing = asyncio.create_task(_when(ready, told))
    try:
        await supervise(demo.site, demo_children(demo, log_files=True), on_ready=ready)
    finally:
        announcing.cancel()


async def run_until_alarm(demo: Demo, timeout_s: float) -> dict[str, Any] | None:
    """Run headless until the first alarm (None: none came in time), then stop everything."""
    client = DashboardClient(demo.site.settings.base_url, await witness_cookie(demo.site), SystemClock())
    ready = asyncio.Event()
    running = asyncio.create_task(supervise(demo.site, demo_children(demo, log_files=True), on_ready=ready))
    watching = asyncio.create_task(_watch(client, ready, timeout_s))
    try:
        await asyncio.wait({running, watching}, return_when=asyncio.FIRST_COMPLETED)
        if not watching.done():
            await running  # raises why it could not run
            raise Broken("the demo ended before an alarm")
        return watching.result()
    finally:
        watching.cancel()
        running.cancel()
        await asyncio.gather(running, watching, return_exceptions=True)


async def _watch(client: DashboardClient, ready: asyncio.Event, timeout_s: float) -> dict[str, Any] | None:
    try:
        async with asyncio.timeout(timeout_s):
            await ready.wait()
            return await first_alarm(client, _CLIP_WAIT_S)
    except TimeoutError:
        return None


async def _when(ready: asyncio.Event, told: Callable[[], None]) -> None:
    await ready.wait()
    told()


async def witness_cookie(site: Site) -> str:
    """A viewer's session for ourselves: the headless demo sees what a browser sees."""
    clock, database = SystemClock(), Database(site.settings.database())
    try:
        people = PeopleStore(database, clock)
        if await people.user(_WITNESS) is None:
            await people.add_user(_WITNESS, "viewer", password_hash=None, must_set_password=False, who="demo")
        user = await people.user(_WITNESS)
        if user is None:
            raise Broken("the demo's witness is not in the database")
        keyring, lasting = Keyring(site.session_key(), clock), site.settings.login.lasting
        login = keyring.new_session(user.name, lasting.longest)
        await SqlSessions(database, clock, lasting).begin(login, user.session_epoch, "", "demo")
        return keyring.sign_session(login)
    finally:
        await database.close()


def scenes(fps: int | None) -> tuple[tuple[str, str], ...]:
    """Name and source of the rendered cameras."""
    return SCENES if fps is None else tuple((name, f"{url}&fps={fps}") for name, url in SCENES)


async def scene_zones() -> list[tuple[str, list[list[float]]]]:
    """The danger zones that are painted on the scenes' ground, asked of the node's part."""
    return list(await asyncio.gather(*(_zone(name, url) for name, url in SCENES)))


async def _zone(name: str, url: str) -> tuple[str, list[list[float]]]:
    argv = (sys.executable, "-m", "edge_agent.cli", "scene", url, "--json")
    process = await asyncio.create_subprocess_exec(*argv, stdout=asyncio.subprocess.PIPE)
    output, _ = await process.communicate()
    if process.returncode != 0:
        raise Broken(f"the scene {url} cannot be described")
    return f"{NODE}.{name}", json.loads(output)["danger_zone"]
