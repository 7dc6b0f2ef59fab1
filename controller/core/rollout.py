"""Decides which nodes are updated together, one ring after the other. Pure."""

import re
from collections.abc import Sequence
from typing import TypeVar

from shared.errors import Rejected
from shared.releases import is_newer

N = TypeVar("N", bound=str)

_WHOLE = 100


def parse_ring(text: str, count: int) -> int:
    """How many of `count` nodes a ring has: `10%` or a number, one at least."""
    found = re.fullmatch(r"([1-9][0-9]{0,4})(%?)", text)
    if found is None or (found[2] and int(found[1]) > _WHOLE):
        raise Rejected("--ring", f"{text[:20]!r} is neither a share like 10% nor a number of nodes")
    return max(1, count * int(found[1]) // _WHOLE) if found[2] else int(found[1])


def rings(nodes: Sequence[N], size: int) -> list[tuple[N, ...]]:
    """The nodes in their order, `size` at a time."""
    return [tuple(nodes[start : start + size]) for start in range(0, len(nodes), size)]


def skew(node: str, controller: str) -> str:
    """How a node's version stands to the controller's: same, older, newer, or not known."""
    if not node:
        return "unknown"
    if node == controller:
        return "same"
    if is_newer(node, controller):
        return "newer"
    return "older" if is_newer(controller, node) else "unknown"
