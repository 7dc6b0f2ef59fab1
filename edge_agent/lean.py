"""Keeps out of a node's memory what libraries would import beside themselves for terminals and other frameworks."""

import sys
from collections.abc import Sequence

_NEVER = ("httpx._main",)  # the command of that library, with all that draws on terminals
_NOT_FOR_LOGS = ("rich", "greenlet", "attr")


def import_lean() -> None:
    """Import structlog without its extras, which whoever else wants them still finds; httpx goes without its command.

    Call before anything else imports them. What is imported already stays.
    """
    _hide(_NEVER)
    hidden = _hide(_NOT_FOR_LOGS)
    try:
        import structlog  # noqa: F401 - here it looks for extras, once
    finally:
        for name in hidden:
            del sys.modules[name]


def _hide(names: Sequence[str]) -> list[str]:
    hidden = [name for name in names if name not in sys.modules]
    for name in hidden:
        sys.modules[name] = None  # type: ignore[assignment]  # the import system: not there
    return hidden
