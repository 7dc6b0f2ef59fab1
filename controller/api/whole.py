"""Numbers, times, flags and reasons of requests: within their bounds, and nothing that only looks like one."""

import re
from typing import Annotated

from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

from controller.core.visible import trimmed
from shared.fields import UnixMs

COLUMN_MAX = 2**31 - 1
"""What an INTEGER column holds."""


def _whole(value: object) -> object:
    if value is not None and type(value) is not int:
        raise PydanticCustomError("int_type", "is not a whole number")
    return value


Whole = BeforeValidator(_whole)
"""Last in the annotation of a number of a body."""
Counted = Annotated[int, Field(ge=0, le=COLUMN_MAX)]
"""A version or number in an address."""
WholeCounted = Annotated[int, Field(ge=0, le=COLUMN_MAX), Whole]
"""A version or revision in a body."""
WholeMs = Annotated[UnixMs, Whole]


def _written(value: object) -> object:
    if not isinstance(value, str) or re.fullmatch(r"[-+]?[0-9.]+", value):
        raise PydanticCustomError("datetime_parsing", "is not a time with its zone")
    return value


Written = BeforeValidator(_written)
"""A time as it is written, not seconds or milliseconds since some day."""

Flag = Annotated[bool, Field(strict=True)]
"""True or false in a body: neither 1 nor "yes"."""


def _seen(value: object) -> object:
    return trimmed(value) if isinstance(value, str) else value


Seen = BeforeValidator(_seen)
"""Last in the annotation of a text that a person is to read: what nobody can see at its ends does not count."""
