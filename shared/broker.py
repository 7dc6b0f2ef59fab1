"""The one MQTT session: paho 2 driven from asyncio, reconnecting, with last will and typed publish/subscribe."""

import asyncio
import contextlib
import os
import select
import socket
import ssl
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import paho.mqtt.client as paho
import structlog
from paho.mqtt.enums import CallbackAPIVersion

from shared.errors import CctvError, Rejected, Transient
from shared.topics import Channel, M

log = structlog.get_logger("broker")

Handler = Callable[[str, bytes], Awaitable[None]]
_QUEUE_MESSAGES = 2000
_READ_PACKETS = 50
_BACKOFF_S = (0.2, 0.5, 1, 2, 5, 10)


@dataclass(frozen=True, slots=True)
class BrokerAddress:
    """Where the broker is and who we are there; the password never appears in a repr."""

    host: str
    port: int
    client_id: str
    username: str
    password: str = field(repr=False)
    ca_file: Path | None = None  # given: TLS 1.3 with this CA only
    ca_pem: str | None = None  # the same inline
    identity: str | None = field(
        default=None, repr=False
    )  # certificate and key, PEM: who we are, instead of a password
    keepalive_s: int = 10

    def context(self) -> ssl.SSLContext | None:
        """What to speak TLS with; None: in clear text."""
        if self.ca_file is None and self.ca_pem is None:
            return None
        file = None if self.ca_file is None else str(self.ca_file)
        context = ssl.create_default_context(cafile=file, cadata=self.ca_pem)
        context.minimum_version = ssl.TLSVersion.TLSv1_3
        if self.identity is not None:
            _prove(context, self.identity)
        return context


class Session:
    """One connection. Subscriptions survive reconnects; nothing is queued while disconnected.

    `publish` raises `Transient` when not connected: who must not lose a message keeps it in an outbox.
    """

    def __init__(
        self, address: BrokerAddress, will: tuple[str, bytes] | None = None, others: Sequence[BrokerAddress] = ()
    ) -> None:
        """`others`: tried in turn while `address` lets nobody in."""
        self._ways = (address, *others)
        self._address = address
        self._will = will
        self._handlers: list[tuple[str, Handler]] = []
        self._incoming: asyncio.Queue[tuple[str, bytes]] = asyncio.Queue(_QUEUE_MESSAGES)
        self._pending: dict[int, asyncio.Future[None]] = {}
        self._connected = asyncio.Event()
        self._lost = asyncio.Event()
        self._let_in = False
        self._on_connected: list[Callable[[], Awaitable[None]]] = []
        self._calls: set[asyncio.Future[None]] = set()  # the loop itself would let them be collected
        self.dropped = 0
        self._dropped_told = 0
        self._loop: asyncio.AbstractEventLoop | None = None
        self._client = self._new_client(address)

    @property
    def connected(self) -> bool:
        return self._connected.is_set()

    def renew(self) -> None:
        """Drop this connection and come again: a broker may have lost what we subscribed to without knowing."""
        self._lost.set()

    def become(self, address: BrokerAddress, others: Sequence[BrokerAddress] = ()) -> None:
        """Go on by another way to the broker, and leave the one before."""
        self._ways = (address, *others)
        self.renew()

    async def wait_connected(self) -> None:
        await self._connected.wait()

    def on_connected(self, call: Callable[[], Awaitable[None]]) -> None:
        """Await `call` after every (re)connect, once subscriptions are in place."""
        self._on_connected.append(call)

    def subscribe(self, topic_filter: str, handler: Handler) -> None:
        """Hand every message on `topic_filter` to `handler`, one at a time; its errors are logged, never raised."""
        self._handlers.append((topic_filter, handler))
        if self.connected:
            self._client.subscribe(topic_filter, 1)

    def listen(
        self, channel: Channel[M], handler: Callable[[dict[str, str], M], Awaitable[None]], **levels: str
    ) -> None:
        """Typed subscribe: a payload that does not parse is logged and dropped."""

        async def decode(topic: str, payload: bytes) -> None:
            found = channel.match(topic)
            if found is None:
                return
            try:
                message = channel.decode(payload)
            except Rejected as fault:
                log.warning("payload rejected", topic=topic, field=fault.field, fault=fault.fault)
                return
            await handler(found, message)

        self.subscribe(channel.filter(**levels), decode)

    async def send(self, channel: Channel[M], message: M, **levels: str) -> None:
        """Typed publish; returns when the broker has it (QoS 1) or it is written (QoS 0)."""
        await self.publish(channel.topic(**levels), channel.encode(message), qos=channel.qos, retain=channel.retain)

    async def publish(
        self, topic: str, payload: bytes, *, qos: int = 1, retain: bool = False, timeout_s: float = 10
    ) -> None:
        if not self.connected:
            raise Transient("broker: not connected")
        info = self._client.publish(topic, payload, qos=qos, retain=retain)
        if info.rc != paho.MQTT_ERR_SUCCESS:
            raise Transient(f"broker: publish failed ({paho.error_string(info.rc)})")
        if qos == 0:
            return
        done = self._pending.setdefault(info.mid, asyncio.get_running_loop().create_future())
        try:
            async with asyncio.timeout(timeout_s):
                await asyncio.shield(done)
        except TimeoutError:
            raise Transient("broker: no PUBACK") from None
        finally:
            self._pending.pop(info.mid, None)

    async def run(self) -> None:
        """Stay connected until cancelled; then disconnect cleanly."""
        self._loop = loop = asyncio.get_running_loop()
        consumer = asyncio.create_task(self._consume(), name="broker consume")
        attempt = way = 0
        told = False
        try:
            while True:
                self._lost.clear()
                self._let_in, fault = False, "it did not let us in"
                try:
                    self._take(self._ways[way % len(self._ways)])
                    await loop.run_in_executor(None, self._dial)
                    self._client.loop_read()
                    await self._stay()
                except (OSError, ValueError) as caught:
                    fault = str(caught)
                if self._let_in:
                    attempt, way, told = 0, -1, False  # begin with the first one again
                elif not told:
                    told = True
                    log.warning("broker unreachable", host=self._address.host, port=self._address.port, error=fault)
                self._drop_socket()
                await asyncio.sleep(_BACKOFF_S[min(attempt, len(_BACKOFF_S) - 1)])
                attempt, way = attempt + 1, way + 1
        finally:
            consumer.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await consumer
            if self.connected:
                self._client.disconnect()
                self._client.loop_write()
            self._drop_socket()

    def _new_client(self, address: BrokerAddress) -> paho.Client:
        client = paho.Client(
            CallbackAPIVersion.VERSION2,
            client_id=address.client_id,
            protocol=paho.MQTTv311,
            clean_session=True,
            reconnect_on_failure=False,
        )
        if address.identity is None:
            client.username_pw_set(address.username, address.password)
        if (context := address.context()) is not None:
            client.tls_set_context(context)
        if self._will is not None:
            client.will_set(self._will[0], self._will[1], qos=1, retain=True)
        client.on_connect = self._connect_done
        client.on_disconnect = self._disconnected
        client.on_message = self._message
        client.on_publish = self._published
        client.on_socket_open = self._socket_open
        client.on_socket_close = self._socket_close
        client.on_socket_register_write = self._want_write
        client.on_socket_unregister_write = self._no_write
        return client

    def _take(self, address: BrokerAddress) -> None:
        if address is not self._address:
            self._address, self._client = address, self._new_client(address)

    def _dial(self) -> None:
        self._client.connect(self._address.host, self._address.port, keepalive=self._address.keepalive_s)

    async def _stay(self) -> None:
        while not self._lost.is_set():
            if self._client.loop_misc() != paho.MQTT_ERR_SUCCESS:
                break
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(1):
                    await self._lost.wait()

    def _drop_socket(self) -> None:
        self._connected.clear()
        for waiting in self._pending.values():
            if not waiting.done():
                waiting.set_exception(Transient("broker: connection lost"))
                waiting.exception()
        self._pending.clear()
        sock = self._client.socket()
        if sock is not None:
            self._socket_close(self._client, None, sock)
            with contextlib.suppress(OSError):
                sock.close()

    async def _consume(self) -> None:
        while True:
            topic, payload = await self._incoming.get()
            if self._incoming.empty() and self.dropped > self._dropped_told:
                log.warning("messages were dropped", dropped=self.dropped - self._dropped_told, in_all=self.dropped)
                self._dropped_told = self.dropped
            for topic_filter, handler in self._handlers:
                if not paho.topic_matches_sub(topic_filter, topic):
                    continue
                try:
                    await handler(topic, payload)
                except CctvError as fault:
                    log.warning("message handler failed", topic=topic, error=str(fault))
                except Exception:  # outermost loop of the session: one bad message must not end it
                    log.exception("message handler broke", topic=topic)

    # ---- paho's callbacks: short, never raising -------------------------------------------------

    def _connect_done(self, _client: paho.Client, _data: Any, _flags: Any, reason: Any, _properties: Any) -> None:
        if reason.is_failure:
            log.warning("broker refused us", reason=str(reason), username=self._address.username)
            self._lost.set()
            return
        for topic_filter in dict.fromkeys(topic for topic, _ in self._handlers):
            self._client.subscribe(topic_filter, 1)
        self._connected.set()
        self._let_in = True
        for call in self._on_connected:
            task = asyncio.ensure_future(call())
            self._calls.add(task)
            task.add_done_callback(self._calls.discard)
            task.add_done_callback(_log_failure)

    def _disconnected(self, *_args: Any) -> None:
        self._connected.clear()
        self._lost.set()

    def _message(self, _client: paho.Client, _data: Any, message: paho.MQTTMessage) -> None:
        try:
            self._incoming.put_nowait((message.topic, bytes(message.payload)))
        except asyncio.QueueFull:
            if self.dropped == self._dropped_told:
                log.warning("messages are being dropped: handlers are too slow", topic=message.topic)
            self.dropped += 1

    def _published(self, _client: paho.Client, _data: Any, mid: int, *_rest: Any) -> None:
        waiting = self._pending.get(mid)
        if waiting is not None and not waiting.done():
            waiting.set_result(None)

    def _socket_open(self, _client: paho.Client, _data: Any, sock: Any) -> None:
        self._on_loop(self._add_reader, sock)

    def _on_loop(self, call: Callable[[socket.socket], None], sock: socket.socket) -> None:
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(call, sock)

    def _add_reader(self, sock: socket.socket) -> None:
        if self._loop is not None and sock.fileno() >= 0:
            self._loop.add_reader(sock, self._read, sock)

    def _read(self, sock: socket.socket) -> None:
        """Take what has come, not one packet a turn of the loop; and what TLS holds, which wakes no selector."""
        for _ in range(_READ_PACKETS):
            if self._client.loop_read() != paho.MQTT_ERR_SUCCESS or not _readable(sock):
                return
        if self._loop is not None:
            self._loop.call_soon(self._read, sock)

    def _socket_close(self, _client: paho.Client, _data: Any, sock: Any) -> None:
        if self._loop is not None and sock.fileno() >= 0:
            self._loop.remove_reader(sock)
            self._loop.remove_writer(sock)

    def _want_write(self, _client: paho.Client, _data: Any, sock: Any) -> None:
        self._on_loop(self._add_writer, sock)

    def _add_writer(self, sock: socket.socket) -> None:
        if self._loop is not None and sock.fileno() >= 0:
            self._loop.add_writer(sock, self._client.loop_write)

    def _no_write(self, _client: paho.Client, _data: Any, sock: Any) -> None:
        self._on_loop(self._remove_writer, sock)

    def _remove_writer(self, sock: socket.socket) -> None:
        if self._loop is not None and sock.fileno() >= 0:
            self._loop.remove_writer(sock)


def _prove(context: ssl.SSLContext, identity: str) -> None:
    """Load certificate and key without a second copy of the key on disk: OpenSSL reads files alone."""
    descriptor = os.memfd_create("identity")
    try:
        os.write(descriptor, identity.encode())
        context.load_cert_chain(f"/proc/self/fd/{descriptor}")
    finally:
        os.close(descriptor)


def _readable(sock: socket.socket) -> bool:
    if sock.fileno() < 0:
        return False
    if isinstance(sock, ssl.SSLSocket) and sock.pending():
        return True
    poll = select.poll()
    poll.register(sock, select.POLLIN)
    return bool(poll.poll(0))


def _log_failure(task: asyncio.Future[None]) -> None:
    if not task.cancelled() and (fault := task.exception()) is not None:
        log.warning("after connecting", error=str(fault))
