"""What the controller's flows need of the world, by subject."""

from typing import Any

from controller.core.picture import Picture, TimedPicture
from controller.ports.access import BrokerCredentials, LiveGate, Login, NodeBook
from controller.ports.broker import Bell, Wire
from controller.ports.enrichment import Asked, EnrichmentStore
from controller.ports.facts import FactStore, Received, RunObject, RunStore, Taken
from controller.ports.judging import (
    Detector,
    Footage,
    JudgingStore,
    LiveDecoder,
    ModelInfo,
    NodeCommands,
)
from controller.ports.live import LiveCommands, LiveSource, LiveStream
from controller.ports.objects import Clip, ClipMaker, MediaDoor, ObjectStore, WholeStore
from controller.ports.targets import Parcel

State = dict[str, Any]
"""A whole state with the keys of a model in `api.schemas`."""


__all__ = [
    "Asked",
    "Bell",
    "BrokerCredentials",
    "Clip",
    "ClipMaker",
    "Detector",
    "EnrichmentStore",
    "FactStore",
    "Footage",
    "JudgingStore",
    "LiveCommands",
    "LiveDecoder",
    "LiveGate",
    "LiveSource",
    "LiveStream",
    "Login",
    "MediaDoor",
    "ModelInfo",
    "NodeBook",
    "NodeCommands",
    "ObjectStore",
    "Parcel",
    "Picture",
    "Received",
    "RunObject",
    "RunStore",
    "State",
    "Taken",
    "TimedPicture",
    "WholeStore",
    "Wire",
]
