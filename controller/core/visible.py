"""What of a text somebody can see: a reason of blanks alone is none. Pure."""

import unicodedata

_BLANK = frozenset("\u115f\u1160\u2800\u3164\uffa0")
"""Letters by their category, and seen by nobody: Hangul fillers, the empty Braille pattern."""


def trimmed(text: str) -> str:
    """The text without what cannot be seen at its ends; empty where nothing can be."""
    seen = [at for at, one in enumerate(text) if not _unseen(one)]
    return text[seen[0] : seen[-1] + 1] if seen else ""


def _unseen(one: str) -> bool:
    return one in _BLANK or unicodedata.category(one)[0] in "ZC"
