"""Runs commands one after the other, shows what fails, and keeps going: the shared part of check and test."""

import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = ROOT / ".venv" / "bin"


@dataclass(slots=True)
class Steps:
    """The commands run so far and the names of those that failed."""

    failed: list[str] = field(default_factory=list)

    def run(self, name: str, command: Sequence[object], *, quiet: bool = True) -> bool:
        """Run one command in the repository root; a quiet one shows its output only when it fails."""
        started = time.monotonic()
        done = subprocess.run(
            [str(part) for part in command],
            check=False,
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE if quiet else None,
            stderr=subprocess.STDOUT if quiet else None,
            text=True,
            errors="replace",
        )
        good = done.returncode == 0
        if not good:
            self.failed.append(name)
            sys.stdout.write(done.stdout or "")
        verdict = "ok" if good else f"FAILED (exit {done.returncode})"
        print(f"{name:<32} {verdict:<18} {time.monotonic() - started:6.1f} s", flush=True)
        return good
