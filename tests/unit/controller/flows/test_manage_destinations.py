"""A destination that nothing could ever be sent to is refused when it is added."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from controller.flows.manage_destinations import Caller, ManageDestinations
from shared.errors import Rejected
from tests.fakes.site import HandClock

ADMIN, KIM = Caller("root", admin=True), Caller("kim", admin=False)


class Destinations:
    def __init__(self) -> None:
        self.added: list[str] = []

    async def add(self, values: Mapping[str, Any], who: str, address: str = "") -> dict[str, Any]:
        self.added.append(f"{values['name']} by {who}{address}")
        return dict(values)

    async def subscribe(
        self, destination: str, username: str | None, lines: Sequence[tuple[str | None, str]], who: str
    ) -> list[dict[str, Any]]:
        return [{"destination": destination, "username": username, "lines": lines, "who": who}]

    async def all(self, owner: str | None = None) -> list[dict[str, Any]]:
        return [{}] if owner is None else []


class Seal:
    def close(self, name: str, document: Mapping[str, str]) -> str:
        return f"{name}{len(document)}"


class Network:
    """Everything leads into the site's own network."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, bool]] = []

    async def reach(self, address: str, look_up: bool) -> None:
        self.asked.append((address, look_up))
        raise Rejected("address", "is inside")


def manage(found: Any, network: Network) -> ManageDestinations:
    def check(address: str, *, private: bool) -> tuple[str, str]:
        return ("webhook" if private is not None else "", address.partition(":")[0])

    return ManageDestinations(found, found, Seal, check, lambda: "key", None, HandClock(), network.reach)


@pytest.mark.parametrize("caller", [ADMIN, KIM])
async def test_an_address_inside_is_refused_and_nothing_is_kept(caller: Caller) -> None:
    found, network = Destinations(), Network()
    with pytest.raises(Rejected, match="address: is inside"):
        await manage(found, network).add(caller, "siren", "https://siren.site/x", {}, [])
    assert found.added == []
    assert network.asked == [("https://siren.site/x", caller.admin)], "names of the site are an administrator's"


async def test_one_that_may_be_inside_is_not_asked_about() -> None:
    found, network = Destinations(), Network()
    await manage(found, network).add(ADMIN, "siren", "https://siren.site/x", {"private": True}, [])
    assert (found.added, network.asked) == (["siren by root"], [])
