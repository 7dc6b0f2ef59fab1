"""Who leads speaks; who may have lost the lease is silent, and hears on."""

from typing import Any, cast

import pytest

from controller.adapters.led_wire import LedWire
from controller.core.lease import TRUSTED_MS, Term
from shared.broker import Session
from shared.errors import Transient
from shared.messages import ControllerStatus
from shared.mint import uuid7
from shared.topics import CONTROLLER_STATUS
from tests.fakes.site import HandClock, Wire


async def test_nothing_is_said_by_who_was_frozen_for_too_long() -> None:
    clock, wire, term = HandClock(), Wire(), Term("outputs:yard", "a")
    led = LedWire(cast("Session", cast("Any", wire)), clock, term)
    said = ControllerStatus(id=uuid7(), at=clock.now(), state="online")
    with pytest.raises(Transient, match="somebody else's"):
        await led.send(CONTROLLER_STATUS, said)
    term.begin(1, clock.monotonic_ms())
    await led.send(CONTROLLER_STATUS, said)
    clock.at_ms += TRUSTED_MS
    with pytest.raises(Transient):
        await led.send(CONTROLLER_STATUS, said)
    term.renew(clock.monotonic_ms())
    await led.send(CONTROLLER_STATUS, said)
    term.end()
    with pytest.raises(Transient):
        await led.send(CONTROLLER_STATUS, said)
    assert len(wire.sent) == 2
    led.subscribe("x", led.publish)
    assert [topic for topic, _ in wire.handlers] == ["x"]
