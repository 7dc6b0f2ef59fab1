"""What is done to a camera's pictures before anybody sees them, and for which sources that can be done. Pure."""

from dataclasses import dataclass, field

from edge_agent.core.overlay import OverlayRules
from shared.errors import Rejected
from shared.geometry import Polygon
from shared.source_url import Source


@dataclass(frozen=True, slots=True)
class PictureRules:
    """`privacy` is black in everything that leaves the camera's process; `transcode`: decode and encode anew."""

    privacy: tuple[Polygon, ...] = ()
    overlay: OverlayRules = field(default_factory=OverlayRules)
    transcode: bool = False

    @property
    def draws(self) -> bool:
        return bool(self.privacy) or self.overlay.wanted


def check_rules(rules: PictureRules, source: Source) -> None:
    """Raises `Rejected` where this source's pictures cannot be drawn on, or need not be encoded anew."""
    if rules.transcode and not source.passed_through:
        raise Rejected("transcode", f"this source ({source.kind}) is encoded on the node anyway: leave it out")
    if source.passed_through and rules.draws and not rules.transcode:
        raise Rejected(
            "privacy" if rules.privacy else "overlay",
            f"this source ({source.kind}) is recorded as the camera encodes it, which cannot be drawn on: "
            "set it up in the camera itself, or set transcode = true, which costs this node much processor time",
        )
