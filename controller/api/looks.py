"""Who looks, for the audit: named by the session of a request or a WebSocket."""

from fastapi import Request

from controller.api.auth import caller_of
from controller.api.deps import Parts
from controller.api.session import address_of
from controller.core.viewing import Kind, Look, hour_told


def look(parts: Parts, request: Request, kind: Kind, camera: str, of: str = "") -> None:
    """Tell the audit that the caller looks at a camera now. Does not wait."""
    parts.views.looks(Look(caller_of(request).account.name, address_of(request), kind, camera, of))


def look_back(parts: Parts, request: Request, camera: str, from_ms: int, kind: Kind = "footage.view") -> None:
    """Tell the audit that the caller looks at a recording: once for each hour of it."""
    look(parts, request, kind, camera, hour_told(from_ms))
