"""The wire models of feature flags: what is switched for the whole site while it runs."""

from pydantic import AwareDatetime

from controller.api.schemas import Model
from controller.api.whole import Flag
from controller.core.features import FeatureName


class FeatureIn(Model):
    on: Flag


class FeatureOut(Model):
    """It switches off what settings and rights allow, and never allows more than they do."""

    name: FeatureName
    on: bool
    default: bool  # as it is where nobody has switched it
    since: str  # the version that had it first
    about: str
    changed_by: str | None  # none: never switched
    changed_at: AwareDatetime | None
    tag: str = ""  # for `If-Match` at `PUT`
