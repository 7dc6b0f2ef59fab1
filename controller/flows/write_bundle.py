"""Writes what makes an export an evidence bundle: ledgers, keys, custody, reports, and the checker itself."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from controller.core.bundle import (
    CUSTODY,
    KEYS,
    VERIFIER,
    BundlePaper,
    PaperKind,
    bundle_document,
    keys_text,
    lines_text,
)
from controller.core.export import ExportJob, Made
from controller.flows.write_records import PaperFiles


class Notary(Protocol):
    """The site's key, and what it puts into a bundle besides."""

    def site_key(self) -> dict[str, str]:
        """Fingerprint and public key in PEM."""
        ...

    def ca_pem(self) -> str | None:
        """Whose certificates nodes have; None: the site has no CA."""
        ...

    def sign(self, manifest: bytes) -> bytes:
        """The text of its signature."""
        ...

    def verifier(self) -> bytes:
        """The checker that stands alone."""
        ...

    def reports(self, document: Mapping[str, Any], evidence: Mapping[str, Any]) -> dict[str, bytes]:
        """Pages to read, by file name: the same for the same."""
        ...


@dataclass(frozen=True, slots=True)
class WriteBundle:
    """Part of making an export."""

    files: PaperFiles
    notary: Notary

    async def run(
        self, job: ExportJob, document: Mapping[str, Any], evidence: Mapping[str, Any], films: Sequence[Made]
    ) -> tuple[dict[str, Any], Callable[[bytes], bytes]]:
        """The manifest of the bundle, and what signs it; `document`: as of an export of `films`."""
        evidence = {**evidence, "site_key": self.notary.site_key()}
        laid = {one.name: one.laid or {} for one in films}
        papers: list[BundlePaper] = []

        async def put(name: str, kind: PaperKind, data: bytes) -> None:
            found = await self.files.write(job.id, name, data)
            papers.append(BundlePaper(name, kind, found.length_bytes, found.sha256, found.blocks))

        for one in evidence["ledgers"]:
            await put(one["name"], "ledger", lines_text(one["lines"]))
        await put(KEYS, "keys", keys_text(evidence, self.notary.ca_pem()))
        await put(CUSTODY, "custody", lines_text(evidence["custody"]))
        told = bundle_document(document, evidence, papers, laid)
        reports = await asyncio.to_thread(self.notary.reports, told, evidence)
        for name, data in reports.items():
            await put(name, "report", data)
        await put(VERIFIER, "verifier", self.notary.verifier())
        return bundle_document(document, evidence, papers, laid), self.notary.sign
