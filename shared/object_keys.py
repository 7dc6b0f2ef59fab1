"""Where a run lives in the store: build and parse `site/node/camera/yyyy/mm/dd/class/start_ms-run_id.mp4`."""

import re
from dataclasses import dataclass

from shared.clock import to_datetime
from shared.errors import Rejected
from shared.ids import CameraId, NodeId, RunId, SiteId, camera_id, name_of, node_of, parse_node, parse_site

_KEY = re.compile(
    r"(?P<site>[a-z0-9-]+)/(?P<node>[a-z0-9-]+)/(?P<camera>[a-z0-9-]+)/\d{4}/\d{2}/\d{2}/(?P<media>[a-z]+)/"
    r"(?P<start>\d{1,15})-(?P<run>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.mp4"
)


@dataclass(frozen=True, slots=True)
class RunKey:
    """What a key says."""

    site: SiteId
    camera: CameraId
    media_class: str
    start_ms: int
    run: RunId


def build_key(key: RunKey) -> str:
    """Write the object key of a run."""
    day = to_datetime(key.start_ms).strftime("%Y/%m/%d")
    place = f"{key.site}/{node_of(key.camera)}/{name_of(key.camera)}"
    return f"{place}/{day}/{key.media_class}/{key.start_ms}-{key.run}.mp4"


def parse_key(text: str) -> RunKey:
    """Read an object key; anything that `build_key` would not write raises `Rejected`."""
    found = _KEY.fullmatch(text)
    if found is None:
        raise Rejected("object key", f"{text!r} is not a run's key")
    node: NodeId = parse_node(found["node"])
    key = RunKey(
        parse_site(found["site"]),
        camera_id(node, found["camera"]),
        found["media"],
        int(found["start"]),
        RunId(found["run"]),
    )
    if build_key(key) != text:
        raise Rejected("object key", f"{text!r} does not match its own start time")
    return key
