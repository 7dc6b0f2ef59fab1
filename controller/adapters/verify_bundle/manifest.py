"""What the site promised of a bundle, and who signed that."""

from __future__ import annotations

import hashlib
from typing import Any

from controller.adapters.verify_bundle.certificate import fingerprint_of, public_of
from controller.adapters.verify_bundle.ed25519 import signed
from controller.adapters.verify_bundle.findings import Findings
from controller.adapters.verify_bundle.papers import Papers
from controller.adapters.verify_bundle.reading import Unfit, canonical, exact_base64, parsed, sha256, typed
from controller.adapters.verify_bundle.terms import MANIFEST, NAME, SCHEMA, SIGNATURE, SIGNED_MANIFEST, SUMS


class Manifest:
    """`key`: the fingerprint of who signed; `trusted`: it is the expected one; `content`: the reports' hash."""

    def __init__(self, papers: Papers, findings: Findings, expected: str | None) -> None:
        self.papers, self.findings, self.expected = papers, findings, expected
        self.told: dict[str, Any] = {}
        self.key = self.content = ""
        self.public = b""
        self.trusted = False

    def read(self, text: bytes) -> None:
        """Who signed the manifest; what it promises is looked at in any case."""
        told = self.told = parsed(text)
        typed(told, ("schema", str), ("site", str))
        if told["schema"] != SCHEMA:
            raise Unfit(f"is not of {SCHEMA}")
        lists = [(name, list) for name in ("files", "records", "papers", "ledgers", "gaps", "tombstones", "wanted")]
        typed(told, ("site_key", dict), ("export", str), *lists)
        for one in (part for name, _ in lists for part in told[name]):
            typed(one)
        for one in told["ledgers"]:
            if not NAME.fullmatch(typed(one, ("name", str), ("camera", str), ("entries", int))[0]):
                raise Unfit("names a ledger that no bundle has")
        told_of = [one for one in told["papers"] if one.get("kind") not in ("report", "verifier")]
        self.content = sha256(canonical({**told, "papers": told_of}))
        self.key, self.public = fingerprint_of(told["site_key"].get("public_key_pem")), b""
        self.public = public_of(told["site_key"]["public_key_pem"])
        try:
            signature = self.papers.text(SIGNATURE)
            fits = signature[-1:] == b"\n" and signed(
                self.public,
                SIGNED_MANIFEST + hashlib.sha256(text).digest(),
                exact_base64(signature[:-1].decode("latin-1")),
            )
        except Unfit:
            fits = False
        if not fits:
            whole = f"{sha256(text)}  {MANIFEST}\n".encode() in self.papers.optional(SUMS)
            what, name = ("signature", SIGNATURE) if whole else ("manifest", MANIFEST)
            self.findings.fault(what, name, first=0, last=len(self.papers.optional(name)))
        self.trusted = fits and self.expected is not None and self.key == self.expected
        if self.expected is not None and self.key != self.expected:
            self.findings.fault("key", MANIFEST, detail=self.key)
