"""People say where messages go, who is told of what and when not, and try whether it works."""

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from controller.errors import Refused
from controller.ports import Bell, State
from shared.clock import Clock
from shared.errors import Rejected
from shared.ids import parse_name
from shared.kinds import SEVERITIES
from shared.texts import say

THRESHOLDS: tuple[str, ...] = (*SEVERITIES, "never")
_MOST_LINES = 100
_LONGEST_RULE = 100
_MOST_OWN = 10
"""Destinations that a person may add for themselves."""
_ADMINS = ("pictures", "private")
"""What an administrator alone switches on: pictures leave the site, the site's own network is reached."""
_POLL_MS = 200
_UNSETTLED = ("waiting", "sending")
_CLOCK = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")


class Destinations(Protocol):
    """Destinations, subscriptions and quiet hours in the database."""

    async def add(self, values: Mapping[str, Any], who: str, address: str = "") -> State: ...

    async def change(self, name: str, values: Mapping[str, Any], who: str, address: str = "") -> State: ...

    async def remove(self, name: str, who: str, address: str = "") -> None: ...

    async def all(self, owner: str | None = None) -> list[State]: ...

    async def one(self, name: str) -> State: ...

    async def subscriptions(self, destination: str | None = None, username: str | None = None) -> list[State]: ...

    async def subscribe(
        self, destination: str, username: str | None, lines: Sequence[tuple[str | None, str]], who: str
    ) -> list[State]: ...

    async def quiet(self, username: str) -> State | None: ...

    async def put_quiet(self, username: str, values: Mapping[str, Any] | None, who: str) -> None: ...


class Receipts(Protocol):
    """What became of messages."""

    async def receipts(
        self, *, alarm: str | None = None, destination: str | None = None, message: str | None = None, limit: int = 100
    ) -> list[State]: ...

    async def put_test(self, destination: str) -> str: ...


class Seals(Protocol):
    """Makes what the database keeps of an address."""

    def close(self, name: str, document: Mapping[str, str]) -> str: ...


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks: a person sees and changes their own, an administrator all."""

    name: str
    admin: bool
    address: str = ""


@dataclass(frozen=True, slots=True)
class ManageDestinations:
    """One for API and command line.

    `check`: kind and scheme of a usable address; `mint_secret`: a webhook's key; `reach`: refuses an address that
    leads into a private network only, names that must be looked up included where that is asked for.
    """

    destinations: Destinations
    messages: Receipts
    seal: Callable[[], Seals]
    check: Callable[..., tuple[str, str]]
    mint_secret: Callable[[], str]
    bell: Bell | None
    clock: Clock
    reach: Callable[[str, bool], Awaitable[None]]

    async def add(
        self, caller: Caller, name: str, address: str, options: Mapping[str, Any], lines: Sequence[State]
    ) -> tuple[State, str | None]:
        """DestinationOut, and a webhook's secret: shown this once. `options`: owner, language, pictures, private.

        A person adds their own, without pictures and outside private networks; an administrator any.
        """
        parse_name("name", name)
        options = await self._allowed(caller, options)
        kind, scheme = self.check(address, private=bool(options.get("private")))
        if not options.get("private"):
            # what names inside the site stand for is not for everybody to find out
            await self.reach(address, caller.admin)
        secret = self.mint_secret() if kind == "webhook" else None
        sealed = self.seal().close(name, {"address": address, **({} if secret is None else {"secret": secret})})
        told = _lines(lines)
        values = {
            "name": name, "kind": kind, "scheme": scheme, "sealed": sealed, "owner": options.get("owner"),
            "language": options.get("language", "ko"), "pictures": bool(options.get("pictures")),
            "private": bool(options.get("private")),
        }  # fmt: skip
        state = await self.destinations.add(values, caller.name, caller.address)
        await self.destinations.subscribe(name, values["owner"], told, caller.name)
        return state, secret

    async def change(self, caller: Caller, name: str, values: Mapping[str, Any]) -> State:
        """DestinationOut after it; keys that are None stay as they are. What leaves the site is an audited switch."""
        wanted = {key: value for key, value in values.items() if value is not None}
        await self._own(caller, name)
        _without_admins(caller, wanted)
        return await self.destinations.change(name, wanted, caller.name, caller.address)

    async def remove(self, caller: Caller, name: str) -> None:
        """Forget one's own (an administrator: any)."""
        await self._own(caller, name)
        await self.destinations.remove(name, caller.name, caller.address)

    async def all(self, caller: Caller) -> list[State]:
        """DestinationOut of every destination, or of one's own, each with what it is told of."""
        found = await self.destinations.all(None if caller.admin else caller.name)
        lines = await self.destinations.subscriptions()
        return [{**one, "lines": [_line(row) for row in lines if row["destination"] == one["name"]]} for one in found]

    async def subscribe(self, caller: Caller, name: str, lines: Sequence[State]) -> State:
        """Replace what a destination is told of."""
        state = await self._own(caller, name)
        kept = await self.destinations.subscribe(name, state["owner"], _lines(lines), caller.name)
        return {**state, "lines": [_line(row) for row in kept]}

    async def quiet(self, username: str) -> State | None:
        """QuietOut, or None."""
        found = await self.destinations.quiet(username)
        if found is None:
            return None
        return {
            "from_time": _time(found["from_min"]),
            "until_time": _time(found["until_min"]),
            "timezone": found["timezone"],
            "critical_through": found["critical_through"],
        }

    async def put_quiet(self, caller: Caller, username: str, wanted: State | None) -> None:
        """Set one's own quiet hours (an administrator: anybody's), or none."""
        if not caller.admin and caller.name != username:
            raise Refused("username", say("needs_role", role="admin"))
        values = None
        if wanted is not None:
            values = {
                "from_min": _minute("from_time", wanted["from_time"]),
                "until_min": _minute("until_time", wanted["until_time"]),
                "timezone": _zone(wanted["timezone"]),
                "critical_through": bool(wanted["critical_through"]),
            }
        await self.destinations.put_quiet(username, values, caller.name)

    async def test(self, caller: Caller, name: str) -> State:
        """Queue a test message: DeliveryOut. One that is on its way already is the answer."""
        await self._own(caller, name)
        for known in await self.messages.receipts(destination=name, limit=20):
            if known["why"] == "test" and known["state"] in _UNSETTLED:
                return known
        message = await self.messages.put_test(name)
        if self.bell is not None:
            await self.bell.ring("feed")
        return (await self.messages.receipts(message=message))[0]

    async def outcome(self, message: str, within_s: float) -> State:
        """DeliveryOut of a message once it is settled, or as it is after `within_s`."""
        deadline_ms = self.clock.monotonic_ms() + within_s * 1000
        while True:
            (state,) = await self.messages.receipts(message=message)
            if state["state"] not in _UNSETTLED or self.clock.monotonic_ms() >= deadline_ms:
                return state
            await self.clock.sleep_ms(_POLL_MS)

    async def receipts(self, *, alarm: str | None, destination: str | None, limit: int) -> list[State]:
        """DeliveryOut, the newest first."""
        return await self.messages.receipts(alarm=alarm, destination=destination, limit=limit)

    async def _allowed(self, caller: Caller, options: Mapping[str, Any]) -> Mapping[str, Any]:
        """The options as the caller may have them; `Refused` where they ask for more."""
        if caller.admin:
            return options
        if options.get("owner") not in {None, caller.name}:
            raise Refused("owner", say("needs_role", role="admin"))
        _without_admins(caller, options)
        count = len(await self.destinations.all(caller.name))
        if count >= _MOST_OWN:
            raise Rejected("name", say("too_many", count=count + 1, most=_MOST_OWN))
        return {**options, "owner": caller.name}

    async def _own(self, caller: Caller, name: str) -> State:
        state = await self.destinations.one(name)
        if not caller.admin and state["owner"] != caller.name:
            raise Refused("name", say("needs_role", role="admin"))
        return state


def _without_admins(caller: Caller, options: Mapping[str, Any]) -> None:
    for key in _ADMINS:
        if options.get(key) and not caller.admin:
            raise Refused(key, say("needs_role", role="admin"))


def _line(row: State) -> State:
    return {"rule": row["rule"], "threshold": row["threshold"]}


def _lines(lines: Sequence[State]) -> list[tuple[str | None, str]]:
    if len(lines) > _MOST_LINES:
        raise Rejected("lines", say("too_many", count=len(lines), most=_MOST_LINES))
    found: dict[str | None, str] = {}
    for line in lines:
        rule, threshold = line["rule"], line["threshold"]
        if threshold not in THRESHOLDS:
            raise Rejected("threshold", say("not_one_of", value=threshold, choices=", ".join(THRESHOLDS)))
        if rule is not None and (not rule or len(rule) > _LONGEST_RULE or not rule.isprintable()):
            raise Rejected("rule", say("bad_form"))
        found[rule] = threshold
    return list(found.items())


def _minute(field: str, text: str) -> int:
    read = _CLOCK.fullmatch(text)
    if read is None:
        raise Rejected(field, say("bad_form"))
    return int(read[1]) * 60 + int(read[2])


def _time(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


def _zone(text: str) -> str:
    try:
        ZoneInfo(text)
    except (KeyError, ValueError, OSError):
        raise Rejected("timezone", say("unknown", key=text)) from None
    return text
