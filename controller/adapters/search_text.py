"""Looks for words in what is known of alarms: their own, what people noted, what a model described."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from controller.adapters.tables import AlarmHistoryRow, AlarmRow, EnrichmentRow
from controller.adapters.tables.letters import ALARM_WORDS, contains, has_letters

RARE = 1_000
"""As many alarms are looked at one by one; words of more are met soon where the newest are read."""
_OWN = (AlarmRow.rule_name, AlarmRow.zone_name, AlarmRow.place, AlarmRow.camera, AlarmRow.detail)


def numbered(text: str) -> int | None:
    """The alarm's number that is meant."""
    number = text.removeprefix("#")
    fits = number.isascii() and number.isdigit() and len(number) < 10  # noqa: PLR2004 - fits a column
    return int(number) if fits else None


def says(text: str) -> Any:
    """Whether an alarm's number or words have `text`."""
    number = numbered(text)
    if number is not None:
        return col(AlarmRow.number) == number
    noted = sa.exists().where(col(AlarmHistoryRow.alarm) == col(AlarmRow.id), contains(AlarmHistoryRow.note, text))
    told = sa.exists().where(col(EnrichmentRow.alarm) == col(AlarmRow.id), contains(EnrichmentRow.text, text))
    return sa.or_(*(contains(column, text) for column in _OWN), noted, told)


async def few_that_say(session: AsyncSession, text: str, rare: int = RARE) -> frozenset[str] | None:
    """All alarms whose words have `text`, of whatever time; None where they are many, or no index knows them."""
    if numbered(text) is not None or session.get_bind().dialect.name != "postgresql":
        return None
    own = select(AlarmRow.id).where(has_letters(ALARM_WORDS, text), sa.or_(*(contains(one, text) for one in _OWN)))
    noted = select(AlarmHistoryRow.alarm).where(has_letters("note", text), contains(AlarmHistoryRow.note, text))
    told = select(EnrichmentRow.alarm).where(has_letters("text", text), contains(EnrichmentRow.text, text))
    found: set[str] = set()
    for query in (noted, told, own):
        found |= set(await session.scalars(query.limit(rare + 1 - len(found))))
        if len(found) > rare:
            return None
    return frozenset(found)
