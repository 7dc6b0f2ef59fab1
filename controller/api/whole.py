"""Whole numbers of requests: every one has bounds that its column keeps, and in a body none is true, "5" or 5.0."""

from typing import Annotated

from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

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
