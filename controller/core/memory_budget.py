"""Which models share a GPU's memory: what each may take, and who goes when another comes."""

from collections.abc import Mapping, Sequence

_WORKSPACE_BYTES = 256 * 1024**2
_WEIGHTS_FACTOR = 2  # as loaded and as laid out anew by the provider
_PLANES_PER_PIXEL = 400  # bytes of intermediate values for one input pixel of one picture
_MARGIN_BYTES = 512 * 1024**2  # what the driver takes for itself


def least_bytes(file_bytes: int, input_pixels: int) -> int:
    """What a model needs to judge one picture at a time: a rule of thumb, to be corrected by what runs out."""
    return file_bytes * _WEIGHTS_FACTOR + input_pixels * _PLANES_PER_PIXEL + _WORKSPACE_BYTES


def shares(needs: Mapping[str, int], budget_bytes: int) -> dict[str, int]:
    """How much each model may take: the whole budget, or where not all fit, each its need and they take turns.

    A model that needs more than there is gets all there is: its batch shrinks.
    """
    usable = max(1, budget_bytes - _MARGIN_BYTES)
    total = sum(needs.values())
    if total <= usable:
        return {name: usable * need // total for name, need in needs.items()}
    return {name: min(need, usable) for name, need in needs.items()}


def to_unload(loaded: Sequence[tuple[str, int]], coming_bytes: int, budget_bytes: int) -> tuple[str, ...]:
    """Whom to unload for one that comes: from the front of `loaded` (least recently used first), as few as will do."""
    usable = max(1, budget_bytes - _MARGIN_BYTES)
    held = sum(size for _, size in loaded)
    leaving: list[str] = []
    for name, size in loaded:
        if held + coming_bytes <= usable:
            break
        leaving.append(name)
        held -= size
    return tuple(leaving)
