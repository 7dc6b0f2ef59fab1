"""How a process that makes a picture answers: one message."""

MADE, REFUSED = b"j", b"f"
"""What it begins with: a JPEG follows, or why there is none."""
MOST_BYTES = 8_000_000
MOST_FAULT_BYTES = 300
