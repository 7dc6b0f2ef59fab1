"""Who did what with footage: every entry, every link of the audit's chain, every day's signed head."""

from __future__ import annotations

from typing import Any

from controller.adapters.verify_bundle.ed25519 import signed
from controller.adapters.verify_bundle.findings import Findings
from controller.adapters.verify_bundle.manifest import Manifest
from controller.adapters.verify_bundle.papers import Papers
from controller.adapters.verify_bundle.reading import Unfit, canonical, exact_base64, sha256, typed
from controller.adapters.verify_bundle.terms import CUSTODY


class Custody:
    """Lines of the audit."""

    def __init__(self, papers: Papers, findings: Findings, manifest: Manifest) -> None:
        self.papers, self.findings, self.manifest = papers, findings, manifest

    def check(self) -> None:
        """Who did what with this footage: every entry, every link of the audit's chain, every day's signed head."""
        custody = self.manifest.told.get("custody")
        whole, most = typed(custody, ("whole", bool), ("lines", int))
        before, count = -1, 0
        chains = self._chains()
        for number, first, last, told in self.papers.lines(CUSTODY):
            count += 1
            about = {"line": number, "first": first, "last": last}
            try:
                typed(told)
                if "head" in told:
                    self._head(told["head"], chains, about)
                elif "seal" in told:
                    before = self._seal(told, before, chains, about, whole=whole)
                else:
                    typed(told, ("unsealed", dict))
                    self.findings.note("custody_unsealed", CUSTODY, line=number)
            except Unfit:
                self.findings.fault("custody_unreadable", CUSTODY, **about)
        self.findings.counts["custody"] = count
        if count != most:
            self.findings.fault("custody_removed", CUSTODY, line=min(count, most) + 1)
        if not whole:
            self.findings.note("custody_loose", CUSTODY)

    def _chains(self) -> dict[int, str]:
        """By place, the chain of each seal, wherever it stands; of one that is not what it says, none: it is named."""
        found: dict[int, str] = {}
        for *_, told in self.papers.lines(CUSTODY):
            try:
                typed(told)
                if "seal" in told:
                    seq, chain, sound = self._sealed(told["seal"])
                    found[seq] = chain if sound else ""
            except Unfit:
                continue
        return found

    @staticmethod
    def _sealed(seal: Any) -> tuple[int, str, bool]:
        fields = ("seq", "entry", "at", "what", "row", "previous", "chain")
        seq, *_, chain = typed(seal, *((name, int if name in ("seq", "entry") else str) for name in fields))
        return seq, chain, sha256(canonical({name: seal[name] for name in fields[:-1]})) == chain

    def _seal(self, told: Any, before: int, chains: dict[int, str], about: Any, *, whole: bool) -> int:
        seq, _, sound = self._sealed(told["seal"])
        if not sound:
            self.findings.fault("custody_changed", CUSTODY, **about)
        if seq <= before:
            self.findings.fault("custody_reordered", CUSTODY, **about)
        elif before >= 0 and whole and any(place not in chains for place in range(before + 1, seq)):
            self.findings.fault("custody_removed", CUSTODY, **about)
        if sound and chains.get(seq - 1, "") not in ("", told["seal"]["previous"]):
            self.findings.fault("custody_link", CUSTODY, **about)
        if told.get("told") is not None and sha256(canonical(told["told"])) != told["seal"]["row"]:
            self.findings.fault("custody_changed", CUSTODY, **about)
        return max(before, seq)

    def _head(self, head: Any, chains: dict[int, str], about: Any) -> None:
        day, seq, chain, signature = typed(head, ("day", str), ("seq", int), ("chain", str), ("signature", str))
        text = canonical({"site": self.manifest.told["site"], "day": day, "seq": seq, "chain": chain})
        if not signed(self.manifest.public, text, exact_base64(signature)) or chains.get(seq, chain) not in ("", chain):
            self.findings.fault("custody_head", CUSTODY, **about)
