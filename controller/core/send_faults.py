"""Finds the sentence again that a stored fault of sending or scoring was, so that a page can say it. Pure."""

import re

from shared.english import CODES, ENGLISH, Code
from shared.texts import Text

_FAULTS: tuple[Code, ...] = tuple(code for code in CODES if code.startswith(("send_", "address_", "scores_")))


def _pattern(code: Code) -> re.Pattern[str]:
    plain = re.split(r"{(\w+)}", ENGLISH[code])
    return re.compile("".join(f"(?P<{part}>.+)" if at % 2 else re.escape(part) for at, part in enumerate(plain)))


_PATTERNS = {code: _pattern(code) for code in _FAULTS}


def recognise(text: str) -> Text | None:
    """The sentence with its code, or None: it is no such fault that we know."""
    for code, pattern in _PATTERNS.items():
        if found := pattern.fullmatch(text):
            return Text(code, dict(found.groupdict()))
    return None
