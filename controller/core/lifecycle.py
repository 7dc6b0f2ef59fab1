"""The life of an alarm: what a person or the system does to it, and what it is then. Pure: time is an argument.

Invariants, held by tests/unit/controller/core/test_lifecycle.py:
1. An open alarm is in action exactly while somebody is assigned; assigning acknowledges.
2. Who acknowledged first stays; so does a resolution, and only another assessment or a note comes after it.
3. The same deed done twice at one moment changes nothing more, an escalation apart, which goes one level up each time.
4. Only an open alarm is shelved; the level of escalation never falls.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal, get_args

from shared.errors import Rejected
from shared.kinds import OPEN_STATES, AlarmState
from shared.texts import say

Move = Literal["acknowledge", "assign", "unassign", "note", "resolve", "shelve", "unshelve", "escalate"]
Assessment = Literal["true", "false", "nuisance"]
ASSESSMENTS: tuple[Assessment, ...] = get_args(Assessment)
SHELVE_MINUTES_MAX = 24 * 60
LEVEL_MAX = 9

_KEEPING: tuple[Move, ...] = ("note", "shelve", "unshelve", "escalate")
_MOVES: dict[tuple[AlarmState, Move], AlarmState] = {
    ("raised", "acknowledge"): "acknowledged",
    ("acknowledged", "acknowledge"): "acknowledged",
    ("in_action", "acknowledge"): "in_action",
    ("raised", "unassign"): "raised",
    ("acknowledged", "unassign"): "acknowledged",
    ("in_action", "unassign"): "acknowledged",
    ("resolved", "resolve"): "resolved",
    ("resolved", "note"): "resolved",
    **{(state, "assign"): "in_action" for state in OPEN_STATES},
    **{(state, "resolve"): "resolved" for state in OPEN_STATES},
    **{(state, move): state for state in OPEN_STATES for move in _KEEPING},
}
DONE: dict[Move, str] = {
    "acknowledge": "acknowledged",
    "assign": "assigned",
    "unassign": "unassigned",
    "note": "noted",
    "resolve": "resolved",
    "shelve": "shelved",
    "unshelve": "unshelved",
    "escalate": "escalated",
}
"""What the history calls a move."""


def after(state: AlarmState, move: Move) -> AlarmState:
    """The state after a move; an illegal one raises `Rejected`. A move made twice changes nothing."""
    try:
        return _MOVES[state, move]
    except KeyError:
        raise Rejected("state", say("alarm_resolved" if move == "acknowledge" else "alarm_over")) from None


@dataclass(frozen=True, slots=True)
class Life:
    """Where an alarm stands."""

    raised_at: datetime
    state: AlarmState = "raised"
    acknowledged_by: str | None = None
    acknowledged_at: datetime | None = None
    assigned_to: str | None = None
    assessment: Assessment | None = None
    resolved_by: str | None = None
    resolved_at: datetime | None = None
    shelved_by: str | None = None
    shelved_until: datetime | None = None
    escalation_level: int = 0
    escalated_at: datetime | None = None
    waits_from: datetime | None = None  # an answer is waited for since then, where that is after the raising
    suppressed: bool = False  # raised under maintenance: nobody is told


@dataclass(frozen=True, slots=True)
class Deed:
    """What somebody does. Each move needs its own: assign `to`, resolve `assessment`, shelve `minutes`, note `note`."""

    move: Move
    who: str
    note: str = ""
    to: str | None = None
    assessment: Assessment | None = None
    minutes: int = 0


def done(life: Life, deed: Deed, at: datetime) -> Life:
    """The life after a deed; the same one when it changes nothing. `Rejected` names what is illegal or missing."""
    _check(deed)
    state = after(life.state, deed.move)
    if deed.move in {"acknowledge", "assign", "resolve"} and life.acknowledged_by is None:
        life = replace(life, acknowledged_by=deed.who, acknowledged_at=at)
    match deed.move:
        case "assign":
            life = replace(life, state=state, assigned_to=deed.to)
        case "unassign":
            life = replace(life, state=state, assigned_to=None)
        case "resolve":
            life = _resolved(life, deed, at)
        case "shelve":
            life = replace(life, shelved_by=deed.who, shelved_until=at + timedelta(minutes=deed.minutes))
        case "unshelve" if life.shelved_until is not None:
            life = replace(life, shelved_by=None, shelved_until=None, waits_from=at)
        case "escalate" if life.escalation_level < LEVEL_MAX:
            life = replace(life, escalation_level=life.escalation_level + 1, escalated_at=at)
        case "acknowledge":
            life = replace(life, state=state)
    return life


def _resolved(life: Life, deed: Deed, at: datetime) -> Life:
    if life.state == "resolved":
        return replace(life, assessment=deed.assessment)
    return replace(
        life,
        state="resolved",
        assessment=deed.assessment,
        resolved_by=deed.who,
        resolved_at=at,
        shelved_by=None,
        shelved_until=None,
    )


def _check(deed: Deed) -> None:
    if deed.move == "assign" and not deed.to:
        raise Rejected("to", say("missing"))
    if deed.move == "resolve" and deed.assessment not in ASSESSMENTS:
        raise Rejected("assessment", say("not_one_of", value=str(deed.assessment), choices=", ".join(ASSESSMENTS)))
    if deed.move == "shelve" and not 1 <= deed.minutes <= SHELVE_MINUTES_MAX:
        raise Rejected("minutes", say("out_of_range", value=str(deed.minutes), least=1, most=SHELVE_MINUTES_MAX))
    if deed.move == "note" and not deed.note.strip():
        raise Rejected("note", say("missing"))
