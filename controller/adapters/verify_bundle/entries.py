"""Entries of a ledger: hash, place, link, signature; then the media that they speak of."""

from __future__ import annotations

from typing import Any

from controller.adapters.verify_bundle.ed25519 import signed
from controller.adapters.verify_bundle.findings import Findings
from controller.adapters.verify_bundle.keys import NodeKeys
from controller.adapters.verify_bundle.manifest import Manifest
from controller.adapters.verify_bundle.media import Media
from controller.adapters.verify_bundle.papers import Papers
from controller.adapters.verify_bundle.reading import Unfit, canonical, exact_base64, rows, sha256, typed
from controller.adapters.verify_bundle.terms import HEX, MINUTE, SIGNED_ENTRY


class Entries:
    """Of one camera after the other."""

    def __init__(self, papers: Papers, findings: Findings, manifest: Manifest, keys: NodeKeys) -> None:
        self.papers, self.findings, self.manifest, self.keys = papers, findings, manifest, keys

    def check(self, ledger: dict[str, Any]) -> None:
        """The entries of one camera, then its media against them."""
        camera, name = ledger["camera"], ledger["name"]
        stretches, untold = rows(ledger.get("stretches"), int, int), rows(ledger.get("untold"), int, int)
        heads = {(minute, chain): entry for chain, minute, entry in rows(ledger.get("heads"), str, int, str)}
        found: list[tuple[int, dict[str, Any]]] = []
        for number, first, last, told in self.papers.lines(name):
            try:
                self._well_formed(told, camera)
            except Unfit:
                self.findings.fault("entry_unreadable", name, line=number, first=first, last=last, camera=camera)
                continue
            found.append((number, told))
            self.findings.tell(name, number, ledger["entries"])
        self._chains(name, stretches, found)
        kept = {(told["minute_ms"], told["chain"]): told["entry"] for _, told in found}
        for (minute, chain), entry in heads.items():
            if kept.get((minute, chain)) != entry:
                self.findings.fault("head", name, camera=camera, at_ms=minute)
        spoken = [[told["minute_ms"], told["minute_ms"] + MINUTE] for _, told in found] + untold
        spoken += [gap[:2] for _, told in found for gap in told["gaps"] or ()]
        for first_ms, last_ms in _lacking(stretches, spoken):
            self.findings.fault("entry_removed", name, camera=camera, at_ms=first_ms, end_ms=last_ms)
        for first_ms, last_ms in untold:
            self.findings.note("untold", name, camera=camera, at_ms=first_ms, end_ms=last_ms)
        Media(self.papers, self.findings, self.manifest).check(camera, [(told, _unchanged(told)) for _, told in found])

    @staticmethod
    def _well_formed(told: Any, camera: str) -> None:
        typed(told, ("chain", str), ("previous", str), ("entry", str), ("minute_ms", int))
        rows(told.get("segments"), int, int, int, str, bool)
        if told.get("gaps") is not None:
            rows(told["gaps"], int, int, str)
        if told.get("camera") != camera or not HEX.fullmatch(told["entry"]):
            raise Unfit("is another camera's")

    def _chains(self, name: str, stretches: list[list[Any]], found: list[tuple[int, dict[str, Any]]]) -> None:
        """Each entry: its hash, its place, its link, its signature."""
        before: tuple[int, str] = (-1, "")
        keys = self.keys.of.get(found[0][1]["camera"].partition(".")[0], {}) if found else {}
        links = _links(stretches, found)
        for number, told in found:
            minute, chain = told["minute_ms"], told["chain"]
            about = {"line": number, "camera": told["camera"], "at_ms": minute}
            self.findings.counts["entries"] += 1
            dated = _stretch(stretches, minute) is not None and minute % MINUTE == 0
            if not dated or any(not minute <= one[0] < minute + MINUTE for one in told["segments"]):
                self.findings.fault("entry_redated", name, **about)
            if (minute, chain) <= before:
                self.findings.fault("entry_twice" if (minute, chain) == before else "entry_reordered", name, **about)
            before = max(before, (minute, chain))
            if told["gaps"] is None:
                self.findings.note("entry_unproven", name, **about)
            elif not _unchanged(told):
                self.findings.fault("entry_changed", name, **about)
            if links[number] not in ("", told["previous"]):
                self.findings.fault("entry_removed_before", name, **about)
            if told["previous"] == "0" * 64:
                self.findings.note("chain_begins", name, **about)
            self._entry_signature(name, told, keys, about)

    def _entry_signature(self, name: str, told: dict[str, Any], keys: dict[str, bytes], about: dict[str, Any]) -> None:
        if told.get("signature") is None:
            return self.findings.note("entry_unsigned", name, **about)
        try:
            signature = exact_base64(told["signature"])
        except Unfit:
            signature = b""
        first = [keys[mark] for mark in keys if mark == told.get("signer")]
        candidates = first or list(keys.values())
        if any(signed(key, SIGNED_ENTRY + bytes.fromhex(told["entry"]), signature) for key in candidates):
            self.findings.counts["signed"] += 1
        else:
            self.findings.fault("entry_foreign", name, **about)
        return None


def _unchanged(told: dict[str, Any]) -> bool:
    """Whether an entry is what its hash says; one of before gaps were kept has none that can be made."""
    parts = {key: told[key] for key in ("camera", "minute_ms", "chain", "previous", "segments", "gaps")}
    return told["gaps"] is None or sha256(canonical(parts)) == told["entry"]


def _stretch(stretches: list[list[Any]], minute: int) -> int | None:
    return next((place for place, (first, last) in enumerate(stretches) if first <= minute < last), None)


def _links(stretches: list[list[Any]], found: list[tuple[int, dict[str, Any]]]) -> dict[int, str]:
    """By line, the entry that each must follow, in whatever order they stand; empty: none, or one that was changed."""
    heads: dict[Any, tuple[int, str, str]] = {}
    links: dict[int, str] = {}
    for number, told in sorted(found, key=lambda one: (one[1]["minute_ms"], one[1]["chain"], one[0])):
        minute, place = told["minute_ms"], (_stretch(stretches, told["minute_ms"]), told["chain"])
        last, link, entry = heads.get(place, (-1, "", ""))
        links[number] = link if last == minute else entry  # what stands twice follows the same
        heads[place] = minute, links[number], told["entry"] if _unchanged(told) else ""
    return links


def _lacking(stretches: list[list[Any]], spoken: list[list[Any]]) -> list[tuple[int, int]]:
    """What of the stretches nothing speaks of, less than a second left out."""
    found = []
    told = sorted(spoken)
    for first, last in stretches:
        at = first
        for start, end in told:
            if start >= last:
                break
            if start - at >= 1000:
                found.append((at, start))
            at = max(at, end)
        if last - at >= 1000:
            found.append((at, last))
    return found
