"""Everything that reads code without running it: linters, types, layers, generated pages, dashboard."""

import json
import sys
from concurrent.futures import ThreadPoolExecutor

from scripts.steps import BIN, ROOT, Steps


def web_scripts() -> set[str]:
    """The npm scripts that the dashboard has."""
    package = ROOT / "controller" / "web" / "package.json"
    return set(json.loads(package.read_text(encoding="utf-8"))["scripts"]) if package.exists() else set()


def check(steps: Steps) -> None:
    """Run every check; what fails is in `steps.failed`."""
    with ThreadPoolExecutor(1) as beside:
        types = beside.submit(steps.run, "mypy", [BIN / "mypy"])  # as long as all the others together
        steps.run("ruff check", [BIN / "ruff", "check", "--quiet", "."])
        steps.run("ruff format", [BIN / "ruff", "format", "--check", "--quiet", "."])
        steps.run("import-linter", [BIN / "lint-imports"])
        steps.run("generated pages unchanged", [BIN / "python", "-m", "scripts.reference", "--check"])
        if "check" in web_scripts():
            steps.run("dashboard", [BIN / "python", ROOT / "scripts" / "dashboard.py", "run", "check"])
        types.result()


if __name__ == "__main__":
    all_steps = Steps()
    check(all_steps)
    sys.exit(f"CHECK FAILED: {', '.join(all_steps.failed)}" if all_steps.failed else 0)
