"""Which model judges: the settings' own, or the one that people chose since the settings named theirs. Pure."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Choice:
    """What somebody chose. `over`: what the settings named then; `before`: what judged until then."""

    name: str
    over: str
    before: str
    by: str
    at: datetime


def holds(choice: Choice | None, in_settings: str) -> bool:
    """Whether a choice stands: the last word counts, and who changes the settings afterwards has it."""
    return choice is not None and choice.over == in_settings


def wanted(choice: Choice | None, in_settings: str) -> str:
    """The name of the model that is to judge."""
    return choice.name if choice is not None and holds(choice, in_settings) else in_settings
