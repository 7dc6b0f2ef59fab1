"""From the scene's truth to the alarm on the WebSocket: how long, over N intrusions, with the whole demo running.

The condition's time is the scene's own: a person's foot point inside the painted zone for the rule's persistence.
Besides, the API is asked twenty times a second while the worker judges: its answer times are told too.
Run it on a machine with nothing else to do: `python bench/alarm_latency.py --events 30 --json FILE`.
"""

import argparse
import asyncio
import contextlib
import json
import os
import platform
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from controller.adapters.dashboard_client import DashboardClient
from controller.app.demo import SCENES, Demo, DemoWish, demo_children, prepare_demo, scene_zones, witness_cookie
from controller.app.embedded import supervise
from controller.app.people import apply_rules
from controller.app.site import open_site
from controller.core.demo_rules import rules_for_scenes
from edge_agent.core.scene import Scene, parse_scene_url
from shared.clock import SystemClock
from shared.geometry import contains

PERSISTENCE_MS = 2000
COOLDOWN_MS = 15_000
STEP_MS = 66
NEAR_MS = 8000


def condition_times(scene: Scene, lasting_ms: int) -> list[int]:
    """Scene times (ms) at which somebody had stood in the danger zone for the persistence."""
    zone = scene.danger_zone
    inside_since: dict[int, int] = {}
    told: set[int] = set()
    found = []
    for t_ms in range(0, lasting_ms, STEP_MS):
        now_inside = set()
        for actor in scene.truth(t_ms):
            x1, _, x2, y2 = actor.box
            if actor.kind == "person" and contains(zone, ((x1 + x2) / 2, y2)):
                now_inside.add(actor.id)
        for actor_id in set(inside_since) - now_inside:
            del inside_since[actor_id]
            told.discard(actor_id)
        for actor_id in now_inside:
            since = inside_since.setdefault(actor_id, t_ms)
            if actor_id not in told and t_ms - since >= PERSISTENCE_MS:
                told.add(actor_id)
                found.append(since + PERSISTENCE_MS)
    return found


def scene_starts(log: Path) -> dict[str, int]:
    """When each scene began, Unix ms, from the node's log."""
    starts = {}
    for line in log.read_text(encoding="utf-8").splitlines():
        if '"scene begins"' in line:
            told = json.loads(line)
            starts[told["camera"]] = told["start_ms"]
    return starts


async def ask_api(base_url: str, cookie: str, answers_ms: list[float]) -> None:
    """Ask for the alarm list twenty times a second."""
    async with httpx.AsyncClient(base_url=base_url, headers={"Cookie": f"cctv_session={cookie}"}) as client:
        while True:
            started = time.perf_counter()
            answer = await client.get("/api/v1/alarms?limit=20")
            answer.raise_for_status()
            answers_ms.append((time.perf_counter() - started) * 1000)
            await asyncio.sleep(0.05)


@asynccontextmanager
async def language_model(behaviour: str, asked: list[str]) -> AsyncIterator[int]:
    """A chat endpoint on a free port that answers at once, after 5 s, never, or with garbage."""
    content = json.dumps({"choices": [{"message": {"content": "somebody stands in the zone"}}]}).encode()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            head = await reader.readuntil(b"\r\n\r\n")
            await reader.readexactly(int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0]))
            asked.append(behaviour)
            await asyncio.sleep({"slow": 5, "silent": 3600}.get(behaviour, 0))
            body = b"<garbage>" if behaviour == "garbage" else content
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\nConnection: close\r\n\r\n" % len(body) + body)
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


def with_language_model(demo: Demo, port: int) -> Demo:
    """The same demo, with every alarm described and a next step drafted by the model at `port`."""
    section = f'\n[enrich]\ndescribe = true\ndraft = true\nmodel = "bench"\nurl = "http://127.0.0.1:{port}/v1"\n'
    file = demo.site.config_file
    file.write_text(file.read_text(encoding="utf-8") + section, encoding="utf-8")
    return replace(demo, site=open_site(file))


async def measure(home: Path, events: int, model: str | None, limit_s: float, behaviour: str | None) -> dict[str, Any]:
    """Run the demo until `events` intrusions were alarmed, beside a language model that behaves like that."""
    demo = await prepare_demo(DemoWish(home, None, (), model))
    quick = [rule | {"cooldown_s": COOLDOWN_MS / 1000} for rule in rules_for_scenes(await scene_zones())]
    await apply_rules(demo.site, {"rules": quick}, None, "bench")  # the demo's own are calm: one alarm for many
    asked: list[str] = []
    if behaviour is None:
        return await watch(demo, events, limit_s)
    async with language_model(behaviour, asked) as port:
        found = await watch(with_language_model(demo, port), events, limit_s)
    return {**found, "language_model": behaviour, "asked_of_it": len(asked)}


async def watch(demo: Demo, events: int, limit_s: float) -> dict[str, Any]:
    """The figures of one run."""
    cookie = await witness_cookie(demo.site)
    client = DashboardClient(demo.site.settings.base_url, cookie, SystemClock())
    ready = asyncio.Event()
    answers_ms: list[float] = []
    seen: dict[str, tuple[str, int, int, bool]] = {}
    running = asyncio.create_task(supervise(demo.site, demo_children(demo, log_files=True), on_ready=ready))
    await ready.wait()
    asking = asyncio.create_task(ask_api(demo.site.settings.base_url, cookie, answers_ms))
    try:
        async with asyncio.timeout(limit_s):
            async for item, arrived_ms in client.feed():
                alarm = item["data"]
                if item["kind"] == "alarm" and alarm["kind"] == "zone_intrusion" and alarm["id"] not in seen:
                    seen[alarm["id"]] = (alarm["camera"], arrived_ms, alarm["condition_ms"], alarm["late"])
                    sys.stderr.write(f"\r{len(seen)} of {events} ")
                    if len(seen) >= events:
                        break
    except TimeoutError:
        sys.stderr.write("not all events came in time\n")
    finally:
        asking.cancel()
        running.cancel()
        await asyncio.gather(asking, running, return_exceptions=True)
    return report(seen, scene_starts(demo.site.log_dir / "node.log"), answers_ms)


def report(
    seen: dict[str, tuple[str, int, int, bool]], starts: dict[str, int], answers_ms: Sequence[float]
) -> dict[str, Any]:
    truth = {}
    for name, url in SCENES:
        camera = f"demo.{name}"
        if camera in starts:
            lasting_ms = max((row[1] for row in seen.values()), default=starts[camera]) - starts[camera]
            times = condition_times(Scene(*parse_scene_url(url)[:2]), lasting_ms)
            truth[camera] = [starts[camera] + t for t in times]
    from_truth, from_tracker, unmatched = [], [], 0
    covered: dict[str, int] = {}
    for camera, arrived_ms, condition_ms, late in sorted(seen.values(), key=lambda row: row[1]):
        # The earliest condition that the alarm before does not cover: of several near ones, the worst for us.
        after = max(covered.get(camera, 0), arrived_ms - NEAR_MS)
        fulfilled = [t for t in truth.get(camera, []) if after < t <= arrived_ms + 500]
        covered[camera] = arrived_ms + COOLDOWN_MS
        if late or not fulfilled:
            unmatched += 1
            continue
        from_truth.append(arrived_ms - min(fulfilled))
        from_tracker.append(arrived_ms - condition_ms)
    return {
        "machine": f"{os.cpu_count()} x {processor()}, Python {platform.python_version()}",
        "date": datetime.now(UTC).date().isoformat(),
        "alarms": len(seen),
        "without_a_matching_truth": unmatched,
        "condition_to_alarm_ms": spread(from_truth),
        "condition_as_tracked_to_alarm_ms": spread(from_tracker),
        "motion_to_alarm_ms_at_least": PERSISTENCE_MS + (spread(from_truth) or {"p50": 0})["p50"],
        "api_answer_ms": spread(answers_ms),
    }


def processor() -> str:
    """The processor's name, as the kernel tells it."""
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    named = (line.partition(":")[2].strip() for line in lines if line.startswith(("model name", "Model")))
    return next(named, platform.machine())


def spread(values: Sequence[float]) -> dict[str, float] | None:
    """Minimum, median, 95th percentile, maximum and count."""
    if not values:
        return None
    ordered = sorted(values)
    p95 = ordered[min(len(ordered) - 1, round(0.95 * (len(ordered) - 1)))]
    return {
        "min": round(ordered[0], 1),
        "p50": round(statistics.median(ordered), 1),
        "p95": round(p95, 1),
        "max": round(ordered[-1], 1),
        "n": len(ordered),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=30)
    parser.add_argument("--limit-s", type=float, default=1500)
    parser.add_argument("--model")
    parser.add_argument(
        "--language-model",
        choices=("answers", "slow", "silent", "garbage"),
        help="have every alarm described and a step drafted by a model: at once, after 5 s, never, or nonsense",
    )
    parser.add_argument("--json", type=Path, help="write the figures here too")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="cctv-bench-") as home:
        found = asyncio.run(measure(Path(home), given.events, given.model, given.limit_s, given.language_model))
    text = json.dumps(found, indent=1)
    print(text)
    if given.json is not None:
        given.json.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
