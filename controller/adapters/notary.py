"""What a site puts into its evidence bundles: its key, its signature, and the checker that stands alone."""

import base64
import hashlib
from collections.abc import Mapping
from datetime import UTC, tzinfo
from pathlib import Path
from typing import Any

from controller.adapters.audit_key import AuditKey, read_audit_key
from controller.adapters.verifier_file import verifier_file
from controller.core.bundle_report import blocks, content_hash
from controller.core.export_words import Language
from shared.ledger_signature import fingerprint


class SiteNotary:
    """`Notary` with the key that also signs the audit's heads; `Transient` while that is not there."""

    def __init__(self, key_file: Path, site: str, zone: tzinfo = UTC, ca_file: Path | None = None) -> None:
        self._key: AuditKey = read_audit_key(key_file, site)
        self._zone = zone
        self._ca_file = ca_file

    def site_key(self) -> dict[str, str]:
        """Fingerprint and public key in PEM."""
        public = self._key.public_pem()
        return {"fingerprint": fingerprint(public), "public_key_pem": public}

    def ca_pem(self) -> str | None:
        """Whose certificates nodes have; None: the site has no CA."""
        if self._ca_file is None or not self._ca_file.exists():
            return None
        return self._ca_file.read_text(encoding="ascii")

    def sign(self, manifest: bytes) -> bytes:
        """One line of base64."""
        return base64.b64encode(self._key.manifest(hashlib.sha256(manifest).digest())) + b"\n"

    def verifier(self) -> bytes:
        """What `cctv evidence verify` runs, as one file."""
        return verifier_file()

    def reports(self, document: Mapping[str, Any], evidence: Mapping[str, Any]) -> dict[str, bytes]:
        """Pages to read, by file name."""
        from controller.adapters.report_pdf import report_pdf  # a library that nothing else needs

        languages: tuple[Language, ...] = ("ko", "en")
        foot = (f"{document['site']} · {document['export']}", f"SHA-256 {content_hash(document)}")
        return {
            f"report.{language}.pdf": report_pdf(blocks(document, evidence, language, self._zone), language, foot)
            for language in languages
        }
