"""What the broker says of itself on `$SYS`, in the words of mosquitto and of the embedded broker."""

from shared.broker import Session
from shared.clock import Clock

_TOPIC = "$SYS/broker"
_NAMES = {
    "clients/connected": "clients",
    "messages/received": "received",
    "messages/sent": "sent",
    "retained messages/count": "retained",
    "messages/retained/count": "retained",
}
_STALE_MS = 60_000
"""Both brokers tell of themselves more often than this."""


class BrokerFigures:
    """Make it before its session connects. A broker that may not be asked leaves everything unknown."""

    def __init__(self, session: Session, clock: Clock) -> None:
        self._session = session
        self._clock = clock
        self._told: dict[str, tuple[int, int]] = {}
        for topic in _NAMES:
            session.subscribe(f"{_TOPIC}/{topic}", self.hear)

    @property
    def connected(self) -> bool:
        return self._session.connected

    async def hear(self, topic: str, payload: bytes) -> None:
        """One figure; what is no number is no figure."""
        name = _NAMES.get(topic.removeprefix(f"{_TOPIC}/"))
        text = payload.strip()
        if name is not None and text.isdigit():
            self._told[name] = int(text), self._clock.monotonic_ms()

    def figure(self, name: str) -> int | None:
        """`clients`, `received`, `sent` or `retained`; None: not told, or too long ago."""
        number, at_ms = self._told.get(name, (0, -_STALE_MS))
        fresh = self.connected and self._clock.monotonic_ms() - at_ms < _STALE_MS
        return number if name in self._told and fresh else None
