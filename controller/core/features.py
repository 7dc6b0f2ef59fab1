"""What an administrator switches off and on for the whole site while it runs. Pure."""

from dataclasses import dataclass
from typing import Literal

from shared.errors import Rejected
from shared.texts import say

FeatureName = Literal["listen", "scrub"]


@dataclass(frozen=True, slots=True)
class Feature:
    """`since`: the version that had it first. `about`: what it is, and what is so when it is off."""

    name: FeatureName
    default: bool
    since: str
    about: str


FEATURES: tuple[Feature, ...] = (
    Feature(
        "listen",
        default=True,
        since="0.1.0",
        about="Sound in the live picture, for who has the right to it; off: nobody hears anything, whatever the right.",
    ),
    Feature(
        "scrub",
        default=True,
        since="0.1.0",
        about="The slow reading of everything stored; off: it rests, and goes on later where it was.",
    ),
)
"""By name. A flag switches off what settings and rights allow; it never allows more than they do."""


def feature(name: str) -> Feature:
    """The one of this name; `Rejected`: there is none."""
    found = next((one for one in FEATURES if one.name == name), None)
    if found is None:
        raise Rejected("feature", say("not_one_of", value=name, choices=", ".join(one.name for one in FEATURES)))
    return found
