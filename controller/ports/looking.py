"""For whom the database is read at this moment: each request says it once, and every question asked of it obeys.

None, as in processes that serve nobody: everything is read. A request of the API begins with `NOTHING`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from controller.core.grants import Sight

LOOKING: ContextVar[Sight | None] = ContextVar("cctv_looking", default=None)


@contextmanager
def looking(sight: Sight) -> Iterator[None]:
    """Read for somebody who sees this much."""
    token = LOOKING.set(sight)
    try:
        yield
    finally:
        LOOKING.reset(token)
