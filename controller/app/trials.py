"""Wires trials of rules for the command line: over a video file here, over a camera's past in a worker."""

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from controller.adapters.confined_film import ConfinedFilm
from controller.adapters.database import Database
from controller.adapters.trial_store import SqlTrialStore
from controller.app.detectors import open_models
from controller.app.site import Site
from controller.core import notices
from controller.core.judge import with_camera
from controller.core.records import Rule
from controller.core.trial_run import Trial
from controller.core.trial_wish import Source
from controller.flows.trial_report import report
from controller.flows.try_rules import TryRules
from controller.flows.verify_file import CAMERA, try_on_pictures
from controller.ports import State
from shared.clock import SystemClock
from shared.errors import Transient
from shared.ids import SiteId, parse_camera
from shared.mint import uuid7
from shared.progress import Terminal, shown

_POLL_MS = 300
_OVER = ("done", "failed", "cancelled")


def try_on_file(
    video: Path,
    tried: Sequence[Rule],
    in_force: Sequence[Rule],
    *,
    starts_at_ms: int,
    models: Sequence[str],
    model_folders: Sequence[Path],
    config: Path | None = None,
    sample_fps: float,
    provider: str,
    threads: int,
    timer: Callable[[], float],
    terminal: Terminal,
) -> State:
    """TrialResultOut of rules over a video whose first picture was taken at `starts_at_ms`.

    `config`: a site's settings, which say to which serving clusters pictures may go.
    """
    with (
        ConfinedFilm(video, threads=threads) as frames,
        open_models(models, model_folders, config, provider, threads) as detectors,
    ):
        classes = tuple(dict.fromkeys(name for d in detectors for name in d.info.classes))
        trial = Trial(CAMERA, with_camera(tried, CAMERA), with_camera(in_force, CAMERA), classes)
        pictures = shown(
            frames.sample(sample_fps), lambda p: p.pts_ms / 1000, frames.promised_ms / 1000, terminal, timer
        )
        judged_ms = try_on_pictures(pictures, detectors, trial, starts_at_ms)
        slower = dict.fromkeys(d.fallback for d in detectors if d.fallback is not None)
        deaf = notices.of_classes(tried, "+".join(d.info.name for d in detectors), classes)
        return report(
            "video",
            trial.changes(),
            rules_version=None,
            judged_ms=judged_ms,
            unanswered=(),
            warnings=(*slower, *deaf),
        )


async def rules_in_force(site: Site, camera: str) -> tuple[Rule, ...]:
    """The enabled rules of a camera that is compared with."""
    database = Database(site.settings.database())
    try:
        store = SqlTrialStore(database, SystemClock(), SiteId(site.settings.site))
        _, rules = await store.rules(parse_camera(camera, "--camera"))
    finally:
        await database.close()
    return rules


async def try_on_camera(
    site: Site,
    document: dict[str, Any],
    camera: str,
    from_ms: int,
    to_ms: int,
    source: Source,
    who: str,
    *,
    wait_s: float,
    told: Callable[[State], None],
) -> State:
    """TrialDetailOut of rules over a camera's past, once a worker has run it; `told` hears how far it is.

    Given up, or not begun or over in `wait_s` (`Transient`), it is cancelled.
    """
    database, clock = Database(site.settings.database()), SystemClock()
    try:
        book = SqlTrialStore(database, clock, SiteId(site.settings.site))
        made = await TryRules(book, None, clock, uuid7).make(document, camera, from_ms, to_ms, source, who)
        try:
            async with asyncio.timeout(wait_s):
                while True:
                    found = await book.one(made["id"])
                    told(found["trial"])
                    if found["trial"]["state"] in _OVER:
                        return found
                    await clock.sleep_ms(_POLL_MS)
        except TimeoutError:
            raise Transient(f"no worker was done with it in {wait_s:g} s: see whether one runs") from None
        finally:
            await book.cancel(made["id"])
    finally:
        await database.close()
