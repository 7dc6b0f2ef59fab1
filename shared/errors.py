"""The error tree: whose fault it is decides what happens next.

CctvError
├── Transient   the world is away for a moment (network, broker, store, locked database): try again
├── Rejected    the input's fault (configuration, message, upload, video, model): tell who sent it, never retry
└── Broken      ours: an invariant does not hold; the task ends and its supervisor restarts it

Adapters translate vendors' exceptions into these; flows retry only `Transient`, park `Rejected` with its reason.
"""


class CctvError(Exception):
    """Root of every error this project raises on purpose."""


class Transient(CctvError):
    """May succeed when tried again."""


class Rejected(CctvError):
    """The input is at fault: `field` names where, `fault` says what is wrong with its value."""

    def __init__(self, field: str, fault: str) -> None:
        super().__init__(f"{field}: {fault}")
        self.field = field
        self.fault = fault


class Broken(CctvError):
    """An invariant of ours does not hold."""
