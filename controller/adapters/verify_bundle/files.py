"""Every file of a bundle against its promise, then what is there besides."""

from __future__ import annotations

import hashlib
from typing import Any, Callable

from controller.adapters.verify_bundle.findings import Findings
from controller.adapters.verify_bundle.manifest import Manifest
from controller.adapters.verify_bundle.papers import Papers
from controller.adapters.verify_bundle.reading import Unfit, sha256, typed
from controller.adapters.verify_bundle.terms import BLOCK, CUSTODY, HEX, KEYS, MANIFEST, NAME, SIGNATURE, SUMS


class Files:
    """Block by block, so that what was changed has a place."""

    def __init__(self, papers: Papers, findings: Findings, manifest: Manifest) -> None:
        self.papers, self.findings, self.manifest = papers, findings, manifest

    def check(self, text: bytes) -> None:
        """Every file against its promise, then what is there besides."""
        promised: dict[str, dict[str, Any]] = {}
        for one in (*self.manifest.told["files"], *self.manifest.told["records"], *self.manifest.told["papers"]):
            name, length, whole, blocks = typed(one, ("name", str), ("bytes", int), ("sha256", str), ("blocks", list))
            sound = all(isinstance(block, str) and HEX.fullmatch(block) for block in (whole, *blocks))
            if (
                not NAME.fullmatch(name)
                or name in promised
                or not sound
                or not length >= 0
                or len(blocks) != -(-length // BLOCK)
            ):
                raise Unfit(f"{name[:80]!r} is not described as a file of a bundle is")
            promised[name] = one
        total, done = sum(one["bytes"] for one in promised.values()), 0
        for name, one in promised.items():
            self._file(name, one, lambda more, name=name, done=done: self.findings.tell(name, done + more, total))  # type: ignore[misc]
            done += one["bytes"]
        self.findings.counts["files"] = len(promised)
        for name in (KEYS, CUSTODY, *(one["name"] for one in self.manifest.told["ledgers"])):
            if name not in promised:
                self.findings.fault("unpromised", MANIFEST, detail=name)
        self._sums(text, promised)
        for name in self.papers.names():
            if name not in promised and name not in (MANIFEST, SIGNATURE, SUMS):
                self.findings.fault("added", name)

    def _file(self, name: str, one: dict[str, Any], more: Callable[[int], None]) -> None:
        try:
            file, length = self.papers.open(name)
            with file:
                read, whole = 0, hashlib.sha256()
                wrong: list[list[int]] = []
                for place, block in enumerate(one["blocks"]):
                    data = file.read(min(BLOCK, one["bytes"] - read))
                    whole.update(data)
                    if data and sha256(data) != block:
                        if wrong and wrong[-1][1] == read:
                            wrong[-1][1] = read + len(data)
                        else:
                            wrong.append([read, read + len(data)])
                    read = min(one["bytes"], (place + 1) * BLOCK)
                    more(read)
        except FileNotFoundError:
            return self.findings.fault("absent", name)
        except OSError as fault:
            return self.findings.fault("unreadable", name, detail=str(fault.strerror))
        except Unfit as fault:
            return self.findings.fault("unreadable", name, detail=str(fault))
        if length != one["bytes"]:
            self.findings.fault("length", name, first=min(length, one["bytes"]), last=max(length, one["bytes"]))
        for first, last in wrong:
            self.findings.fault("bytes", name, first=first, last=last)
        if not wrong and length == one["bytes"] and whole.hexdigest() != one["sha256"]:
            self.findings.fault("bytes", name, first=0, last=length)
        return None

    def _sums(self, text: bytes, promised: dict[str, dict[str, Any]]) -> None:
        """Follows from the manifest, so that each line of it that differs is its own fault."""
        last = {MANIFEST: sha256(text), SIGNATURE: sha256(self.papers.optional(SIGNATURE))}
        expected = [f"{one['sha256']}  {name}" for name, one in promised.items()]
        expected += [f"{value}  {name}" for name, value in last.items()]
        try:
            found = self.papers.text(SUMS).decode("utf-8", "replace").split("\n")
        except Unfit:
            return self.findings.fault("absent", SUMS)
        spoiled = {one["file"] for one in self.findings.faults if one["what"] in ("manifest", "signature")}
        for number, (mine, its) in enumerate(zip([*expected, ""], [*found, *[""] * len(expected)]), 1):
            if mine != its and mine[66:] not in spoiled:
                self.findings.fault("line", SUMS, line=number)
        if len(found) > len(expected) + 1:
            self.findings.fault("line", SUMS, line=len(expected) + 2)
        return None
