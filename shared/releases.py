"""Compares released versions. Pure."""

import re
from collections.abc import Iterable

_RELEASE = re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,9}){0,5}")


def release(text: str) -> tuple[int, ...] | None:
    """A final release as numbers that compare; None for anything else, previews among it."""
    if not _RELEASE.fullmatch(text):
        return None
    numbers = [int(part) for part in text.split(".")]
    while len(numbers) > 1 and numbers[-1] == 0:
        numbers.pop()
    return tuple(numbers)


def newest(versions: Iterable[str]) -> str | None:
    """The newest final release among them."""
    finals = [(numbers, text) for text in versions if (numbers := release(text)) is not None]
    return max(finals)[1] if finals else None


def is_newer(offered: str, installed: str) -> bool:
    """Whether `offered` is a later release than what is installed; not known counts as no."""
    there, here = release(offered), release(installed)
    return there is not None and here is not None and there > here
