"""People call cameras as the site does; ids stay, for evidence names them."""

from dataclasses import dataclass
from typing import Protocol

from controller.ports import State
from shared.errors import Rejected
from shared.ids import CameraId, parse_camera
from shared.texts import say

LONGEST = 60


class CameraNames(Protocol):
    """Names in the database."""

    async def one(self, camera: CameraId) -> State:
        """CameraOut; `Missing` when there is none."""
        ...

    async def put(self, camera: CameraId, name: str, who: str, address: str) -> State:
        """CameraOut after it; `Conflict`: another camera is called so."""
        ...


@dataclass(frozen=True, slots=True)
class NameCameras:
    """A camera's name: read, changed; empty: the one in its id."""

    names: CameraNames

    async def one(self, camera: str) -> State:
        """CameraOut."""
        return await self.names.one(parse_camera(camera))

    async def put(self, camera: str, name: str, who: str, address: str) -> State:
        """CameraOut after it. `Rejected`: a name that no line of a page can show."""
        told = " ".join(name.split())
        if len(told) > LONGEST:
            raise Rejected("name", say("text_length", length=len(told), least=0, most=LONGEST))
        if not told.isprintable():
            raise Rejected("name", say("control_characters"))
        return await self.names.put(parse_camera(camera), told, who, address)
