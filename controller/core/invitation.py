"""The life of an invitation: a node asks with it, somebody looks at its fingerprint, and it is let in or not. Pure.

Invariants, held by tests/unit/controller/core/test_invitation.py:
1. Nobody is let in whom nobody approved, and never by another key than the one that was approved.
2. Only the first key that asks with an invitation may go on with it.
3. What ended stays ended: no event brings an invitation back.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from shared.errors import Rejected
from shared.key_mark import same_mark
from shared.texts import say

State = Literal["invited", "waiting", "approved", "fetched", "rejected", "void", "expired"]
OPEN: frozenset[State] = frozenset({"invited", "waiting", "approved"})
VOIDED: frozenset[State] = OPEN | {"fetched"}
_SHORTEST = timedelta(minutes=1)
LONGEST = timedelta(days=7)
WAITS = timedelta(days=7)
"""For so long somebody may decide about a node that asked, and for so long it may fetch what was decided."""


@dataclass(frozen=True, slots=True)
class Invitation:
    """One invitation as it stands; `until`: when it runs out, unless something happens."""

    node: str
    state: State
    until: datetime
    fingerprint: str | None = None


def checked_life(life: timedelta) -> timedelta:
    """How long a token may be used for a first time."""
    if not _SHORTEST <= life <= LONGEST:
        minutes = life / _SHORTEST
        raise Rejected("life_min", say("out_of_range", value=round(minutes), least=1, most=LONGEST / _SHORTEST))
    return life


def at(invitation: Invitation, now: datetime) -> Invitation:
    """How it stands now, time alone considered."""
    if invitation.state in OPEN and now >= invitation.until:
        return replace(invitation, state="expired")
    return invitation


def ask(invitation: Invitation, fingerprint: str, now: datetime) -> Invitation:
    """A node that has the secret asks with its key; asking again changes nothing."""
    found = at(invitation, now)
    match found.state:
        case "invited":
            return replace(found, state="waiting", fingerprint=fingerprint, until=now + WAITS)
        case "expired":
            raise Rejected("token", say("enrol_expired"))
        case "rejected":
            raise Rejected("token", say("enrol_rejected"))
        case "void":
            raise Rejected("token", say("enrol_void"))
        case "fetched" if now >= found.until:
            raise Rejected("token", say("enrol_expired"))
        case _:
            if found.fingerprint != fingerprint:
                raise Rejected("token", say("enrol_used"))
            return found


def approve(invitation: Invitation, fingerprint: str, now: datetime) -> Invitation:
    """Somebody compared the fingerprint and lets the node in."""
    found = _waiting(invitation, now)
    if not same_mark(fingerprint, found.fingerprint or ""):
        raise Rejected("fingerprint", say("enrol_fingerprint"))
    return replace(found, state="approved", until=now + WAITS)


def reject(invitation: Invitation, now: datetime) -> Invitation:
    """Somebody turns the node away that waits, or takes an invitation back that nobody used yet."""
    found = at(invitation, now)
    return replace(found if found.state == "invited" else _waiting(found, now), state="rejected")


def fetched(invitation: Invitation) -> Invitation:
    """The node was given what it needs; it may ask for it again until `until`, should it have lost the answer."""
    return replace(invitation, state="fetched") if invitation.state == "approved" else invitation


def void(invitation: Invitation, now: datetime) -> Invitation:
    """A newer invitation, or the end of the node, takes its place."""
    found = at(invitation, now)
    return replace(found, state="void") if found.state in VOIDED else found


def _waiting(invitation: Invitation, now: datetime) -> Invitation:
    found = at(invitation, now)
    if found.state != "waiting":
        raise Rejected("node", say("enrol_not_waiting", node=invitation.node))
    return found
