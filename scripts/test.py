"""The whole proof: checks, all tests, the coverage gate; ends with one line that says how it went."""

import argparse
import os
import re
import sys
import time
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from scripts.check import check
from scripts.coverage_gate import judge
from scripts.servers import provide
from scripts.steps import BIN, ROOT, Steps

RESULTS = ROOT / "test-results"
PARTS, SERVERS, WHOLE, LONG = (RESULTS / f"{name}.xml" for name in ("parts", "servers", "whole", "long"))


def counts(reports: Sequence[Path]) -> str:
    """What the JUnit reports counted: passed, failed, skipped."""
    number: Counter[str] = Counter()
    for report in reports:
        try:
            suite = next(ET.parse(report).getroot().iter("testsuite"))  # noqa: S314  our own file
        except (OSError, ET.ParseError, StopIteration):
            return f"no tests ran ({report.name} is missing)"
        number.update({name: int(suite.get(name, "0")) for name in ("tests", "failures", "errors", "skipped")})
    bad = number["failures"] + number["errors"]
    return f"{number['tests'] - bad - number['skipped']} passed, {bad} failed, {number['skipped']} skipped"


def run_tests(steps: Steps) -> None:
    """Run pytest and judge the branch coverage.

    What needs no server is traced: a line counts as covered where a test looks at it, not where some process ran it.
    Then, untraced (tracing doubles their time), what needs servers; last, whole systems, two at a time:
    a file's tests one after another, because they share a site, and what one leaves there the next one sees.
    Of parts three run at a time, though a machine may have two cores only: many of them wait.
    """
    for stale in ROOT.glob(".coverage*"):
        stale.unlink()
    report = RESULTS / "coverage.json"
    report.unlink(missing_ok=True)
    pytest = [BIN / "pytest", "-q"]
    covered = ["--cov", "--cov-branch", f"--cov-report=json:{report}", "--cov-report="]
    grouped = ["--dist", "loadgroup"]
    for name, which, how in (
        ("tests of parts", "not integration and not e2e", [f"--junitxml={PARTS}", "-n", "3", *grouped, *covered]),
        (
            "tests with servers",
            "integration",
            [f"--junitxml={SERVERS}", "-n", "2", *grouped, "tests/integration", "tests/contract"],
        ),
        (
            "tests of the whole",
            "e2e",
            [f"--junitxml={WHOLE}", "-p", "no:randomly", "-n", "2", "--dist", "loadfile", "tests/e2e"],
        ),
    ):
        steps.run(name, [*pytest, "-m", f"not long and {which}", *how], quiet=False)
    if not judge(report):
        steps.failed.append("coverage")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--long", action="store_true", help="only the long counts")
    long = parser.parse_args().long
    started = time.monotonic()
    RESULTS.mkdir(exist_ok=True)
    for stale in RESULTS.glob("*.xml"):
        stale.unlink()
    absent = provide()
    if not absent:
        os.environ["CCTV_TEST_REQUIRE_SERVERS"] = "1"
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # else every process compiles what it imports
    steps = Steps()
    if long:
        command = [
            BIN / "pytest",
            "-q",
            "-m",
            "long",
            f"--junitxml={LONG}",
            "--timeout=7200",
        ]
        steps.run("long tests", command, quiet=False)
    else:
        check(steps)
        run_tests(steps)
    minutes, seconds = divmod(round(time.monotonic() - started), 60)
    without = f" (without {', '.join(absent)})" if absent else ""
    took = f"{counts([LONG] if long else [PARTS, SERVERS, WHOLE])}{without}, {minutes} min {seconds:02d} s"
    if steps.failed:
        sys.exit(f"TEST FAILED: {', '.join(steps.failed)}; {took}")
    print(re.sub(r"\s+", " ", f"TEST OK: {took}"))


if __name__ == "__main__":
    main()
