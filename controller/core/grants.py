"""What a person may do with which cameras: rights by role, or those that were given camera by camera. Pure.

Invariants, held by tests/unit/controller/core/test_grants.py:
1. What was not given is refused: an unknown role, right or camera is never allowed.
2. An administrator may do everything; what others were given never widens beyond the cameras named.
3. Whoever has any right to a camera may view it.
4. What `sight` sees is what `may` allows, camera by camera.
5. Who is not said to see clear pictures does not: a role does where the site says so, an administrator always.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

from shared.errors import Rejected
from shared.ids import node_of, parse_camera, parse_name
from shared.texts import say

Right = Literal["view", "playback", "clear", "export", "delete", "unmask", "configure", "listen"]
RIGHTS: tuple[Right, ...] = get_args(Right)
Touch = Right | Literal["site", "none"]
"""What a route does with cameras; `site`: it tells of all of them at once; `none`: it touches none."""

MOST_TARGETS = 1_000
_NONE: frozenset[Right] = frozenset()

Roles = Mapping[str, frozenset[Right]]
"""What each role may do with every camera where nothing was given by camera."""
STRICT: Roles = {
    "viewer": frozenset({"view", "playback"}),
    "operator": frozenset({"view", "playback", "export"}),
    "admin": frozenset(RIGHTS),
}
"""Where the site says nothing of clear pictures: who was not given them sees none."""

Given = Mapping[str, Collection[str]]
"""Rights by target: a camera's id, or a node's for all cameras that it has or will have."""


@dataclass(frozen=True, slots=True)
class Sight:
    """The cameras that something is seen of: all of them, or these and those of these nodes."""

    everything: bool = False
    cameras: frozenset[str] = frozenset()
    nodes: frozenset[str] = frozenset()

    def sees(self, camera: str | None) -> bool:
        """Whether it is one of them; what is about no camera is not."""
        if self.everything:
            return True
        return camera is not None and (camera in self.cameras or camera.partition(".")[0] in self.nodes)

    def sees_node(self, node: str | None) -> bool:
        """Whether anything of a node is seen."""
        return self.everything or node in self.node_names

    @property
    def empty(self) -> bool:
        return not (self.everything or self.cameras or self.nodes)

    @property
    def node_names(self) -> frozenset[str]:
        """Every node of which a camera may be seen."""
        return self.nodes | {camera.partition(".")[0] for camera in self.cameras}


EVERYTHING = Sight(everything=True)
NOTHING = Sight()


def roles_with(clear: Collection[str], unmask: Collection[str] = ()) -> Roles:
    """The roles of a site that lets some of them see clear pictures, and some ask for them with a reason."""
    more: Mapping[Right, Collection[str]] = {"clear": clear, "unmask": unmask}
    return {role: rights | {right for right, roles in more.items() if role in roles} for role, rights in STRICT.items()}


def common(one: Sight, other: Sight) -> Sight:
    """The cameras that both see."""
    if one.everything or other.everything:
        return other if one.everything else one
    both = {camera for camera in one.cameras if other.sees(camera)} | {c for c in other.cameras if one.sees(c)}
    return Sight(cameras=frozenset(both), nodes=one.nodes & other.nodes)


def clear_sight(role: str, given: Given | None, unmasked: Collection[str], roles: Roles = STRICT) -> Sight:
    """The cameras whose pictures somebody sees clear now: by right, or by leave for some minutes while they may ask."""
    clear, may_ask = sight(role, given, "clear", roles), sight(role, given, "unmask", roles)
    if clear.everything:
        return clear
    return Sight(cameras=clear.cameras | {one for one in unmasked if may_ask.sees(one)}, nodes=clear.nodes)


def rights_of_role(role: str, roles: Roles = STRICT) -> frozenset[Right]:
    """What a role may do with every camera where nothing was given by camera."""
    return roles.get(role, _NONE)


def may(role: str, given: Given | None, right: str, camera: str, roles: Roles = STRICT) -> bool:
    """Whether somebody of this role, with what was given them, has a right to a camera."""
    return right in RIGHTS and sight(role, given, right, roles).sees(camera)


def sight(role: str, given: Given | None, right: str, roles: Roles = STRICT) -> Sight:
    """The cameras to which somebody has a right. `given`: None: what the role may do with every camera."""
    if right not in RIGHTS or role not in roles:
        return NOTHING
    if role == "admin" or given is None:
        return EVERYTHING if right in roles[role] else NOTHING
    targets = [target for target, rights in given.items() if right in rights and "view" in rights]
    return Sight(
        cameras=frozenset(one for one in targets if "." in one),
        nodes=frozenset(one for one in targets if "." not in one),
    )


def parse_given(document: Any) -> dict[str, tuple[Right, ...]]:
    """Rights by camera or node, in order; `Rejected` names what is wrong. To have any right is to view."""
    if not isinstance(document, Mapping):
        raise Rejected("cameras", say("not_map"))
    if len(document) > MOST_TARGETS:
        raise Rejected("cameras", say("too_many", count=len(document), most=MOST_TARGETS))
    return {_target(name): _rights(str(name), document[name]) for name in sorted(document, key=str)}


def _target(name: Any) -> str:
    text = str(name)
    return parse_camera(text, "cameras") if "." in text else parse_name("cameras", text)


def _rights(target: str, named: Any) -> tuple[Right, ...]:
    field = f"cameras.{target}"[:200]
    if not isinstance(named, Sequence) or isinstance(named, str):
        raise Rejected(field, say("not_list"))
    if not named:
        raise Rejected(field, say("too_few", least=1))
    for one in named:
        if one not in RIGHTS:
            raise Rejected(field, say("not_one_of", value=str(one)[:64], choices=", ".join(RIGHTS)))
    return tuple(right for right in RIGHTS if right == "view" or right in named)


def known_targets(cameras: Collection[str]) -> frozenset[str]:
    """What rights may be given to: these cameras, and the nodes that have them."""
    return frozenset(cameras) | {node_of(parse_camera(one)) for one in cameras}
