"""Bounds that node and controller both keep."""

LONGEST_ORDER_MS = 600_000
"""The longest span of footage that one command may ask a node for."""
