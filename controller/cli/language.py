"""The language in which a command says what the server has by code: as asked for, else as this machine speaks."""

import locale
from collections.abc import Iterable
from typing import Literal

from controller.core.korean import in_korean
from controller.ports import State

Language = Literal["ko", "en"]


def worded(notices: Iterable[State], language: Language | None) -> list[str]:
    """NoticeOut of each in a language; in English where there is no Korean of it."""
    korean = (language or _terminal()) == "ko"
    return [(in_korean(one["said"]) if korean else None) or str(one["text"]) for one in notices]


def _terminal() -> Language:
    try:
        return "ko" if locale.setlocale(locale.LC_MESSAGES, "").lower().startswith("ko") else "en"
    except locale.Error:  # it names one that this machine does not have
        return "en"
