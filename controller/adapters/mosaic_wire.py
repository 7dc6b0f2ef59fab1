"""What is said between who asks for derived pictures and the process that makes them: head, then bytes."""

import struct
from typing import Literal

ASK = struct.Struct("<cqI")
"""`Kind`, a number (capture time in Unix ms; cells of a picture), and how many bytes follow."""
ANSWER = struct.Struct("<qHHI")
"""The number, width and height in px (0, 0: a fault), and how many bytes follow."""
MOST_BYTES = 10_000_000
READY = -1
"""The number of its first answer: it has come up, and listens."""

Kind = Literal[b"c", b"u", b"p"]
CODEC, UNIT, PICTURE = b"c", b"u", b"p"
"""A stream's codec; an access unit of it; one JPEG."""
