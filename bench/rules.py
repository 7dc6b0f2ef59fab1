"""Times zones against feet, and false alarms of people lying down, over scripted and real pictures."""

import argparse
import json
import random
import statistics
import sys
import time
from pathlib import Path

from controller.app.offline import judge_file
from controller.core.zones import ZoneField
from shared.geometry import Polygon

PEOPLE, ZONES, CORNERS, ROUNDS = 50, 20, 6, 500
RULE = '{"rules": [{"name": "down", "kind": "man_down", "persistence_s": %s}]}'


def geometry() -> dict[str, float]:
    """Milliseconds of one pass of 50 feet over 20 zones of six corners: the median and the 95th of a hundred."""
    dice = random.Random(1)
    zones: list[Polygon] = [tuple((dice.random(), dice.random()) for _ in range(CORNERS)) for _ in range(ZONES)]
    feet = [(dice.random(), dice.random()) for _ in range(PEOPLE)]
    field = ZoneField(zones)
    took_ms = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        field.measure(feet)
        took_ms.append((time.perf_counter() - began) * 1000)
    took_ms.sort()
    return {"median_ms": round(statistics.median(took_ms), 3), "p95_ms": round(took_ms[int(0.95 * ROUNDS)], 3)}


def lying(videos: list[Path], model: str, folders: list[Path], persistence_s: float, rules: Path) -> dict[str, object]:
    """How often pictures in which nobody lies raise one who is down: each alarm is false."""
    rules.write_text(RULE % persistence_s, encoding="utf-8")
    alarms, seconds = {}, 0.0
    for video in videos:
        report, duration_ms = judge_file(
            video,
            models=[model],
            model_folders=folders,
            rule_file=rules,
            sample_fps=5,
            provider="cpu",
            threads=2,
            timer=time.perf_counter,
            terminal=sys.stderr,
        )
        seconds += duration_ms / 1000
        alarms[video.name] = len(report.alarms)
    return {"hours": round(seconds / 3600, 3), "alarms": alarms}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("videos", nargs="*", type=Path, help="clips in which nobody lies on the ground")
    parser.add_argument("--model", default="yard")
    parser.add_argument("--models", type=Path, action="append", default=[])
    parser.add_argument("--persistence", type=float, default=5.0)
    asked = parser.parse_args()
    found: dict[str, object] = {"geometry": geometry()}
    if asked.videos:
        rules = Path("man-down.rules.json")
        found["man_down"] = lying(asked.videos, asked.model, asked.models, asked.persistence, rules)
        rules.unlink()
    sys.stdout.write(json.dumps(found, indent=2) + "\n")


if __name__ == "__main__":
    main()
