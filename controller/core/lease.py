"""How long a claimed job or a role is its holder's own, how often the holder says that it is there, and one holding."""

from dataclasses import dataclass

LEASE_MS = 10_000
RENEW_MS = 3_000
TRUSTED_MS = LEASE_MS - RENEW_MS
"""How long after it was asked for a lease is worked under: what is left of it is for stopping."""
WORKER = "worker:"
"""What the names of leases begin with by which workers show that they are there."""


@dataclass(slots=True)
class Term:
    """A lease as one process holds it; whoever takes the lease later has a larger token, also under the same name."""

    name: str
    holder: str
    token: int = 0  # 0: never held
    until_ms: int = 0  # monotonic: nobody else has it before

    def begin(self, token: int, asked_ms: int) -> None:
        """Taken, by what was asked for then."""
        self.token = token
        self.renew(asked_ms)

    def renew(self, asked_ms: int) -> None:
        """What was asked for then was given: others wait for a whole lease from a later moment on."""
        self.until_ms = asked_ms + TRUSTED_MS

    def end(self) -> None:
        """Lost, or given back."""
        self.until_ms = 0

    def trusted(self, now_ms: int) -> bool:
        """Whether nobody else can have it now, by one's own clock: who was frozen knows by that."""
        return now_ms < self.until_ms
