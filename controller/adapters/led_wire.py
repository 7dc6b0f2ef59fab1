"""The broker for who works under a lease: what a process that was frozen meant to say is old, and is not said."""

from collections.abc import Awaitable, Callable

from controller.core.lease import Term
from shared.broker import Session
from shared.clock import Clock
from shared.errors import Transient
from shared.topics import Channel, M


class LedWire:
    """`Wire` on a session; it hears always, and speaks only while nobody else can have the lease."""

    def __init__(self, session: Session, clock: Clock, term: Term) -> None:
        self._session = session
        self._clock = clock
        self._term = term

    async def send(self, channel: Channel[M], message: M, **levels: str) -> None:
        self._check()
        await self._session.send(channel, message, **levels)

    async def publish(self, topic: str, payload: bytes, *, qos: int = 1, retain: bool = False) -> None:
        self._check()
        await self._session.publish(topic, payload, qos=qos, retain=retain)

    def subscribe(self, topic_filter: str, handler: Callable[[str, bytes], Awaitable[None]]) -> None:
        self._session.subscribe(topic_filter, handler)

    def listen(
        self, channel: Channel[M], handler: Callable[[dict[str, str], M], Awaitable[None]], **levels: str
    ) -> None:
        self._session.listen(channel, handler, **levels)

    def _check(self) -> None:
        if not self._term.trusted(self._clock.monotonic_ms()):
            raise Transient(f"the lease {self._term.name} may be somebody else's")
