"""What a search for motion in a drawn region asks and answers, and a camera's heat map."""

from pydantic import Field

from controller.api.schemas import Model
from controller.api.search_schemas import HOURS, LAST_MS, hours_minutes
from controller.core.motion_search import MotionSearch, parse_region
from controller.core.search import Window
from shared.fields import CameraName


class MotionSearchIn(Model):
    """Where and when something is to have moved."""

    camera: CameraName
    region: str = Field(
        max_length=2_000,
        description="corners x,y of a polygon, 0..1 of the picture",
        examples=["0.1,0.4 0.6,0.4 0.6,0.9 0.1,0.9"],
    )
    share: float = Field(0, ge=0, le=1, allow_inf_nan=False, description="how much of the region moved at once, least")
    apart_s: float = Field(10, ge=0, le=3_600, allow_inf_nan=False, description="what is so near is one find, s")
    from_ms: int | None = Field(None, ge=0, le=LAST_MS, description="a month before the end when left out")
    to_ms: int | None = Field(None, ge=0, le=LAST_MS, description="now when left out")
    hours: str | None = Field(None, pattern=HOURS, description="22:00-06:00: hours of the day, by the site's clock")
    cursor: str | None = Field(None, max_length=80)
    limit: int = Field(50, ge=1, le=200)

    def minutes(self) -> tuple[int, int] | None:
        """Hours of the day in minutes since midnight."""
        return hours_minutes(self.hours)

    def search(self, window: Window) -> MotionSearch:
        """The same as the core asks it; `Rejected` for a region that is none."""
        return MotionSearch(window, self.camera, parse_region(self.region), self.share, round(self.apart_s * 1000))


class MotionFind(Model):
    """A stretch of motion in the region, to the step of the grid."""

    camera: CameraName
    start_ms: int
    end_ms: int
    peak_ms: int  # when most of the region moved
    share: float  # how much of it, 0..1


class Told(Model):
    """From when to when the camera's node told where something moved; none: it never did."""

    from_ms: int  # what was asked for
    to_ms: int
    told_from_ms: int | None
    told_to_ms: int | None


class FoundMotion(Told):
    items: list[MotionFind]  # newest first; none does not say that nothing follows
    next: str | None  # pass as `cursor` to look on
    searched_ms: int  # how far back it was looked so far
    masked: float  # how much of the region masks hide, as far as they are set from the controller, 0..1


class MotionHeatIn(Model):
    camera: CameraName
    from_ms: int | None = Field(None, ge=0, le=LAST_MS, description="a day before the end when left out")
    to_ms: int | None = Field(None, ge=0, le=LAST_MS, description="now when left out; a month at most")


class MotionHeat(Told):
    """How long something moved in each cell of the picture, row by row."""

    camera: CameraName
    columns: int
    rows: int
    cells_ms: list[int]
    moving_minutes: int  # minutes in which anything moved
