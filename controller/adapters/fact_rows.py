"""Single facts into their rows: runs, ledger minutes with their gaps, tamper."""

from datetime import datetime, timedelta

import structlog
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from controller.adapters.tables import AuditRow, GapRow, LedgerRow, NodeKeyRow, RunRow, TamperRow
from controller.core.losses import worth_telling
from controller.core.spans import common
from shared.clock import to_datetime
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

CONTRADICTED = "camera.contradicted"
_TOLD_AGAIN = timedelta(hours=1)
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


async def fill_ledger(session: AsyncSession, fact: LedgerFact, now: datetime) -> bool:
    """Write a camera-minute and its gaps; False when the chain has that minute already.

    An entry is written once: what a node says otherwise later, whoever has its key by then, changes nothing and goes
    on record. One whose signature fits no key of its node is kept as it came: a check names it.
    """
    row = await session.get(LedgerRow, (fact.chain, fact.camera, fact.minute_ms), with_for_update=True)
    if row is not None:
        if row.entry != fact.entry:
            await _contradicted(session, fact, row.entry, now)
        return False
    sound = fact.entry == entry_hash(fact.camera, fact.minute_ms, fact.chain, fact.previous, fact.segments, fact.gaps)
    await _fill_gaps(session, fact)
    session.add(
        LedgerRow(
            chain=fact.chain,
            camera=fact.camera,
            minute_ms=fact.minute_ms,
            rev=fact.rev,
            segments=[segment.model_dump() for segment in fact.segments],
            gaps=[gap.model_dump() for gap in fact.gaps],
            previous=fact.previous,
            entry=fact.entry,
            sound=sound,
            signature=fact.signature,
            signer=await _signer(session, fact),
            clock_offset_ms=fact.clock_offset_ms,
            clock_error_ms=fact.clock_error_ms,
            due=fact.due,
            check_ms=round(now.timestamp() * 1000) + _COMPARED_AFTER_MS,
        )
    )
    return True


async def _fill_gaps(session: AsyncSession, fact: LedgerFact) -> None:
    """The minute's gaps; where another chain told of it before, what both lack, for the cause that was told first."""
    here = (LedgerRow.camera == fact.camera, LedgerRow.minute_ms == fact.minute_ms)
    if await session.scalar(select(LedgerRow.chain).where(*here).limit(1)) is None:
        session.add_all(
            GapRow(
                camera=fact.camera,
                minute_ms=fact.minute_ms,
                start_ms=gap.start_ms,
                end_ms=gap.end_ms,
                cause=gap.cause,
                alarmed=not worth_telling(gap.start_ms, gap.end_ms, gap.cause),
            )
            for gap in fact.gaps
        )
        return
    lacking = [(gap.start_ms, gap.end_ms) for gap in fact.gaps]
    told = (GapRow.camera == fact.camera, GapRow.minute_ms == fact.minute_ms)
    for known in (await session.scalars(select(GapRow).where(*told))).all():
        left = common([(known.start_ms, known.end_ms)], lacking)
        if left == ((known.start_ms, known.end_ms),):
            continue
        await session.delete(known)
        session.add_all(
            GapRow(
                camera=known.camera,
                minute_ms=known.minute_ms,
                start_ms=start_ms,
                end_ms=end_ms,
                cause=known.cause,
                alarmed=known.alarmed,
            )
            for start_ms, end_ms in left
        )


async def _contradicted(session: AsyncSession, fact: LedgerFact, kept: str, now: datetime) -> None:
    """Put on record that a node denies what it signed; once an hour for a camera, however often it does."""
    log.warning("a node denies a minute of its ledger", camera=fact.camera, minute_ms=fact.minute_ms)
    lately = select(AuditRow.id).where(
        AuditRow.what == CONTRADICTED, AuditRow.subject == fact.camera, col(AuditRow.at) > now - _TOLD_AGAIN
    )
    if await session.scalar(lately.limit(1)) is None:
        detail = {"minute": to_datetime(fact.minute_ms).isoformat(), "kept": kept, "told": fact.entry}
        session.add(AuditRow(at=now, who=fact.node, what=CONTRADICTED, subject=fact.camera, detail=detail))


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
