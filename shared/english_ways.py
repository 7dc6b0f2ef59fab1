"""The English of the ways out of the site."""

from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from shared.english import Code

WayCode = Literal["way_at_machine", "way_shut"]

WAYS: dict["Code", str] = {
    "way_at_machine": "without this the site does not run: cctv privacy ways open|close at the machine switches it",
    "way_shut": "nothing leaves by {kind} {name}: an administrator opens it under Privacy, or by "
    "cctv privacy ways open {kind} {name}",
}
