"""What the command lines ask of the terminal that they are started from."""

import io
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager


def write_any_text() -> None:
    """Spell out what the terminal's own encoding lacks, instead of ending in the middle of a sentence."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


@contextmanager
def ends_at_once() -> Iterator[None]:
    """Ctrl-C ends the program without a word, as long as nothing is begun that must be ended in order."""
    handled = signal.getsignal(signal.SIGINT) is signal.default_int_handler
    if not handled or threading.current_thread() is not threading.main_thread():
        yield
        return
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)
