"""Wires the offline verifier: a video file, detectors and a rule file into one report."""

from collections.abc import Callable, Sequence
from pathlib import Path

import structlog

from controller.adapters.detector import load_detector
from controller.adapters.frames import VideoFile
from controller.adapters.rule_file import read_rule_document
from controller.core.classes import names_one_of
from controller.core.ppe import canonical_item, items_known
from controller.core.records import Rule
from controller.core.rulebook import parse_rules
from controller.flows.verify_file import FileReport, verify_file
from controller.ports import ModelInfo
from shared.mint import uuid7
from shared.progress import Terminal, shown

log = structlog.get_logger("verify")


def judge_file(
    video: Path,
    *,
    models: Sequence[str],
    model_folders: Sequence[Path],
    rule_file: Path | None,
    sample_fps: float,
    provider: str,
    threads: int,
    timer: Callable[[], float],
    terminal: Terminal,
) -> tuple[FileReport, int]:
    """The report and the video's length in ms; `terminal` sees how far it is.

    `Rejected` names a bad video, model or rule file.
    """
    rules = () if rule_file is None else parse_rules(read_rule_document(rule_file), uuid7)
    with VideoFile(video, threads=threads) as frames:
        detectors = [
            load_detector(model, folders=model_folders, provider=provider, threads=threads) for model in models
        ]
        warn_of_deaf_rules(rules, [d.info for d in detectors])
        pictures = shown(
            frames.sample(sample_fps), lambda p: p.pts_ms / 1000, frames.promised_ms / 1000, terminal, timer
        )
        report = verify_file(pictures, detectors, rules, uuid7, timer)
        return report, frames.duration_ms


def warn_of_deaf_rules(rules: Sequence[Rule], models: Sequence[ModelInfo]) -> None:
    """Say which rules can never fire because no model knows what they look for."""
    classes = {name for info in models for name in info.classes}
    items = items_known(tuple(classes))
    for rule in rules:
        if not any(names_one_of(name, rule.classes) for name in classes):
            log.warning("no model knows the rule's classes", rule=rule.name, classes=rule.classes)
        missing = [name for name in rule.required if canonical_item(name) not in items]
        if missing:
            log.warning("no model knows the rule's equipment: never alarms", rule=rule.name, required=missing)
