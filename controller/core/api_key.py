"""Keys by which programs ask in somebody's name: what they look like, and what is left of their owner's rights. Pure.

Invariants, held by tests/unit/controller/core/test_api_key.py:
1. A key may do nothing that its owner may not, now.   2. What is mistyped is told from what is wrong without looking.
"""

import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from controller.core.access import ROLES, Role, role_of
from controller.core.grants import RIGHTS, STRICT, Given, Right, Roles, rights_of_role
from shared.errors import Rejected
from shared.ids import parse_camera, parse_name
from shared.texts import say

PREFIX = "cctv_"
ID_CHARS, SECRET_CHARS = 12, 48
MOST_DAYS, USUAL_DAYS = 365, 90
_FORM = re.compile(rf"{PREFIX}([0-9a-f]{{{ID_CHARS}}})_([0-9a-f]{{{SECRET_CHARS}}})([0-9a-f]{{8}})")


@dataclass(frozen=True, slots=True)
class Scope:
    """What a key is kept to: a role, cameras or nodes if any are named, and rights to those if any are named."""

    role: Role
    cameras: tuple[str, ...] | None = None
    rights: tuple[Right, ...] | None = None


def rests_from(provided_at: datetime | None, lasts: timedelta, made_at: datetime) -> datetime:
    """When keys of somebody rest whom an identity provider logged in last then; None: it lets them in no more."""
    return made_at if provided_at is None else provided_at + lasts


def written(key_id: str, secret: str) -> str:
    """A key as its owner is given it, with a checksum at its end."""
    text = f"{PREFIX}{key_id}_{secret}"
    return f"{text}{zlib.crc32(text.encode()):08x}"


def read(text: str) -> tuple[str, str] | None:
    """Id and secret of a key; None for what is none, or is mistyped."""
    found = _FORM.fullmatch(text)
    if found is None or written(found[1], found[2]) != text:
        return None
    return found[1], found[2]


def parse_scope(role: str, cameras: Sequence[str] | None, rights: Sequence[str] | None) -> Scope:
    """A scope that is whole, or `Rejected`. Rights are to cameras; who administers is not kept to any."""
    wanted = role_of(role)
    if cameras is None and rights is not None:
        raise Rejected("rights", say("key_rights_alone"))
    if cameras is not None and wanted == "admin":
        raise Rejected("role", say("admin_sees_all"))
    for one in rights or ():
        if one not in RIGHTS:
            raise Rejected("rights", say("not_one_of", value=one[:64], choices=", ".join(RIGHTS)))
    for one in cameras or ():
        if "." in one:
            parse_camera(one, "cameras")
        else:
            parse_name("cameras", one)
    kept = None if rights is None else tuple(one for one in RIGHTS if one == "view" or one in rights)
    return Scope(wanted, None if cameras is None else tuple(sorted(set(cameras))), kept)


def narrowed(role: str, given: Given | None, scope: Scope, roles: Roles = STRICT) -> tuple[Role, Given | None]:
    """Role and rights that a key has of its owner's, as these are now."""
    lesser = min(role_of(role), scope.role, key=ROLES.index)
    held = None if role == "admin" else given
    if scope.cameras is None:
        return lesser, held
    kept: dict[str, tuple[Right, ...]] = {}
    for target, rights in _of_targets(lesser, held, scope.cameras, roles).items():
        left = tuple(one for one in RIGHTS if one in rights and (scope.rights is None or one in scope.rights))
        if "view" in left:
            kept[target] = left
    return ("operator" if lesser == "admin" else lesser), kept


def _of_targets(role: str, held: Given | None, asked: Sequence[str], roles: Roles) -> dict[str, frozenset[str]]:
    """What an owner may do with each of these cameras or nodes; of a node that they see in part, with those cameras."""
    if held is None:
        return dict.fromkeys(asked, frozenset(rights_of_role(role, roles)))
    found: dict[str, frozenset[str]] = {}
    for target in asked:
        node = target.partition(".")[0]
        if target in held:
            found[target] = frozenset(held[target])
        if node in held:
            found[target] = found.get(target, frozenset()) | frozenset(held[node])
        if target == node:
            found |= {one: frozenset(held[one]) for one in held if one.startswith(f"{node}.")}
    return found
