"""Which parts of each camera's picture are masked, by the settings from afar that its node runs."""

from typing import Any

from sqlmodel import and_, col, select

from controller.adapters.database import Database
from controller.adapters.sight import sight_of
from controller.adapters.states import State
from controller.adapters.tables import NodeConfigReportRow, NodeConfigRow

_CORNERS = 3


class SqlMasks:
    """What a node's own file masks besides is known to the node alone."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def all(self) -> list[State]:
        """MasksOut of each camera that has any."""
        runs = and_(
            NodeConfigReportRow.node == NodeConfigRow.node, NodeConfigReportRow.running == NodeConfigRow.version
        )
        query = select(NodeConfigRow).join(NodeConfigReportRow, runs).order_by(col(NodeConfigRow.node))
        async with self._database.reading() as session:
            rows, sight = (await session.scalars(query)).all(), sight_of(session)
        found = [_masks(row.node, name, of) for row in rows for name, of in sorted(_table(row.settings, "cameras"))]
        return [one for one in found if sight.sees(one["camera"]) and (one["motion"] or one["privacy"])]


def _table(settings: Any, key: str) -> list[tuple[str, Any]]:
    inner = settings.get(key) if isinstance(settings, dict) else None
    return [(str(name), of) for name, of in inner.items()] if isinstance(inner, dict) else []


def _masks(node: str, name: str, of: Any) -> State:
    motion = dict(_table(of, "motion")).get("masks")
    privacy = of.get("privacy") if isinstance(of, dict) else None
    areas = [one.get("polygon") for one in privacy if isinstance(one, dict)] if isinstance(privacy, list) else []
    return {"camera": f"{node}.{name}", "motion": _polygons(motion), "privacy": _polygons(areas)}


def _polygons(found: Any) -> list[Any]:
    """What a node runs it has checked; what it has not is left out rather than told wrong."""
    given = found if isinstance(found, list) else []
    return [one for one in given if isinstance(one, list) and len(one) >= _CORNERS and all(map(_is_point, one))]


def _is_point(found: Any) -> bool:
    numbers = found if isinstance(found, list) else []
    return len(numbers) == 2 and all(isinstance(one, int | float) and 0 <= one <= 1 for one in numbers)  # noqa: PLR2004
