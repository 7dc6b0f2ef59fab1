"""The whole proof: checks, all tests, the coverage gate; ends with one line that says how it went."""

import argparse
import os
import re
import sys
import time
import xml.etree.ElementTree as ET
from pathlib import Path

from scripts.check import check
from scripts.coverage_gate import judge
from scripts.servers import provide
from scripts.steps import BIN, ROOT, Steps

RESULTS = ROOT / "test-results"


def counts(report: Path) -> str:
    """What the JUnit report counted: passed, failed, skipped."""
    try:
        suite = next(ET.parse(report).getroot().iter("testsuite"))  # noqa: S314  our own file
    except (OSError, ET.ParseError, StopIteration):
        return "no tests ran"
    number = {name: int(suite.get(name, "0")) for name in ("tests", "failures", "errors", "skipped")}
    bad = number["failures"] + number["errors"]
    return f"{number['tests'] - bad - number['skipped']} passed, {bad} failed, {number['skipped']} skipped"


def run_tests(steps: Steps, marked: str) -> None:
    """Run pytest over two processes with branch coverage, and judge the coverage."""
    for stale in ROOT.glob(".coverage*"):
        stale.unlink()
    report = RESULTS / "coverage.json"
    report.unlink(missing_ok=True)
    spread = ["-n", "2", "--dist", "loadgroup"]
    pytest = [
        BIN / "pytest",
        "-q",
        "-m",
        marked,
        *spread,
        f"--junitxml={RESULTS / 'tests.xml'}",
    ]
    covered = ["--cov", "--cov-branch", f"--cov-report=json:{report}", "--cov-report="]
    steps.run("tests", [*pytest, *covered], quiet=False)
    if not judge(report):
        steps.failed.append("coverage")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--long", action="store_true", help="only the long counts")
    long = parser.parse_args().long
    started = time.monotonic()
    RESULTS.mkdir(exist_ok=True)
    absent = provide()
    if not absent:
        os.environ["CCTV_TEST_REQUIRE_SERVERS"] = "1"
    steps = Steps()
    if long:
        command = [
            BIN / "pytest",
            "-q",
            "-m",
            "long",
            f"--junitxml={RESULTS}/tests.xml",
            "--timeout=7200",
        ]
        steps.run("long tests", command, quiet=False)
    else:
        check(steps)
        run_tests(steps, "not long")
    minutes, seconds = divmod(round(time.monotonic() - started), 60)
    without = f" (without {', '.join(absent)})" if absent else ""
    took = f"{counts(RESULTS / 'tests.xml')}{without}, {minutes} min {seconds:02d} s"
    if steps.failed:
        sys.exit(f"TEST FAILED: {', '.join(steps.failed)}; {took}")
    print(re.sub(r"\s+", " ", f"TEST OK: {took}"))


if __name__ == "__main__":
    main()
