"""What the controller takes for a node's tables is what a node's settings have."""

from collections.abc import Iterable

from pydantic import BaseModel

from edge_agent.camera_settings import CameraSettings
from edge_agent.settings import Settings
from shared.wanted_settings import CAMERA_KEYS, CAMERA_TABLES, NODE_KEYS, NODE_TABLES


def tables_of(section: type[BaseModel], among: Iterable[str]) -> dict[str, set[str]]:
    """Which of its fields are tables, and what each of them takes."""
    kinds = {name: section.model_fields[name].annotation for name in among}
    return {
        name: set(kind.model_fields)
        for name, kind in kinds.items()
        if isinstance(kind, type) and issubclass(kind, BaseModel)
    }


def test_the_controller_knows_what_a_node_takes_in_its_tables() -> None:
    assert tables_of(Settings, NODE_KEYS) == NODE_TABLES
    assert tables_of(CameraSettings, CAMERA_KEYS) == CAMERA_TABLES
