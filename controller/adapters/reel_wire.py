"""What a process that makes a film says: head, then bytes; it is asked by lines of JSON, an empty one ends the film."""

import struct
from typing import Literal

HEAD = struct.Struct("<cqI")
"""`Said`, where in the film the bytes belong, and how many follow."""
MOST_BYTES = 1_048_576

Said = Literal[b"r", b"w", b"d", b"o", b"f"]
READY: Literal[b"r"] = b"r"
WRITE: Literal[b"w"] = b"w"
DONE: Literal[b"d"] = b"d"
OTHER: Literal[b"o"] = b"o"
FAULT: Literal[b"f"] = b"f"
"""It has come up; bytes of the film; what was asked for is done; it does not fit into this film, and nothing of it was
written; why it cannot be."""
