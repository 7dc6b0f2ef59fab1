"""Apprise, as far as it is used: a list of services, threads of their own, no word of an address anywhere."""

import asyncio
import json
import logging

import pytest

from controller.adapters.apprise_library import SERVICES, Apprise, check_address
from controller.core.delivery import Parcel
from shared.errors import Rejected, Transient
from tests.fakes.receiver import receiving

PARCEL = Parcel("p", "raised", "[높음] 침입", "본문", ())
ADDRESSES = {
    "mailtos": "mailtos://user:password@smtp.example.com?to=guard@example.com",
    "tgram": "tgram://123456789:abcdefghijklmnopqrstuvwxyz123456789/12315544",
    "slack": "slack://TJJ4TJ4J4/TJJJ4JJ4J/TJJJJJJJJJJJJJJJJJJJJJJJ/general",
    "ntfys": "ntfys://ntfy.example.com/alarms",
    "kakaotalk": "kakaotalk://clientid0123456789/refreshtoken0123456789",
    "gotifys": "gotifys://gotify.example.com/abcdefghijklmno",
}


@pytest.mark.parametrize("scheme", ADDRESSES)
def test_known_services_take_their_addresses(scheme: str) -> None:
    assert check_address(ADDRESSES[scheme]) == scheme
    assert scheme in SERVICES


@pytest.mark.parametrize(
    "address",
    [
        "json://10.0.0.1/x", "exec://sh", "file:///etc/passwd", "syslog://", "dbus://", "windows://", "mqtt://a/b",
        "tgram://secret-token", "mailtos://", "kakaotalk://secret-token", "https://secret-token/", "", "secret-token",
    ],
)  # fmt: skip
def test_everything_else_is_refused_and_not_repeated(address: str) -> None:
    with pytest.raises(Rejected) as fault:
        check_address(address)
    assert "secret-token" not in str(fault.value)


async def test_a_message_arrives_and_a_refusal_names_the_code_alone(capfd: pytest.CaptureFixture[str]) -> None:
    async with receiving() as receiver:
        address = f"ntfy://someone:secret-word@127.0.0.1:{receiver.port}/alarms"
        await Apprise(5).send("desk", PARCEL, address, private=True)
        fields, body = receiver.got[0]
        assert json.loads(body) == {"topic": "alarms", "title": PARCEL.title, "message": PARCEL.text}
        assert "http" not in str(fields), "a picture of somebody else's site is named to every phone"
        receiver.manner = "refuse"
        with pytest.raises(Transient, match="it answered 403"):
            await Apprise(5).send("desk", PARCEL, address, private=True)
        with pytest.raises(Transient) as fault:
            await Apprise(5).send("desk", PARCEL, address, private=False)
        assert len(receiver.got) == 2
    assert "127.0.0.1" not in str(fault.value)
    assert "secret-word" not in "".join(capfd.readouterr())
    assert not logging.getLogger("apprise").propagate


async def test_a_service_that_never_answers_holds_one_thread_and_nobody_waits_for_it() -> None:
    async with receiving("never") as receiver:
        apprise = Apprise(0.3)
        address = f"ntfy://127.0.0.1:{receiver.port}/alarms"
        with pytest.raises(Transient, match="no answer"):
            await apprise.send("desk", PARCEL, address, private=True)
        assert apprise.busy("desk")
        with pytest.raises(Transient, match="still holds"):
            await apprise.send("desk", PARCEL, address, private=True)
        assert not apprise.busy("boss")
        receiver.release.set()
        while apprise.busy("desk"):
            await asyncio.sleep(0.01)
    assert len(receiver.got) == 1
