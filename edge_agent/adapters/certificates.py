"""The CA certificates that a node trusts, read with what Python itself has."""

import ssl
from collections.abc import Iterable
from pathlib import Path


def first_end_s(files: Iterable[Path]) -> float | None:
    """Unix seconds at which the first certificate in these files ends; None where there is none that can be read."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    for file in files:
        try:
            context.load_verify_locations(cafile=str(file))
        except (OSError, ValueError):  # ssl.SSLError is an OSError
            continue
    ends = [str(known["notAfter"]) for known in context.get_ca_certs() if "notAfter" in known]
    return min(map(ssl.cert_time_to_seconds, ends), default=None)
