"""The firmware's word on power and heat, as `vcgencmd get_throttled` and the kernel give it. Pure."""

import re

_FLAGS = {0: "under-voltage", 1: "frequency capped", 2: "throttled", 3: "soft temperature limit"}
_EVER_BIT = 16


def read_throttled(text: str) -> int | None:
    """The word in `throttled=0x50005`; None for what is none."""
    found = re.fullmatch(r"\s*throttled=0x([0-9a-fA-F]{1,8})\s*", text)
    return None if found is None else int(found[1], 16)


def flags_now(word: int) -> tuple[str, ...]:
    """What holds at this moment."""
    return tuple(name for bit, name in _FLAGS.items() if word >> bit & 1)


def flags_ever(word: int) -> tuple[str, ...]:
    """What has been since the start."""
    return flags_now(word >> _EVER_BIT)
