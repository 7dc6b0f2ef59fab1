"""Who listens: with the right `listen` to that camera, written down first, shut out within a recheck."""

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pytest
from sqlalchemy import select
from sqlmodel import col
from websockets.asyncio.client import ClientConnection
from websockets.asyncio.client import connect as websockets_connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from controller.adapters.feature_store import SqlFeatures
from controller.adapters.live_gate import KeyringGate
from controller.adapters.node_store import NodeStore
from controller.adapters.relay_link import RelayLink
from controller.adapters.session_store import SqlSessions
from controller.adapters.sessions import Keyring
from controller.adapters.tables import AuditRow, CameraRow
from controller.api.live import build_relay_app
from controller.api.server import build_api
from controller.core.grants import Right
from controller.core.session_life import Lasting
from controller.flows.note_listening import NoteListening
from controller.flows.relay import Relay
from shared.clock import SystemClock
from shared.errors import Transient
from shared.ids import CameraId
from shared.live import pack
from tests.integration.controller.conftest import Served
from tests.integration.controller.test_feed import Nobody, _api, _cookie, _running
from tests.integration.controller.test_grants_api import give

pytestmark = pytest.mark.integration

connect = partial(websockets_connect, open_timeout=60)
YARD = "n1.yard"
INIT = pack({"t": "sound-init", "codec": "opus", "rate": 48_000, "channels": 1, "camera": YARD})
SOUND = pack({"t": "sound", "pts": 20}, b"hum")


class NodeGate(KeyringGate):
    """The site's own gate, and a node by a plain word."""

    async def node_may_push(self, bearer: str | None, camera: CameraId) -> bool:
        return bearer == "node" and camera == YARD


def gate_of(served: Served) -> NodeGate:
    clock = SystemClock()
    sessions, nodes = SqlSessions(served.database, clock, Lasting()), NodeStore(served.database, clock)
    features = SqlFeatures(served.database, clock)
    return NodeGate(Keyring(served.site.session_key(), clock), sessions, nodes, features, clock)


async def heard(served: Served) -> list[tuple[str, str]]:
    """Who began to listen to what, as it was written down."""
    async with served.database.reading() as session:
        rows = await session.scalars(select(AuditRow).order_by(col(AuditRow.id)))
        return [(row.who, row.subject) for row in rows if row.what == "live.listen"]


@pytest.mark.parametrize(
    ("user", "given", "hears"),
    [
        ("admin", None, True),
        ("operator", None, False),
        ("viewer", None, False),
        ("viewer", {YARD: ["view", "playback", "export"]}, False),
        ("viewer", {"n2": ["listen"]}, False),
        ("viewer", {YARD: ["listen"]}, True),
    ],
)
async def test_only_who_has_the_right_hears_and_is_written_down(
    served: Served, free_port: Callable[[], int], user: str, given: dict[str, list[Right]] | None, hears: bool
) -> None:
    await _cameras(served)
    if given is not None:
        await give(served, user, {"cameras": given})
    relay_port, port = free_port(), free_port()
    served.app = build_api(replace(served.parts, live=RelayLink("127.0.0.1", relay_port)))
    cookie = await _cookie(served, user)
    relay = build_relay_app(Relay(Nobody(), SystemClock()), gate_of(served))
    async with _running(relay, relay_port), _api(served, port) as host:
        for place in (f"ws://{host}", f"ws://127.0.0.1:{relay_port}"):
            if not hears:
                with pytest.raises(InvalidStatus):
                    async with connect(f"{place}/live/{YARD}/sound", additional_headers=cookie):
                        pass
                continue
            async with (
                connect(f"{place}/live/push/{YARD}/sound", additional_headers={"Authorization": "Bearer node"}) as node,
                connect(f"{place}/live/{YARD}/sound", additional_headers=cookie) as listener,
            ):
                await node.send(INIT)
                await node.send(SOUND)
                got: list[bytes | str] = []
                async with asyncio.timeout(10):
                    while SOUND not in got:
                        got.append(await listener.recv())
                assert INIT in got
    assert await heard(served) == ([(user, YARD)] if hears else [])


async def test_who_loses_the_right_hears_no_more(served: Served, free_port: Callable[[], int]) -> None:
    await _cameras(served)
    await give(served, "viewer", {"cameras": {YARD: ["listen"]}})
    relay_port, port = free_port(), free_port()
    served.app = build_api(replace(served.parts, live=RelayLink("127.0.0.1", relay_port), recheck_s=0.3))
    cookie = await _cookie(served, "viewer")
    relay = build_relay_app(Relay(Nobody(), SystemClock()), gate_of(served))
    async with (
        _running(relay, relay_port),
        _api(served, port) as host,
        connect(f"ws://{host}/live/{YARD}/sound", additional_headers=cookie) as listener,
    ):
        await give(served, "viewer", {"cameras": {YARD: ["view"]}})
        async with asyncio.timeout(20):
            with contextlib.suppress(ConnectionClosed):
                while True:
                    await listener.recv()
        assert listener.close_code == 4401


async def test_switched_off_nobody_hears_and_who_listens_stops(served: Served, free_port: Callable[[], int]) -> None:
    await _cameras(served)
    patient_port, relay_port, port = free_port(), free_port(), free_port()
    served.app = build_api(replace(served.parts, live=RelayLink("127.0.0.1", patient_port), recheck_s=0.3))
    cookie, place = await _cookie(served, "admin"), f"/live/{YARD}/sound"
    patient = build_relay_app(Relay(Nobody(), SystemClock()), gate_of(served), recheck_s=600)
    relay = build_relay_app(Relay(Nobody(), SystemClock()), gate_of(served), recheck_s=0.3)
    api, bare = f"ws://127.0.0.1:{port}{place}", f"ws://127.0.0.1:{relay_port}{place}"
    async with (
        _running(patient, patient_port),
        _running(relay, relay_port),
        _api(served, port),
        served.client("admin") as admin,
    ):
        for url in (api, bare):
            async with connect(url, additional_headers=cookie) as listener:
                (await admin.put("/api/v1/features/listen", json={"on": False})).raise_for_status()
                assert await _ended(listener) == 4401
            noted = await heard(served)
            with pytest.raises(InvalidStatus):
                async with connect(bare, additional_headers=cookie):
                    pass
            async with connect(api, additional_headers=cookie) as refused:
                assert await _ended(refused) == 4401, "a browser is told, and does not dial again"
            assert await heard(served) == noted == [("admin", YARD)], "who does not listen is not written down"
            (await admin.put("/api/v1/features/listen", json={"on": True})).raise_for_status()


async def _ended(listener: ClientConnection) -> int | None:
    async with asyncio.timeout(20):
        with contextlib.suppress(ConnectionClosed):
            while True:
                await listener.recv()
    return listener.close_code


async def test_who_cannot_be_written_down_does_not_listen(served: Served, free_port: Callable[[], int]) -> None:
    class Away:
        async def audit(self, who: str, what: str, *, subject: str = "", address: str = "") -> None:
            raise Transient(f"database: away: {who} {what} {subject} {address}")

    listening = NoteListening(Away(), SystemClock())
    served.app = build_api(replace(served.parts, listening=listening))
    cookie = await _cookie(served, "admin")
    async with _api(served, free_port()) as host:
        with pytest.raises(InvalidStatus):
            async with connect(f"ws://{host}/live/{YARD}/sound", additional_headers=cookie):
                pass
    assert served.parts.viewers.by_stream() == {}


async def _cameras(served: Served) -> None:
    """Rights are given to cameras that are known."""
    async with served.database.writing() as session:
        for camera in (YARD, "n2.gate"):
            session.add(CameraRow(id=camera, node=camera.partition(".")[0]))
