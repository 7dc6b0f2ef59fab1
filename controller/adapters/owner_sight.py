"""What the owner of a destination may be told: alarms of cameras that they may view, and nothing of others."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from controller.adapters.states import State
from controller.adapters.tables import DeliveryRow, UserRow
from controller.core.dispatch import Subscription
from controller.core.grants import EVERYTHING, Sight, sight
from controller.core.seen import seen_alarm
from shared.texts import say


async def sights(session: AsyncSession) -> dict[str | None, Sight]:
    """Of everybody by name; None: the site's own destinations."""
    people = await session.scalars(select(UserRow))
    return {None: EVERYTHING, **{row.name: sight(row.role, row.given, "view") for row in people}}


def told_to(state: State, seen: Sight | None) -> State | None:
    """An alarm as its message tells it; None: it is not for them. One that others saw too goes without a picture."""
    told = None if seen is None else seen_alarm(state, seen)
    if told is None or seen is None or seen.everything:
        return told
    alone = all(seen.sees(camera) for camera in state.get("cameras", ()))
    return told if alone else {**told, "has_picture": False}


def lines_for(
    state: State, lines: Sequence[Subscription], seen: dict[str | None, Sight]
) -> tuple[list[Subscription], dict[str, State]]:
    """The lines whose owner may be told of an alarm, and what each destination of theirs is told."""
    states = {name: told_to(state, one) for name, one in seen.items()}
    found = [(line, told) for line in lines if (told := states.get(line.username)) is not None]
    return [line for line, _ in found], {line.destination: told for line, told in found}


async def forget_unseen(session: AsyncSession, waiting: Any, owner: str | None, now_ms: int) -> None:
    """What waits for somebody who may not be told of it any more is dropped; the rest says no more than they see."""
    seen = (await sights(session)).get(owner)
    if seen is not None and seen.everything:
        return
    for row in await session.scalars(waiting.where(col(DeliveryRow.alarm).is_not(None))):
        told = told_to(row.payload, seen)
        if told is None:
            row.state, row.error, row.done_ms = "dropped", say("send_removed"), now_ms
        else:
            row.payload = told
    await session.flush()
