"""Single facts into their rows: runs, ledger minutes with their gaps, tamper."""

import structlog
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, delete, select

from controller.adapters.tables import GapRow, LedgerRow, NodeKeyRow, RunRow, TamperRow
from controller.core.losses import is_known, worth_telling
from controller.core.spans import Span
from shared.ids import CameraId, RunId, SiteId
from shared.ledger import entry_hash
from shared.ledger_signature import fits
from shared.messages import LedgerFact, RunFact, TamperFact
from shared.object_keys import RunKey, build_key

log = structlog.get_logger("ledger")

_COPIED = (
    "camera",
    "event",
    "media_class",
    "start_ms",
    "end_ms",
    "codec",
    "length_bytes",
    "init_bytes",
    "sha256",
    "md5",
    "clock_offset_ms",
    "reason",
)

_COMPARED_AFTER_MS = 120_000
"""A node announces what it knows to be due before its ledger; the rest of that it cuts within this time."""


def fill_run(row: RunRow | None, fact: RunFact, site: SiteId) -> RunRow:
    """The row after a newer fact. What the store has stays as it is: only revision and fact id move on."""
    if row is not None and row.state in {"stored", "expired"}:
        row.rev, row.fact = fact.rev, fact.id
        return row
    copied = {name: getattr(fact, name) for name in _COPIED}
    copied["segments"] = [segment.model_dump() for segment in fact.segments]
    copied |= {
        "width_px": fact.width,
        "height_px": fact.height,
        "rev": fact.rev,
        "fact": fact.id,
        "state": fact.state,
        "check_ms": 0,
    }
    copied["key"] = build_key(RunKey(site, CameraId(fact.camera), fact.media_class, fact.start_ms, RunId(fact.run)))
    if row is None:
        return RunRow(id=fact.run, **copied)
    for name, value in copied.items():
        setattr(row, name, value)
    return row


async def fill_ledger(session: AsyncSession, fact: LedgerFact, now_ms: int) -> bool:
    """Write a camera-minute and its gaps; False when the row is as new already.

    One whose signature fits no key of its node is kept as it came: a check names it.
    """
    row = await session.get(LedgerRow, (fact.chain, fact.camera, fact.minute_ms), with_for_update=True)
    if row is not None and row.rev >= fact.rev:
        return False
    sound = fact.entry == entry_hash(fact.camera, fact.minute_ms, fact.chain, fact.previous, fact.segments, fact.gaps)
    if row is None:
        row = LedgerRow(
            chain=fact.chain,
            camera=fact.camera,
            minute_ms=fact.minute_ms,
            rev=0,
            segments=[],
            previous="",
            entry="",
            sound=False,
        )
        session.add(row)
    row.rev, row.previous, row.entry, row.sound = fact.rev, fact.previous, fact.entry, sound
    row.segments = [segment.model_dump() for segment in fact.segments]
    row.gaps = [gap.model_dump() for gap in fact.gaps]
    row.signature, row.signer = fact.signature, await _signer(session, fact)
    row.clock_offset_ms, row.clock_error_ms = fact.clock_offset_ms, fact.clock_error_ms
    row.due, row.check_ms = fact.due, now_ms + _COMPARED_AFTER_MS
    before = await session.scalars(
        select(GapRow).where(
            col(GapRow.camera) == fact.camera, col(GapRow.minute_ms) == fact.minute_ms, col(GapRow.alarmed).is_(True)
        )
    )
    told: dict[str, list[Span]] = {}
    for known in before:
        told.setdefault(known.cause, []).append((known.start_ms, known.end_ms))
    await session.execute(
        delete(GapRow).where(col(GapRow.camera) == fact.camera, col(GapRow.minute_ms) == fact.minute_ms)
    )
    session.add_all(
        GapRow(
            camera=fact.camera,
            minute_ms=fact.minute_ms,
            start_ms=gap.start_ms,
            end_ms=gap.end_ms,
            cause=gap.cause,
            alarmed=not worth_telling(gap.start_ms, gap.end_ms, gap.cause)
            or is_known((gap.start_ms, gap.end_ms), told.get(gap.cause, ())),
        )
        for gap in fact.gaps
    )
    return True


async def fill_tamper(session: AsyncSession, fact: TamperFact) -> bool:
    """Write a tamper row; False when the row is as new already."""
    row = await session.get(TamperRow, fact.tamper, with_for_update=True)
    if row is not None and row.rev >= fact.rev:
        return False
    if row is None:
        row = TamperRow(id=fact.tamper, camera=fact.camera, rev=0, kind=fact.kind, start_ms=fact.start_ms)
        session.add(row)
    for name in ("camera", "rev", "kind", "start_ms", "end_ms"):
        setattr(row, name, getattr(fact, name))
    row.alarmed = False
    return True


async def _signer(session: AsyncSession, fact: LedgerFact) -> str | None:
    """The key of the node that the signature fits, the newest first."""
    if fact.signature is None:
        return None
    query = select(NodeKeyRow.fingerprint, NodeKeyRow.public_key_pem).where(col(NodeKeyRow.node) == fact.node)
    for mark, pem in await session.execute(query.order_by(col(NodeKeyRow.since).desc())):
        if fits(fact.signature, fact.entry, pem):
            return mark
    log.warning("a ledger entry is signed by none of its node's keys", camera=fact.camera, minute_ms=fact.minute_ms)
    return None
