"""Bounds that node and controller both keep."""

LONGEST_ORDER_MS = 600_000
"""The longest span of footage that one command may ask a node for."""
MAX_RELEASE_FILE_BYTES = 2_000_300_000
"""The largest release: its files and what says which they are."""
