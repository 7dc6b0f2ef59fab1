"""A line on a terminal that tells how far a long command is; silent for a file, a pipe and whatever is quick."""

from collections.abc import Callable, Iterable, Iterator
from typing import Protocol, TypeVar

_QUICK_S = 1.0
_EVERY_S = 0.5
_CLEAR = "\r\x1b[K"

T = TypeVar("T")


class Terminal(Protocol):
    """What is written to: `sys.stderr`."""

    def isatty(self) -> bool: ...

    def write(self, text: str, /) -> object: ...

    def flush(self) -> object: ...


def shown(
    items: Iterable[T], at_s: Callable[[T], float], of_s: float, terminal: Terminal, timer: Callable[[], float]
) -> Iterator[T]:
    """Pass `items` on; `at_s` is an item's place in `of_s` seconds of film (0: unknown), `timer` counts seconds."""
    if not terminal.isatty():
        yield from items
        return
    due, written = timer() + _QUICK_S, False
    whole = f" of {of_s:.1f}" if of_s > 0 else ""
    try:
        for item in items:
            if timer() >= due:
                terminal.write(f"{_CLEAR}{at_s(item):.1f}{whole} s")
                terminal.flush()
                due, written = timer() + _EVERY_S, True
            yield item
    finally:
        if written:
            terminal.write(_CLEAR)
            terminal.flush()
