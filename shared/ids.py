"""Ids and names: their types, grammar and parsing. Minting is in `shared.mint`."""

import re
from typing import NewType

from shared.errors import Rejected
from shared.texts import say

SiteId = NewType("SiteId", str)
NodeId = NewType("NodeId", str)
CameraId = NewType("CameraId", str)
"""`node.camera`: unique everywhere, one topic level, one path part."""
EventId = NewType("EventId", str)
FactId = NewType("FactId", str)
RunId = NewType("RunId", str)
RuleId = NewType("RuleId", str)
AlarmId = NewType("AlarmId", str)
VerdictId = NewType("VerdictId", str)

_SHOWN = 100
_NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?")


def parse_name(field: str, text: str) -> str:
    """Return `text` if it is a plain name: 1 to 32 of a-z 0-9 and inner hyphens; else raise `Rejected`."""
    if not _NAME.fullmatch(text):
        raise Rejected(field, say("bad_name", value=text[:_SHOWN]))
    return text


def parse_site(text: str, field: str = "site") -> SiteId:
    return SiteId(parse_name(field, text))


def parse_node(text: str, field: str = "node") -> NodeId:
    return NodeId(parse_name(field, text))


def camera_id(node: NodeId, camera: str) -> CameraId:
    """Join a node and its camera's local name."""
    return CameraId(f"{node}.{parse_name('camera', camera)}")


def parse_camera(text: str, field: str = "camera") -> CameraId:
    """Parse `node.camera`."""
    node, dot, name = text.partition(".")
    if not dot:
        raise Rejected(field, say("bad_camera", value=text[:_SHOWN]))
    parse_name(field, node)
    parse_name(field, name)
    return CameraId(text)


def node_of(camera: CameraId) -> NodeId:
    return NodeId(camera.partition(".")[0])


def name_of(camera: CameraId) -> str:
    return camera.partition(".")[2]
