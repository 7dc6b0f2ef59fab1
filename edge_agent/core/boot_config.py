"""What a board's config.txt sets: filters by model, includes, overlays; the last word counts. Pure."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

_LINE_MAX = 98  # the firmware reads no further
_DEPTH_MAX = 8
_MODELS = {
    "Raspberry Pi 5": {"pi5"},
    "Compute Module 5": {"pi5", "cm5"},
    "Raspberry Pi 500": {"pi5", "pi500"},
    "Raspberry Pi 4": {"pi4"},
    "Compute Module 4": {"pi4", "cm4"},
    "Raspberry Pi 400": {"pi4", "pi400"},
    "Compute Module 3": {"pi3"},
    "Raspberry Pi 3": {"pi3"},
    "Raspberry Pi 2": {"pi2"},
    "Raspberry Pi Zero 2": {"pi0", "pi0w", "pi02"},
    "Raspberry Pi Zero": {"pi0"},
}
_MODEL_FILTERS = frozenset({"pi1", "cm0", "cm5l"}.union(*_MODELS.values()))
# Of one name in pi_board.py there are boards that see these and boards that do not.
_UNSURE_MODELS = {"pi3+": "Raspberry Pi 3", "pi0w": "Raspberry Pi Zero", "cm4s": "Compute Module 4"}


@dataclass(frozen=True, slots=True)
class BootLine:
    """One `key=value`; `sure` is False under a filter that cannot be judged here (a serial number, a pin, a screen)."""

    key: str
    value: str
    sure: bool = True


@dataclass(frozen=True, slots=True)
class BootSettings:
    """What counts in the end: values by key (of `dtparam` as `dtparam:NAME`), overlays with their parameters."""

    values: dict[str, str]
    overlays: tuple[tuple[str, frozenset[str]], ...]


def boot_lines(text: str, board: str, include: Callable[[str], str | None]) -> tuple[BootLine, ...]:
    """The lines that the board of that name (pi_board.py) sees; `include` gives a file beside config.txt."""
    return tuple(_lines(text, _Filters(board), include, 0))


class _Filters:
    """Filters of one kind replace each other, those of different kinds count together, `[all]` ends them."""

    def __init__(self, board: str) -> None:
        self._board = board
        self._mine = _MODELS.get(board, set())
        self._states: dict[str, bool | None] = {}

    def begin(self, name: str) -> None:
        if name == "all":
            self._states.clear()
        elif name == "none":
            self._states["none"] = False
        elif name in _MODEL_FILTERS or name in _UNSURE_MODELS:
            self._states["model"] = None if _UNSURE_MODELS.get(name) == self._board else name in self._mine
        else:
            self._states[name.partition("=")[0].rstrip("0123456789")] = None

    def counts(self) -> bool | None:
        """Whether the next line counts; None: cannot be told here."""
        states = self._states.values()
        return False if False in states else None if None in states else True


def _lines(text: str, filters: _Filters, include: Callable[[str], str | None], depth: int) -> Iterator[BootLine]:
    for raw in text.splitlines():
        line = raw.strip()[:_LINE_MAX]
        if not line or line.startswith("#"):
            continue
        if line.startswith("["):
            filters.begin(line.strip("[]"))
            continue
        counts = filters.counts()
        if counts is False:
            continue
        word, _, name = line.partition(" ")
        if word == "include":
            if depth < _DEPTH_MAX and (found := include(name.strip())) is not None:
                yield from _lines(found, filters, include, depth + 1)
            continue
        key, separator, value = line.partition("=")
        if separator:
            yield BootLine(key, value, sure=counts is True)


def in_force(lines: Sequence[BootLine]) -> BootSettings:
    """The last word on each key, and every overlay; an empty `dtoverlay=` only ends the one before."""
    values: dict[str, str] = {}
    overlays: list[tuple[str, frozenset[str]]] = []
    for line in lines:
        if line.key == "dtoverlay":
            name, *parameters = line.value.split(",")
            if name:
                overlays.append((name, frozenset(parameters)))
        elif line.key == "dtparam":
            for parameter in filter(None, line.value.split(",")):
                name, separator, value = parameter.partition("=")
                values[f"dtparam:{name}"] = value if separator else "on"
        else:
            values[line.key] = line.value
    return BootSettings(values, tuple(overlays))


def not_as_wanted(wanted: Sequence[BootLine], found: BootSettings) -> tuple[str, ...]:
    """The wanted lines that `found` lacks or says otherwise, each with what is there instead."""
    missing: list[str] = []
    goal = in_force(wanted)
    for name, parameters in goal.overlays:
        if not any(name == other and parameters <= has for other, has in found.overlays):
            missing.append("dtoverlay=" + ",".join((name, *sorted(parameters))))
    for key, value in goal.values.items():
        there = found.values.get(key)
        if there != value:
            shown = key.replace("dtparam:", "dtparam=")
            missing.append(f"{shown}={value}" + ("" if there is None else f" (is {there})"))
    return tuple(missing)
