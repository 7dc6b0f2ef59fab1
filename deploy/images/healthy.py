"""Ends with 0 when the server at this address answers without trouble of its own; for probes inside a container."""

import ssl
import sys
import urllib.error
import urllib.request

WAIT_S = 5
TROUBLE = 500


def status(address: str) -> int:
    """What it answers. Its certificate is not looked at: this asks whether something answers, and tells it nothing."""
    anybody = ssl._create_unverified_context()  # noqa: SLF001, S323 - loopback
    try:
        with urllib.request.urlopen(address, timeout=WAIT_S, context=anybody) as answer:  # noqa: S310 - ours
            return int(answer.status)
    except urllib.error.HTTPError as refused:
        return refused.code


if __name__ == "__main__":
    try:
        sys.exit(status(sys.argv[1]) >= TROUBLE)
    except OSError as fault:
        sys.exit(str(fault))
