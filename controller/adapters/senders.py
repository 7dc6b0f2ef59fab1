"""Hands a message to its destination by the way that the destination has."""

from controller.adapters.apprise_library import Apprise
from controller.adapters.apprise_library import check_address as check_service
from controller.adapters.seal import Seal
from controller.adapters.webhook import Webhook, check_url
from controller.core.delivery import Parcel, Way
from controller.ports.ways import Doors
from shared.clock import Clock
from shared.errors import Rejected
from shared.texts import say

_LONGEST = 2_000


class Senders:
    """`Sender`: unseals an address only for as long as it is used."""

    def __init__(self, seal: Seal, clock: Clock, timeout_s: float, doors: Doors) -> None:
        self._seal = seal
        self._doors = doors
        self._webhook = Webhook(clock, timeout_s)
        self._apprise = Apprise(timeout_s)

    def busy(self, name: str) -> bool:
        """Whether an earlier message still holds this destination."""
        return self._apprise.busy(name)

    async def send(self, way: Way, parcel: Parcel) -> None:
        """`Transient` says why it may work later, `Rejected` why it never will."""
        await self._doors.through(way.name)
        opened = self._seal.open(way.name, way.sealed)
        if way.kind == "webhook":
            await self._webhook.send(parcel, opened["address"], opened["secret"], private=way.private)
        else:
            await self._apprise.send(way.name, parcel, opened["address"], private=way.private)


def check_address(address: str, *, private: bool) -> tuple[str, str]:
    """Kind and scheme of a usable address; `Rejected` says what is wrong with it and never repeats it."""
    if not address or len(address) > _LONGEST or not address.isprintable():
        raise Rejected("address", say("address_form"))
    scheme = address.partition(":")[0].lower()
    if scheme in {"http", "https"}:
        return "webhook", check_url(address, private=private)
    return "apprise", check_service(address)
