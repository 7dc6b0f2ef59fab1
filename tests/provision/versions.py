"""This tree as another version: a release's folder with a wheel of its own, spoiled where a test wants it."""

import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from tests.repo.tree import ROOT


def other_version(release: Path, folder: Path, version: str, spoil: Mapping[str, str] | None = None) -> Path:
    """The same release under another version; `spoil`: files of its code, and what stands in them instead."""
    copy, out = folder / "copy", folder / "release"
    shutil.copytree(release, out)
    for name in ("shared", "edge_agent", "controller", "firmware_config", "scripts"):
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("node_modules", "__pycache__"))
    for name in ("pyproject.toml", "hatch_build.py", "README.md", "LICENSE", ".gitignore"):
        shutil.copy(ROOT / name, copy / name)
    project = copy / "pyproject.toml"
    project.write_text(re.sub(r'(?m)^version = ".*"', f'version = "{version}"', project.read_text(), count=1))
    for name, text in (spoil or {}).items():
        (copy / name).write_text(text)
    next(out.glob("sht_cctv-*.whl")).unlink()
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(out)]
    subprocess.run(command, check=True, cwd=copy, stdout=subprocess.DEVNULL)
    return out
