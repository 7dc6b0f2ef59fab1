"""Which destinations of messages an administrator closed: what is for them waits."""

from typing import Any

from sqlmodel import col, select

from controller.adapters.tables import WayOutRow


def shut_names() -> Any:
    """The question for their names."""
    return select(WayOutRow.name).where(col(WayOutRow.kind) == "message", col(WayOutRow.open).is_(False))
