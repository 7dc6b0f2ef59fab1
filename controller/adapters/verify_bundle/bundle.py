"""Checks a bundle: the manifest, what it promises, and what nodes and audit say of that."""

from __future__ import annotations

import contextlib
import re
from pathlib import Path
from typing import Any

from controller.adapters.verify_bundle.archive import Archive
from controller.adapters.verify_bundle.custody import Custody
from controller.adapters.verify_bundle.entries import Entries
from controller.adapters.verify_bundle.files import Files
from controller.adapters.verify_bundle.findings import Findings
from controller.adapters.verify_bundle.folder import Folder
from controller.adapters.verify_bundle.keys import NodeKeys
from controller.adapters.verify_bundle.manifest import Manifest
from controller.adapters.verify_bundle.papers import Papers
from controller.adapters.verify_bundle.reading import Unfit, sha256
from controller.adapters.verify_bundle.terms import CUSTODY, KEYS, MANIFEST, SUMS, Told

INTACT, CHANGED, UNREADABLE, SIGNER_UNCHECKED = "intact", "changed", "unreadable", "signer_unchecked"
CODES = {INTACT: 0, CHANGED: 1, UNREADABLE: 2, SIGNER_UNCHECKED: 4}
"""How the program ends; 4: all is as it was signed, and nobody said whose signature it is to be."""


class Bundle:
    """What is checked. `ca`: whose certificates count."""

    def __init__(
        self, source: Any, expected: str | None = None, tell: Told = lambda *_: None, ca: str | None = None
    ) -> None:
        self.papers, self.findings = Papers(source), Findings(tell)
        self.manifest = Manifest(self.papers, self.findings, expected)
        self.keys = NodeKeys(self.papers, self.findings, ca)

    def check(self) -> None:
        """All of it; `Unfit` where there is nothing to begin with."""
        text = self.papers.text(MANIFEST)
        try:
            self.manifest.read(text)
            Files(self.papers, self.findings, self.manifest).check(text)
        except Unfit as fault:
            sums = self.papers.optional(SUMS)
            if sums and f"{sha256(text)}  {MANIFEST}\n".encode() not in sums:
                self.findings.fault("manifest", MANIFEST, first=0, last=len(text))
            raise Unfit(f"{MANIFEST}: {fault}") from None
        self.findings.guard(KEYS, self.keys.read)
        entries = Entries(self.papers, self.findings, self.manifest, self.keys)
        for ledger in self.manifest.told["ledgers"]:
            self.findings.guard(ledger["name"], entries.check, ledger)
        cameras = {ledger["camera"] for ledger in self.manifest.told["ledgers"]}
        for file in self.manifest.told["files"]:
            if file.get("camera") not in cameras:
                self.findings.fault("no_ledger", file["name"])
        self.findings.guard(CUSTODY, Custody(self.papers, self.findings, self.manifest).check)


def source_of(path: Path) -> Any:
    """A folder or a ZIP."""
    return Archive(path) if path.is_file() else Folder(path)


def verify(
    path: Path, expected: str | None = None, tell: Told = lambda *_: None, ca: str | None = None
) -> dict[str, Any]:
    """All that is found in a folder or ZIP: `sound` None: it cannot be checked."""
    mark, authority = (None if one is None else re.sub(r"[^0-9a-f]", "", one.lower()) for one in (expected, ca))
    bundle, why = Bundle(None, mark, tell, authority), ""
    try:
        source = source_of(path)
        with contextlib.closing(source):
            bundle = Bundle(source, mark, tell, authority)
            bundle.check()
    except (Unfit, OSError) as fault:
        why = str(fault)
    found, signer = bundle.findings, bundle.manifest
    sound = None if why and not found.faults else not (found.faults or why)
    intact = INTACT if signer.trusted else SIGNER_UNCHECKED
    told = {"verdict": UNREADABLE if sound is None else intact if sound else CHANGED, "sound": sound, "why": why}
    told |= {
        "key": signer.key,
        "trusted": signer.trusted,
        "asked": mark is not None,
        "content": signer.content,
        "ca": bundle.keys.ca,
    }
    return {**told, "counts": found.counts, "faults": found.faults, "notes": found.notes}


def code_of(found: dict[str, Any]) -> int:
    return CODES[found["verdict"]]
