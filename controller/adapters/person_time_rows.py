"""Person-time as rows: what verdicts add to it, each once however often it is saved, and what of it is forgotten."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, delete

from controller.adapters.database import Database
from controller.adapters.tables import PersonTimeRow
from controller.core.records import Verdict
from controller.core.report import STEP_MS

_SUMS = ("judged_ms", "present_ms", "breach_ms", "unknown_ms", "tracks")
_NAMES = ("rule_name", "kind", "zone_name")
KEPT_MS = 400 * 24 * 3_600_000
"""A year and a month: a week can be held against the same of last year. It is figures alone."""

Added = dict[tuple[str, int, str], dict[str, Any]]
"""Camera, step and rule -> what is to be added to them."""


def told_of(verdict: Verdict) -> list[dict[str, Any]]:
    """What a verdict adds, as its row keeps it."""
    return [asdict(one) for one in verdict.person_time]


def note(added: Added, verdict: Verdict, before: Sequence[Mapping[str, Any]]) -> None:
    """Put down what a verdict adds beyond what it had added `before`."""
    for sign, each in ((1, told_of(verdict)), (-1, before)):
        for one in each:
            about = added.setdefault((verdict.camera, one["step"], one["rule"]), dict.fromkeys(_SUMS, 0))
            for name in _SUMS:
                about[name] += sign * one[name]
            if sign > 0 or _NAMES[0] not in about:
                about.update({name: one[name] for name in _NAMES})


async def add(database: Database, session: AsyncSession, added: Added) -> None:
    """Add all at once, in one order: whoever else adds to the same rows waits and is not waited for."""
    for (camera, step, rule), about in sorted(added.items()):
        if not any(about[name] for name in _SUMS):
            continue
        insert = database.insert(PersonTimeRow).values(camera=camera, step=step, rule=rule, **about)
        sums = {name: col(getattr(PersonTimeRow, name)) + insert.excluded[name] for name in _SUMS}
        names = {name: insert.excluded[name] for name in _NAMES}
        await session.execute(
            insert.on_conflict_do_update(index_elements=["step", "camera", "rule"], set_=sums | names)
        )


async def forget_person_time(session: AsyncSession, now_ms: int) -> None:
    """Drop what is older than it is kept."""
    await session.execute(
        delete(PersonTimeRow)
        .where(col(PersonTimeRow.step) < (now_ms - KEPT_MS) // STEP_MS)
        .execution_options(synchronize_session=False)
    )
