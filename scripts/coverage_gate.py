"""Judges a coverage report: 80 % of all branches, 90 % where the product decides and verifies."""

import fnmatch
import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

WHOLE_PERCENT = 80.0
# Each row: files, least percent of lines and branches covered.
PARTS = (
    ("edge_agent/core/*.py", 90.0),
    ("controller/core/*.py", 90.0),
    ("controller/flows/verify*.py", 90.0),
)


def percent(summaries: Iterable[dict[str, Any]]) -> float | None:
    """Covered lines and branches of all there are, in percent; None where there is nothing to cover."""
    covered = total = 0
    for summary in summaries:
        covered += summary["covered_lines"] + summary["covered_branches"]
        total += summary["num_statements"] + summary["num_branches"]
    return 100.0 * covered / total if total else None


def judge(report: Path) -> bool:
    """Print each part's figure and return whether all are high enough; no report is a failure."""
    try:
        files = json.loads(report.read_text(encoding="utf-8"))["files"]
    except (OSError, ValueError, KeyError) as error:
        print(f"coverage: no report to judge ({error})")
        return False
    good = True
    for pattern, least in (("*", WHOLE_PERCENT), *PARTS):
        value = percent(row["summary"] for name, row in files.items() if fnmatch.fnmatch(name, pattern))
        enough = value is None or value >= least
        good = good and enough
        shown = "nothing yet" if value is None else f"{value:.1f} %"
        print(f"coverage {pattern:<30} {shown:>12}  (least {least:.0f} %){'' if enough else '  TOO LOW'}")
    return good


if __name__ == "__main__":
    sys.exit(0 if judge(Path(sys.argv[1])) else 1)
