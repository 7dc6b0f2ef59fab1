"""Reads what the installer's guide says is to be typed, where, and what is to be seen then."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Ending = Literal["end", "Ctrl-C", "go on"]
STEP = re.compile(r"^<!-- (run|look): (.+?) -->\n+(?:```[a-z]*\n(.*?)^```$)?", re.DOTALL | re.MULTILINE)
RUN = re.compile(
    r'(?P<machine>\w+)(?: until "(?P<until>[^"]+)")?(?: within (?P<within>\d+) s)?'
    r"(?: (?P<ending>then Ctrl-C|and go on))?"
)


@dataclass(frozen=True, slots=True)
class Step:
    """One block of commands; with `until` it goes on, or is repeated for `within_s`, until its output has that."""

    machine: str
    commands: str
    until: str | None
    within_s: int | None
    ending: Ending


@dataclass(frozen=True, slots=True)
class Look:
    """A place where the reader looks at the dashboard."""

    at: str


class GuideError(Exception):
    """The guide cannot be followed as it is written."""


def steps(guide: Path) -> list[Step | Look]:
    """Everything that the guide marks, in its order."""
    found: list[Step | Look] = []
    for kind, words, commands in STEP.findall(guide.read_text(encoding="utf-8")):
        if kind == "look":
            found.append(Look(words))
            continue
        said = RUN.fullmatch(words)
        if said is None or not commands:
            raise GuideError(f"{guide.name}: nobody can run {words!r}")
        within = said["within"]
        ending: Ending = "Ctrl-C" if said["ending"] == "then Ctrl-C" else "go on" if said["ending"] else "end"
        found.append(Step(said["machine"], commands, said["until"], int(within) if within else None, ending))
    return found


def filled_in(commands: str, values: dict[str, str]) -> str:
    """The commands with the words in capitals replaced by what the reader has by now."""
    for name, value in values.items():
        commands = re.sub(rf"\b{name}\b", value.replace("\\", r"\\"), commands)
    if missing := re.findall(r"\b(?:CONTROLLER|TOKEN|FINGERPRINT)\b", commands):
        raise GuideError(f"nobody knows {missing[0]} yet")
    return commands
