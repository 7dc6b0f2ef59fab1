"""The edge agent: what runs on one Raspberry Pi node."""

from edge_agent.lean import import_lean

import_lean()
