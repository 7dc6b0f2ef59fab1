"""A site whose node signs what it records, and the bundles that are made of it."""

import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key

from controller.adapters.audit_key import open_audit_key
from controller.adapters.audit_store import SqlAudit
from controller.adapters.authority import CaFiles, SiteAuthority, common_name
from controller.adapters.database import Database
from controller.adapters.export_folder import ExportFolder
from controller.adapters.export_store import SqlExportStore
from controller.adapters.fact_store import SqlFactStore
from controller.adapters.ledger_reads import SqlLedgerReads
from controller.adapters.node_keys import make_node_keys
from controller.adapters.node_store import NodeStore
from controller.adapters.notary import SiteNotary
from controller.adapters.tables import CertificateRow
from controller.flows.export import MakeExports
from controller.ports import Received
from shared.clock import Clock
from shared.ids import NodeId
from shared.ledger import FIRST_PREVIOUS, entry_hash
from shared.ledger_signature import EntrySigner
from shared.messages import Gap, LedgerFact, SegmentRef
from shared.mint import uuid7
from tests.builders import T0
from tests.fakes.exports import CAMERA, Recorded, jobs_of, recorded
from tests.fakes.verifier import MemoryObjects

MINUTE = 60_000
CHAIN = "01963f2e-0000-7000-8000-00000000000c"
SITE = "yard"


def entries_of(runs: Sequence[Recorded], private_pem: str, *, chain: str = CHAIN) -> list[LedgerFact]:
    """The entries of the minutes of these runs, chained and signed as a node does; what is not recorded is a gap."""
    segments = [one for run in runs for one in run.segments]
    made: list[LedgerFact] = []
    previous = FIRST_PREVIOUS
    first, last = T0 - T0 % MINUTE, segments[-1]["start_ms"]
    signer = EntrySigner(private_pem)
    for number, minute_ms in enumerate(range(first, last + 1, MINUTE), 1):
        refs = tuple(SegmentRef(**one) for one in segments if minute_ms <= one["start_ms"] < minute_ms + MINUTE)
        end_ms = refs[-1].end_ms if refs else minute_ms
        gaps = (
            (Gap(start_ms=end_ms, end_ms=minute_ms + MINUTE, cause="recording off"),)
            if end_ms < minute_ms + MINUTE
            else ()
        )
        entry = entry_hash(CAMERA, minute_ms, chain, previous, refs, gaps)
        fact = LedgerFact(
            id=uuid7(), at="2026-03-01T00:00:00Z", node="gate", agent_start=uuid7(), seq=number, rev=1,
            camera=CAMERA, minute_ms=minute_ms, segments=refs, gaps=gaps, chain=chain, previous=previous, entry=entry,
            signature=signer.sign(entry),
        )  # fmt: skip
        made.append(fact)
        previous = entry
    return made


class SigningSite:
    """Its node's key, its own key, its store."""

    def __init__(self, database: Database, clock: Clock, folder: Path) -> None:
        self.database, self.clock, self.folder = database, clock, folder
        self.objects = MemoryObjects()
        self.private_pem, self.public_pem = make_node_keys()
        self.key_file = folder / "audit-key.pem"
        open_audit_key(self.key_file, SITE)
        self.notary = SiteNotary(self.key_file, SITE)
        self.certificate = ""
        self.files = ExportFolder(folder / "exports", quota_bytes=None, free_bytes_min=0)
        self.book = SqlExportStore(database, clock)

    async def record(self, facts: SqlFactStore, seconds: int = 130, before: bytes = b"") -> list[Recorded]:
        """So much footage from T0 on, stored, told and signed."""
        await NodeStore(self.database, self.clock).enrol(NodeId("gate"), self.public_pem, "admin")
        runs = recorded(T0, seconds, before=before)
        async with self.database.writing() as session:
            session.add_all(run.row() for run in runs)
        self.objects.objects |= {run.key: run.data for run in runs}
        told = [Received(NodeId("gate"), b"{}", fact) for fact in entries_of(runs, self.private_pem)]
        await facts.save_facts(told)
        return runs

    async def certify(self) -> str:
        """Have the site's CA give the node a certificate for its key; the CA's fingerprint."""
        files = CaFiles(self.folder / "ca", self.folder / "seal.key")
        files.open(self.clock.now())
        key = load_pem_private_key(self.private_pem.encode(), None)
        assert isinstance(key, Ed25519PrivateKey)
        asked = x509.CertificateSigningRequestBuilder().subject_name(common_name("gate")).sign(key, None)
        csr = asked.public_bytes(Encoding.PEM).decode()
        issued = SiteAuthority(files).issue(csr, "gate", self.clock.now())
        self.certificate = issued.pem
        async with self.database.writing() as session:
            session.add(
                CertificateRow(
                    serial=issued.serial, node="gate", fingerprint=issued.fingerprint, pem=issued.pem,
                    issued_at=self.clock.now(), ends_at=issued.ends_at,
                )
            )  # fmt: skip
        self.notary = SiteNotary(self.key_file, SITE, ca_file=files.ca_file)
        return x509.load_pem_x509_certificate(files.ca_file.read_bytes()).fingerprint(hashes.SHA256()).hex()

    async def seal(self) -> None:
        """Seal what was done, and sign the day."""
        audit = SqlAudit(self.database, self.clock)
        await audit.anchor(date(2026, 3, 1), await SqlLedgerReads(self.database).heads(1 << 62))
        while sealed := await audit.seal(500):
            last = sealed[-1][0]
        head = open_audit_key(self.key_file, SITE).head(date(2026, 3, 1), last.seq, last.chain)
        await audit.add_head(head)

    async def maker(self) -> MakeExports:
        jobs = await jobs_of(self.database, self.clock)
        return MakeExports(jobs, self.files, self.objects, self.clock, notary=lambda: self.notary)

    async def bundle(self, start_ms: int, end_ms: int, alarms: Sequence[str] = ()) -> Path:
        """The folder of a finished bundle of that span."""
        span = {"camera": CAMERA, "start_ms": start_ms, "end_ms": end_ms}
        state = await self.book.add([span], alarms, "for the court", "kim", "::1", None, form="bundle")
        await self.seal()
        maker = await self.maker()
        await maker.once()
        found = await self.book.one(state["id"])
        assert found["export"]["state"] == "done", found
        return self.files.whole(state["id"])


def document_of(folder: Path) -> Any:
    return json.loads((folder / "manifest.json").read_text())
