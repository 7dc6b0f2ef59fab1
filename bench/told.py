"""What a measurement tells with its figures: on which machine and when, and how its times are spread."""

import json
import os
import platform
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path


def spread(took_ms: Sequence[float]) -> dict[str, float]:
    """Milliseconds: the middle one, the one that 95 % are not above, and the longest."""
    ranked = sorted(took_ms)
    return {
        "p50": round(ranked[len(ranked) // 2], 1),
        "p95": round(ranked[int(len(ranked) * 0.95)], 1),
        "max": round(ranked[-1], 1),
    }


def tell(found: dict[str, object], file: Path | None) -> None:
    """Write the figures with machine and date, as JSON: shown, and into a file where one is wanted."""
    processor = platform.processor() or platform.machine()
    about = {
        "machine": f"{os.cpu_count()} x {processor}, Python {platform.python_version()}",
        "date": f"{datetime.now(UTC):%Y-%m-%d}",
    }
    text = json.dumps({**about, **found}, indent=1)
    if file:
        file.write_text(text, encoding="utf-8")
    sys.stdout.write(text + "\n")
