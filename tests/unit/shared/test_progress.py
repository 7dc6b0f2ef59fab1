"""Progress on a terminal: nothing for what is quick or no terminal, then a line that goes away."""

import io

import pytest

from shared.progress import shown


class Screen(io.StringIO):
    def __init__(self, *, tty: bool) -> None:
        super().__init__()
        self._tty = tty

    def isatty(self) -> bool:
        return self._tty


@pytest.mark.parametrize(
    ("tty", "step_s", "told"), [(True, 0.6, "2.0 of 4.0 s"), (True, 0.1, None), (False, 1.0, None)]
)
def test_only_what_takes_long_is_told_and_only_to_a_person(tty: bool, step_s: float, told: str | None) -> None:
    screen, clock = Screen(tty=tty), iter(n * step_s for n in range(100))
    assert list(shown(range(5), float, 4.0, screen, lambda: next(clock))) == [0, 1, 2, 3, 4]
    text = screen.getvalue()
    assert (told in text) if told else text == ""
    assert text == "" or text.endswith("\r\x1b[K")
