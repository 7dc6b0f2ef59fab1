"""The broker and the doorbell."""

from collections.abc import Awaitable, Callable
from typing import Protocol

from shared.topics import Channel, M


class Wire(Protocol):
    """The broker, as far as flows speak and hear (`shared.broker.Session`)."""

    async def send(self, channel: Channel[M], message: M, **levels: str) -> None:
        """Raises `Transient` when the broker does not have it."""
        ...

    def subscribe(self, topic_filter: str, handler: Callable[[str, bytes], Awaitable[None]]) -> None:
        """Hand over topic and payload, whatever they hold."""
        ...

    def listen(
        self, channel: Channel[M], handler: Callable[[dict[str, str], M], Awaitable[None]], **levels: str
    ) -> None:
        """Hand over the levels of the topic and the message; what does not parse is dropped."""
        ...


class Bell(Protocol):
    """The doorbell: wakes those who would otherwise poll."""

    async def ring(self, which: str) -> None: ...

    async def wait(self, which: str, timeout_s: float) -> None:
        """Return when rung or after `timeout_s`."""
        ...
