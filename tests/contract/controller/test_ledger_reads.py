"""Signed ledgers on both databases: told, kept with their signer, checked; what is changed or cut off is found."""

from datetime import date

import sqlalchemy as sa
from sqlmodel import col, select

from controller.adapters.audit_store import SqlAudit
from controller.adapters.ledger_reads import SqlLedgerReads
from controller.adapters.node_keys import make_node_keys
from controller.adapters.node_store import NodeStore
from controller.adapters.tables import LedgerRow, NodeKeyRow
from controller.flows.check_ledger import CameraChecked, CheckLedger
from controller.ports import Received
from shared.ids import CameraId, NodeId
from shared.ledger import entry_hash
from shared.ledger_signature import EntrySigner, fingerprint
from shared.messages import Gap, LedgerFact
from tests.builders import T0
from tests.contract.controller.conftest import Site
from tests.contract.controller.test_backfill_store import ledger

GATE, YARD = NodeId("gate"), CameraId("gate.yard")
MINUTE = 60_000
ALL = (0, 253_402_300_799_999)


def chained(count: int, private_pem: str | None, first: int = 0, previous: str = "0" * 64) -> list[LedgerFact]:
    """Entries of minutes `first` on."""
    made = []
    for minute in range(first, first + count):
        bare = ledger(minute, gaps=(Gap(start_ms=T0 + minute * MINUTE, end_ms=T0 + minute * MINUTE + 9, cause="lost"),))
        entry = entry_hash(YARD, bare.minute_ms, bare.chain, previous, bare.segments, bare.gaps)
        signature = None if private_pem is None else EntrySigner(private_pem).sign(entry)
        made.append(bare.model_copy(update={"previous": previous, "entry": entry, "signature": signature}))
        previous = entry
    return made


async def tell(site: Site, facts: list[LedgerFact]) -> None:
    await site.facts.save_facts([Received(GATE, b"{}", fact) for fact in facts])


async def check(site: Site) -> CameraChecked:
    anchors = await SqlAudit(site.database, site.clock).anchors()
    (one,) = [one async for one in CheckLedger(SqlLedgerReads(site.database)).all((), *ALL, anchors)]
    return one


async def test_what_a_node_signed_is_found_whole_also_after_it_has_another_key(site: Site) -> None:
    nodes = NodeStore(site.database, site.clock)
    (private, public), (later, later_public) = make_node_keys(), make_node_keys()
    await nodes.enrol(GATE, public, "admin")
    before = chained(3, private)
    await tell(site, before[:2])
    await nodes.enrol(GATE, later_public, "admin")
    await nodes.enrol(GATE, later_public, "admin")
    await tell(site, [before[2], *chained(2, later, 3, before[2].entry)])
    found = await check(site)
    assert (found.entries, found.signed, found.unproven, found.chains, found.faults) == (5, 5, 0, 1, ())
    async with site.database.reading() as session:
        signers = list(await session.scalars(select(LedgerRow.signer).order_by(col(LedgerRow.minute_ms))))
        keys = set(await session.scalars(select(NodeKeyRow.fingerprint)))
    assert signers == [fingerprint(public)] * 3 + [fingerprint(later_public)] * 2
    assert keys == {fingerprint(public), fingerprint(later_public)}


async def test_a_node_that_does_not_sign_is_unproven_and_a_stranger_is_named(site: Site) -> None:
    _, public = make_node_keys()
    await NodeStore(site.database, site.clock).enrol(GATE, public, "admin")
    facts = chained(1, None)
    await tell(site, [*facts, *chained(1, make_node_keys()[0], 1, facts[0].entry)])
    found = await check(site)
    assert (found.entries, found.signed, found.unproven) == (2, 0, 1)
    assert [(one.kind, one.minute_ms) for one in found.faults] == [("foreign", T0 + MINUTE)]


async def test_who_changes_the_database_is_found(site: Site) -> None:
    private, public = make_node_keys()
    await NodeStore(site.database, site.clock).enrol(GATE, public, "admin")
    await tell(site, chained(5, private))
    async with site.database.engine.begin() as connection:
        of = sa.update(LedgerRow).where(col(LedgerRow.minute_ms) == T0 + MINUTE)
        await connection.execute(of.values(gaps=[]))
        gone = sa.delete(LedgerRow).where(col(LedgerRow.minute_ms) == T0 + 3 * MINUTE)
        await connection.execute(gone)
    found = await check(site)
    assert [(one.kind, (one.minute_ms - T0) // MINUTE) for one in found.faults] == [("changed", 1), ("removed", 4)]


async def test_an_end_that_was_cut_off_is_missed_by_what_the_audit_has(site: Site) -> None:
    private, public = make_node_keys()
    await NodeStore(site.database, site.clock).enrol(GATE, public, "admin")
    await tell(site, chained(4, private))
    reads = SqlLedgerReads(site.database)
    await SqlAudit(site.database, site.clock).anchor(date(2026, 3, 1), await reads.heads(1 << 62))
    assert (await check(site)).faults == ()
    async with site.database.engine.begin() as connection:
        await connection.execute(sa.delete(LedgerRow).where(col(LedgerRow.minute_ms) > T0 + MINUTE))
    (fault,) = (await check(site)).faults
    assert (fault.kind, fault.minute_ms) == ("removed", T0 + 3 * MINUTE)
    (one,) = [one async for one in CheckLedger(reads).all([YARD], 0, T0 + MINUTE, {YARD: [(T0, "other", "x")]})]
    assert [fault.kind for fault in one.faults] == ["removed"]


async def test_an_entry_of_a_clock_that_was_far_ahead_is_no_head(site: Site) -> None:
    private, public = make_node_keys()
    await NodeStore(site.database, site.clock).enrol(GATE, public, "admin")
    await tell(site, chained(3, private))
    heads = await SqlLedgerReads(site.database).heads(T0 + 2 * MINUTE)
    assert [one.minute_ms for one in heads[YARD]] == [T0 + MINUTE]


async def test_a_ledger_is_read_in_parts(site: Site) -> None:
    private, public = make_node_keys()
    await NodeStore(site.database, site.clock).enrol(GATE, public, "admin")
    await tell(site, chained(5, private))
    reads = SqlLedgerReads(site.database)
    first = await reads.entries(YARD, *ALL, (-1, ""), 3)
    rest = await reads.entries(YARD, *ALL, (first[-1].minute_ms, first[-1].chain), 3)
    assert [(one.minute_ms - T0) // MINUTE for one in (*first, *rest)] == [0, 1, 2, 3, 4]
    assert (await check(site)).last_ms == T0 + 4 * MINUTE
