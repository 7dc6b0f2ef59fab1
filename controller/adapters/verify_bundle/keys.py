"""Keys of nodes, and whether the site's CA gave them."""

from __future__ import annotations

from controller.adapters.verify_bundle.certificate import ED_KEY, Certificate, fingerprint_of, public_of
from controller.adapters.verify_bundle.findings import Findings
from controller.adapters.verify_bundle.papers import Papers
from controller.adapters.verify_bundle.reading import Unfit, parsed, sha256, typed
from controller.adapters.verify_bundle.terms import KEYS


class NodeKeys:
    """`of`: by node and fingerprint; `ca`: the fingerprint of whose certificates they have."""

    def __init__(self, papers: Papers, findings: Findings, expected: str | None = None) -> None:
        self.papers, self.findings, self.expected = papers, findings, expected
        self.of: dict[str, dict[str, bytes]] = {}
        self.ca = ""

    def read(self) -> None:
        told = parsed(self.papers.text(KEYS))
        (nodes,) = typed(told, ("nodes", list))
        authority = self._authority(told.get("ca_pem"))
        for one in nodes:
            node, mark, pem = typed(one, ("node", str), ("fingerprint", str), ("public_key_pem", str))
            try:
                if fingerprint_of(pem) != mark:
                    self.findings.fault("node_key", KEYS, detail=f"{node} {mark[:16]}")
                    continue
            except Unfit:
                self.findings.fault("node_key", KEYS, detail=f"{node} {mark[:16]}")
                continue
            self.of.setdefault(node, {})[mark] = public_of(pem)
            if one.get("certificate_pem") is None or authority is None:
                self.findings.note("certificate_none", KEYS, detail=f"{node} {mark[:16]}")
            else:
                self._certificate(authority, one["certificate_pem"], node, public_of(pem))

    def _authority(self, pem: object) -> Certificate | None:
        """The site's CA: its own signature, and whether it is the one that was named."""
        if pem is None:
            if self.expected is not None:
                self.findings.fault("ca", KEYS, detail="-")
            return None
        try:
            authority = Certificate(pem)
            own = authority.gave(authority)
        except Unfit:
            self.findings.fault("ca", KEYS, detail="is no certificate")
            return None
        self.ca = authority.mark
        if not own or self.expected not in (None, authority.mark):
            self.findings.fault("ca", KEYS, detail=authority.mark)
        return authority

    def _certificate(self, authority: Certificate, pem: object, node: str, public: bytes) -> None:
        """A path of one step: the CA gave this node's name this very key."""
        try:
            given = Certificate(pem)
            fits = given.key == ED_KEY + public and given.name() == node and authority.gave(given)
        except Unfit:
            fits = False
        if fits:
            self.findings.counts["certificates"] += 1
        else:
            self.findings.fault("certificate", KEYS, detail=f"{node} {sha256(ED_KEY + public)[:16]}")
