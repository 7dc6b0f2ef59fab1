"""How long a claimed job or a role is its holder's own, and how often the holder says that it is still there."""

LEASE_MS = 10_000
RENEW_MS = 3_000
WORKER = "worker:"
"""What the names of leases begin with by which workers show that they are there."""
