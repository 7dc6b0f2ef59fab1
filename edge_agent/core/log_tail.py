"""The newest lines of a log, as they may leave the node: few, bounded, without secrets and without colours. Pure."""

import json
import re
from collections.abc import Iterable, Sequence

from edge_agent.core.redact import redact

_COLOURS = re.compile(r"\x1b\[[0-9;]*m")


def newest_lines(lines: Sequence[str], secrets: Iterable[str], most: int, bytes_max: int) -> bytes:
    """A JSON list of at most `most` lines, the oldest left out where it would be longer than `bytes_max`."""
    known = tuple(secrets)
    clean = redact("\n".join(_COLOURS.sub("", line).replace("\n", "\u21b5") for line in lines[-most:]), known)
    kept: list[str] = []
    room = bytes_max - 2
    for line in reversed(clean.split("\n") if lines else []):
        room -= len(json.dumps(line)) + 2
        if room < 0:
            break
        kept.append(line)
    return json.dumps(kept[::-1]).encode("ascii")
