"""What the repository's own linters read: the files under version control and their text."""

import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("shared", "edge_agent", "controller")


@cache
def tracked() -> tuple[str, ...]:
    """Every file that git tracks or would add, relative to the root; links and deleted files left out."""
    listed = subprocess.run(
        # Whose clone it is does not matter here: nothing of it is run.
        ["git", "-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        check=True,
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    return tuple(sorted(name for name in set(listed.stdout.split("\0")) if name and (ROOT / name).is_file()))


def matching(*endings: str, under: str = "") -> list[str]:
    """The tracked files below `under` whose names end in one of `endings`."""
    return [name for name in tracked() if name.startswith(under) and name.endswith(endings)]


def text_of(name: str) -> str:
    """The file's text; empty for what is not text."""
    data = (ROOT / name).read_bytes()
    return "" if b"\0" in data[:4096] else data.decode("utf-8", errors="replace")
