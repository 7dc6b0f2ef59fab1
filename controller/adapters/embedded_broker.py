"""The embedded MQTT broker: amqtt on loopback, with our users and ACL, without its leak."""

import asyncio
import logging
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import structlog
from amqtt.adapters import ReaderAdapter, WriterAdapter
from amqtt.broker import Broker
from amqtt.contexts import Action, BaseContext
from amqtt.errors import AMQTTError, BrokerError, MQTTError, NoDataError
from amqtt.mqtt.protocol.broker_handler import BrokerProtocolHandler
from amqtt.plugins.base import BaseAuthPlugin, BaseTopicPlugin
from amqtt.session import Session

from controller.adapters.broker_users import CONTROLLER, BrokerUsers, may, verify_password
from shared.errors import Rejected, Transient
from shared.topics import account_acl

log = structlog.get_logger("broker")

_HERE = "controller.adapters.embedded_broker"
_ACTIONS = {Action.PUBLISH: "write", Action.SUBSCRIBE: "read", Action.RECEIVE: "read"}
_TELL_S = 10  # as often as mosquitto tells of itself
_PROVEN = "cctv_user"
"""Who a session proved to be, and by which line: a later CONNECT overwrites `session.username` before it is checked."""


class _KnownUsers:
    """The password file, read again when it changes."""

    def __init__(self, folder: str) -> None:
        self._files = BrokerUsers(Path(folder))
        self._users: dict[str, str] = {}
        self._stamp = -1

    def read(self) -> dict[str, str]:
        try:
            stamp = self._files.password_file.stat().st_mtime_ns
            if stamp != self._stamp:
                self._users, self._stamp = self._files.read(), stamp
        except (OSError, Rejected) as fault:
            log.warning("broker users unreadable, nobody is let in", error=str(fault))
            self._users, self._stamp = {}, -1
        return self._users


class UsersPlugin(BaseAuthPlugin):  # type: ignore[misc]  # amqtt is not typed
    """Checks name and password against the password file."""

    @dataclass
    class Config:
        """What amqtt hands to the plug-in."""

        folder: str = field(default="")

    def __init__(self, context: BaseContext) -> None:
        super().__init__(context)
        self._known = _KnownUsers(self._get_config_option("folder"))

    async def authenticate(self, *, session: Session) -> bool:
        user, password = session.username or "", session.password or ""
        hashed = self._known.read().get(user)
        if hashed is None or not verify_password(password, hashed) or not _fits(user, session):
            log.warning("broker login refused", username=user[:64])
            return False
        setattr(session, _PROVEN, (user, hashed))
        return True


def _fits(user: str, session: Session) -> bool:
    """A node uses its own client id, so that it cannot push another one out, and its will obeys its ACL.

    `cctv-edge check` comes beside the agent, by an id that no node's name can be.
    """
    client = session.client_id or ""
    if user == CONTROLLER:
        if not client.startswith(f"{CONTROLLER}-"):
            return False
    elif account_acl(user) is not None:
        if client != user and not client.startswith(f"{user}."):
            return False
    elif client != user and not re.fullmatch(re.escape(user) + r"\.check\.[0-9]{1,10}", client):
        return False
    return not session.will_flag or may(user, "write", session.will_topic or "")


class AclPlugin(BaseTopicPlugin):  # type: ignore[misc]  # amqtt is not typed
    """Default deny; a node reaches its own topics, for as long as the line stands by which it came in."""

    @dataclass
    class Config:
        """What amqtt hands to the plug-in."""

        folder: str = field(default="")

    def __init__(self, context: BaseContext) -> None:
        super().__init__(context)
        self._known = _KnownUsers(self._get_config_option("folder"))

    async def topic_filtering(
        self, *, session: Session | None = None, topic: str | None = None, action: Action | None = None
    ) -> bool:
        if session is None or topic is None or action is None:
            return False
        user, hashed = getattr(session, _PROVEN, (None, None))
        return user is not None and self._known.read().get(user) == hashed and may(user, _ACTIONS[action], topic)


class Subscriptions(dict[str, list[Any]]):
    """By filter; it may change while somebody walks through it, who sees what was there when they began."""

    def __iter__(self) -> Iterator[str]:
        return iter(list(super().__iter__()))

    def items(self) -> Any:
        return [(topic_filter, list(held)) for topic_filter, held in super().items()]


class _Line(BrokerProtocolHandler):  # type: ignore[misc]  # amqtt is not typed
    """A client's line; amqtt notices that nothing comes any more, and does nothing about it."""

    def handle_read_timeout(self) -> None:
        if self._disconnect_waiter is not None and not self._disconnect_waiter.done():
            self._disconnect_waiter.set_result(None)  # its will is told


class _Broker(Broker):  # type: ignore[misc]  # amqtt is not typed
    """amqtt 0.12 without five faults.

    It hands a new client every retained message that anybody subscribed to: only its own here. Before it looks at the
    password it drops what the client id was subscribed to, and changes its kept session: here nothing happens before.
    It leaves a client whose id another one takes connected, without its subscriptions: here it is cut, and knows.
    A client from which nothing comes any more stays for ever: here it is taken for gone, as its keep-alive asks.
    And it waits while it walks through all subscriptions; one that came meanwhile took the message from all others.
    """

    def __init__(self, config: dict[str, Any]) -> None:
        super().__init__(config)
        self._subscriptions = Subscriptions()

    async def _initialize_client_session(
        self, reader: ReaderAdapter, writer: WriterAdapter, remote_address: str, remote_port: int
    ) -> tuple[BrokerProtocolHandler, Session]:
        try:
            handler, session = await _Line.init_from_connect(reader, writer, self.plugins_manager)
        except (AMQTTError, MQTTError, NoDataError):
            await writer.close()
            raise
        session.clean_session, session.parent = True, 0  # nobody here keeps a session: facts wait elsewhere
        session.keep_alive = math.ceil(session.keep_alive * 1.5)  # silent for longer it counts as gone, MQTT says
        if not session.client_id or not await self._authenticate(session, None):
            handler.attach(session, reader, writer)
            await handler.mqtt_connack_authorize(False)
            await writer.close()
            raise AMQTTError(f"{remote_address}:{remote_port} refused")
        earlier = self._sessions.get(session.client_id)
        await self._delete_session(session.client_id)
        if earlier is not None and earlier[0].transitions.is_connected():
            log.warning("a second client of this name takes the place of the first", client=session.client_id[:80])
            await earlier[1].handle_connection_closed()
            await earlier[1].stop()
        return handler, session

    async def _publish_retained_messages_for_subscription(
        self, subscription: tuple[str, int], session: Session
    ) -> None:
        held = self._subscriptions.get(subscription[0], [])
        if any(subscriber.client_id == session.client_id for subscriber, _ in held):
            await super()._publish_retained_messages_for_subscription(subscription, session)


class EmbeddedBroker:
    """amqtt on `127.0.0.1:port` with the users in `folder`."""

    def __init__(self, port: int, folder: Path) -> None:
        self._port = port
        self._folder = folder
        self._broker: Any = None

    async def start(self) -> None:
        """Listen; `Transient` when the port is taken."""
        for noisy in ("amqtt", "transitions"):
            logging.getLogger(noisy).setLevel(logging.CRITICAL)
        files = {"folder": str(self._folder)}
        config = {
            "listeners": {"default": {"type": "tcp", "bind": f"127.0.0.1:{self._port}", "max_connections": 200}},
            "plugins": {
                f"{_HERE}.UsersPlugin": files,
                f"{_HERE}.AclPlugin": files,
                "amqtt.plugins.sys.broker.BrokerSysPlugin": {"sys_interval": _TELL_S},
            },
        }
        self._broker = _Broker(config)
        try:
            await self._broker.start()
        except BrokerError as fault:
            raise Transient(f"broker: port {self._port} cannot be used ({fault})") from None

    async def stop(self, timeout_s: float = 1.0) -> None:
        try:
            async with asyncio.timeout(timeout_s):
                await self._broker.shutdown()
        except (TimeoutError, AMQTTError) as fault:
            log.warning("broker did not stop cleanly", error=repr(fault))
