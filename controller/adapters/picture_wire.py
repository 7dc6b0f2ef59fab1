"""How a process that decodes is asked and answers: heads over its pipes, one picture at a time in shared memory."""

import struct

ASK = struct.Struct("<BqI")
"""What, a number, how many bytes follow."""
FILM, STREAM, UNITS, LENGTH = 1, 2, 3, 4
"""Bytes: a path, the number says how many threads decode; a codec, with which a stream begins; access units, each
behind its `UNIT`, as many as the number; a path, only to ask how long that film is to be."""

UNIT = struct.Struct("<qI")
"""Time of an access unit, ms; its length, bytes."""

SKIP, WANTED, ENOUGH = b"\x00", b"\x01", b"\x02"
"""What is said to a `FRAME`."""

TOLD = struct.Struct("<BqIII")
READY, FRAME, PICTURE, DONE, FAULT = 1, 2, 3, 4, 5
"""A frame of this time: is it wanted? A picture is in the memory: time, width, height, its height in the source.
Nothing more comes; of a film, how long it is. It cannot be read: so many bytes say why."""

MOST_PICTURE_BYTES = 1280 * 8192 * 3
MOST_FAULT_BYTES = 2_000
