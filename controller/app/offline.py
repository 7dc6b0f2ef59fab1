"""Wires the offline verifier: a video file, detectors and a rule file into one report."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from controller.adapters.confined_film import ConfinedFilm
from controller.adapters.rule_file import read_rule_document
from controller.app.detectors import open_models
from controller.core import notices
from controller.core.rulebook import parse_rulebook
from controller.flows.verify_file import FileReport, verify_file
from shared.mint import uuid7
from shared.progress import Terminal, shown


def judge_file(
    video: Path,
    *,
    models: Sequence[str],
    model_folders: Sequence[Path],
    config: Path | None = None,
    rule_file: Path | None,
    sample_fps: float,
    provider: str,
    threads: int,
    timer: Callable[[], float],
    terminal: Terminal,
) -> tuple[FileReport, int]:
    """The report and the video's length in ms; `terminal` sees how far it is. `config`: a site's settings.

    `Rejected` names a bad video, model or rule file.
    """
    rules = () if rule_file is None else parse_rulebook(read_rule_document(rule_file), uuid7).alone()
    with (
        ConfinedFilm(video, threads=threads) as frames,
        open_models(models, model_folders, config, provider, threads) as detectors,
    ):
        models_named = "+".join(d.info.name for d in detectors)
        classes = [name for d in detectors for name in d.info.classes]
        slower = tuple(d.fallback for d in detectors if d.fallback is not None)
        warnings = (*dict.fromkeys(slower), *notices.of_classes(rules, models_named, classes))
        pictures = shown(
            frames.sample(sample_fps), lambda p: p.pts_ms / 1000, frames.promised_ms / 1000, terminal, timer
        )
        report = verify_file(pictures, detectors, rules, uuid7, timer)
        return replace(report, warnings=warnings), frames.duration_ms
