"""How long a claimed job is its worker's own, and how often the worker says that it is still there."""

LEASE_MS = 10_000
RENEW_MS = 3_000
