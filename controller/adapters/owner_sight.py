"""What the owner of a destination may be told: alarms of cameras that they may view, and nothing of others."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from controller.adapters.states import State
from controller.adapters.tables import DeliveryRow, UserRow
from controller.core.dispatch import Subscription
from controller.core.grants import EVERYTHING, Roles, Sight, common, sight
from controller.core.seen import seen_alarm
from shared.texts import say


@dataclass(frozen=True, slots=True)
class Eyes:
    """The cameras that somebody is told of, and those of which they see clear pictures."""

    seen: Sight = EVERYTHING
    clear: Sight = EVERYTHING


async def sights(session: AsyncSession, roles: Roles) -> dict[str | None, Eyes]:
    """Of everybody by name; None: the site's own destinations."""
    people = list(await session.scalars(select(UserRow)))
    return {None: Eyes(), **{row.name: _eyes(row, roles) for row in people}}


def _eyes(row: UserRow, roles: Roles) -> Eyes:
    seen = sight(row.role, row.given, "view", roles)
    return Eyes(seen, common(seen, sight(row.role, row.given, "clear", roles)))


def told_to(state: State, eyes: Eyes | None) -> State | None:
    """An alarm as its message tells it; None: it is not for them.

    Without a picture where a camera of it is not seen, or not seen clear: a message leaves the site.
    """
    told = None if eyes is None else seen_alarm(state, eyes.seen)
    if told is None or eyes is None or eyes.clear.everything:
        return told
    alone = not eyes.clear.empty and all(eyes.clear.sees(camera) for camera in state.get("cameras", ()))
    return told if alone else {**told, "has_picture": False}


def lines_for(
    state: State, lines: Sequence[Subscription], seen: dict[str | None, Eyes]
) -> tuple[list[Subscription], dict[str, State]]:
    """The lines whose owner may be told of an alarm, and what each destination of theirs is told."""
    states = {name: told_to(state, one) for name, one in seen.items()}
    found = [(line, told) for line in lines if (told := states.get(line.username)) is not None]
    return [line for line, _ in found], {line.destination: told for line, told in found}


async def forget_unseen(session: AsyncSession, waiting: Any, owner: str | None, now_ms: int, roles: Roles) -> None:
    """What waits for somebody who may not be told of it any more is dropped; the rest says no more than they see."""
    eyes = (await sights(session, roles)).get(owner)
    if eyes is not None and eyes.seen.everything and eyes.clear.everything:
        return
    for row in await session.scalars(waiting.where(col(DeliveryRow.alarm).is_not(None))):
        told = told_to(row.payload, eyes)
        if told is None:
            row.state, row.error, row.done_ms = "dropped", say("send_removed"), now_ms
        else:
            row.payload = told
    await session.flush()
