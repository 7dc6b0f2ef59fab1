"""Who may do what: roles in order, default no."""

from collections.abc import Iterable
from typing import Literal, get_args

from shared.errors import Rejected
from shared.texts import say

Role = Literal["viewer", "operator", "admin"]
ROLES: tuple[Role, ...] = get_args(Role)
Need = Literal["own", "viewer", "operator", "admin"]
"""`own`: anyone logged in, even before a password or a second factor is set."""

_RANK: dict[str, int] = {"own": 0, "viewer": 1, "operator": 2, "admin": 3}


def role_of(text: str) -> Role:
    """The role that is called `text`, or `Rejected`."""
    for role in ROLES:
        if text == role:
            return role
    raise Rejected("role", say("not_one_of", value=text, choices=", ".join(ROLES)))


def leaves_admin(others: Iterable[tuple[str, bool, bool]]) -> bool:
    """Whether somebody is left who can log in and administer; of everybody else: role, enabled, has a password."""
    return any(role == "admin" and enabled and proven for role, enabled, proven in others)


def allows(have: str, need: Need, *, first: str | None = None) -> bool:
    """Whether role `have` covers `need`; who must set something `first` may do only that."""
    if first is not None and need != "own":
        return False
    return _RANK.get(have, -1) >= max(1, _RANK[need])
