"""What the process that makes a derived film says: head, then bytes."""

import struct
from typing import Literal

HEAD = struct.Struct("<cqI")
"""`Said`, where in the film the bytes belong, and how many follow."""
MOST_BYTES = 1_048_576

Said = Literal[b"w", b"d", b"f"]
WRITE: Literal[b"w"] = b"w"
DONE: Literal[b"d"] = b"d"
FAULT: Literal[b"f"] = b"f"
"""Bytes of the film; what was asked for is done; why it cannot be."""
