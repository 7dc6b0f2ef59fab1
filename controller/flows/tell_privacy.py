"""Tells what a site does with pictures of people: who may see them, which ways lead out, what its notice says."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from controller.core.grants import RIGHTS, Roles, sight
from controller.core.privacy_notice import Notice
from controller.core.ways_out import AT_START, Switch, Way, WayKind, standing
from controller.errors import Missing, Refused
from controller.ports import State
from controller.ports.access import Person
from shared.texts import say


class NoticeBook(Protocol):
    """The notice in the database; a change is in the audit with what was before."""

    async def notice(self) -> Notice: ...

    async def put(self, notice: Notice, who: str, address: str) -> None: ...


class WayBook(Protocol):
    """The switches of ways out; a change is in the audit with what was before."""

    @property
    def settled(self) -> Mapping[tuple[WayKind, str], Way]:
        """Those of the settings."""
        ...

    async def switches(self) -> Mapping[tuple[str, str], Switch]: ...

    async def put(self, way: Way, *, is_open: bool, who: str, reason: str, address: str) -> None: ...


class Everybody(Protocol):
    """Who may log in."""

    async def users(self) -> Sequence[Person]: ...


class Places(Protocol):
    """Destinations of messages, or of exports."""

    async def all(self) -> list[State]: ...


@dataclass(frozen=True, slots=True)
class TellPrivacy:
    book: NoticeBook
    people: Everybody
    messages: Places
    exports: Places
    ways: WayBook
    roles: Roles

    async def state(self) -> State:
        """PrivacyOut without its tag."""
        return {
            "rights": await self._rights(),
            "ways": await self.told_ways(),
            "notice": (await self.book.notice()).said,
        }

    async def _rights(self) -> list[State]:
        people = [one for one in await self.people.users() if one.enabled]
        return [
            {
                "right": right,
                "people": sum(not sight(one.role, one.given, right, self.roles).empty for one in people),
            }
            for right in RIGHTS
        ]

    async def told_ways(self) -> list[State]:
        """WayOut of each: what the settings and rows use, and what an administrator said of it."""
        switches = await self.ways.switches()
        return [_told(way, switches.get(way.key)) for way in await self._ways()]

    async def switch(
        self, kind: str, name: str, *, is_open: bool, who: str, reason: str, address: str, here: bool = False
    ) -> None:
        """Open or shut a way that is used; `here`: at the machine. `Refused` from elsewhere for what the site needs."""
        way = next((one for one in await self._ways() if one.key == (kind, name) and one.leads_somewhere), None)
        if way is None:
            raise Missing("name", say("unknown", key=name[:200]))
        if way.kind in AT_START and not here:
            raise Refused("name", say("way_at_machine"))
        await self.ways.put(way, is_open=is_open, who=who, reason=reason, address=address)

    async def _ways(self) -> list[Way]:
        told = [
            Way("message", str(one["name"]), bool(one["enabled"]), bool(one["pictures"]), "row", str(one["scheme"]))
            for one in await self.messages.all()
        ]
        sent = [
            Way("export", str(one["name"]), True, True, "row", f"{one['endpoint']} {one['bucket']} {one['prefix']}")
            for one in await self.exports.all()
            if one["kind"] == "s3"
        ]
        return [*told, *sent, *self.ways.settled.values()]


def _told(way: Way, switch: Switch | None) -> State:
    found = standing(way, switch)
    return {
        "kind": way.kind,
        "name": way.name,
        "open": found == "open",
        "standing": found,
        "pictures": way.pictures,
        "by": way.by,
        "leads": way.leads,
        "switchable": way.leads_somewhere and way.kind not in AT_START,
        "who": "" if switch is None else switch.who,
        "at": None if switch is None else switch.at,
        "reason": "" if switch is None else switch.reason,
    }
