"""Makes a film in a confined process, whatever is put into it: what a muxer writes goes out, and nothing else."""

import fcntl
import json
import os
import sys
from collections.abc import Callable
from typing import IO, Any, Protocol

from controller.adapters.outside import Outside, say
from controller.adapters.reel_wire import DONE, FAULT, MOST_BYTES, OTHER, READY
from shared.errors import CctvError

_FAULT_BYTES = 300


class Reel(Protocol):
    """A film that grows."""

    def add(self, order: dict[str, Any]) -> bool:
        """Put in what is ordered; False: it does not fit, and nothing was written. A `CctvError` says why not."""
        ...

    def finish(self) -> None: ...


def make_reel(name: str, begin: Callable[[Any], Reel], orders: IO[bytes], answers: IO[bytes]) -> None:
    """Order by order, a line each, until an empty one or the input's end; `name` is the film's."""
    import av

    say(answers, READY)
    outside = Outside(name, answers)
    with av.open(outside, "w", format="mp4") as target:
        reel = begin(target)
        while line := orders.readline().strip():
            try:
                fits = reel.add(json.loads(line))
            except CctvError as fault:
                say(answers, FAULT, 0, str(getattr(fault, "fault", fault)).encode()[:_FAULT_BYTES])
            else:
                say(answers, DONE if fits else OTHER)
        reel.finish()
        outside.hold()
    outside.flush()
    say(answers, DONE)


def own_answers() -> IO[bytes]:
    """Our output, kept from libraries: whatever they print is no answer."""
    own = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    fcntl.fcntl(own, fcntl.F_SETPIPE_SZ, MOST_BYTES)
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    return own
