"""What is wrong with a bundle, and what its reader should know."""

from __future__ import annotations

from typing import Any, Callable

from controller.adapters.verify_bundle.reading import Unfit
from controller.adapters.verify_bundle.terms import FAULTS_MOST, Told


class Findings:
    """`faults`: what is wrong, each at its place; `notes`: what a reader should know; what was counted."""

    def __init__(self, tell: Told = lambda *_: None) -> None:
        self.tell = tell
        self.faults: list[dict[str, Any]] = []
        self.notes: list[dict[str, Any]] = []
        self.counts = {"files": 0, "entries": 0, "signed": 0, "segments": 0, "custody": 0, "certificates": 0}

    def fault(self, what: str, file: str, **about: Any) -> None:
        told = {"what": what, "file": file, **about}
        if len(self.faults) < FAULTS_MOST and told not in self.faults[-50:]:
            self.faults.append(told)

    def note(self, what: str, file: str, **about: Any) -> None:
        if len(self.notes) < FAULTS_MOST:
            self.notes.append({"what": what, "file": file, **about})

    def guard(self, name: str, step: Callable[..., None], *given: Any) -> None:
        try:
            step(*given)
        except Unfit as fault:
            self.fault("unreadable", name, detail=str(fault))
