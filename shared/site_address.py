"""Whether a URL leads to this site: only an address tells, a name may resolve to anything."""

import ipaddress
from urllib.parse import urlsplit


def is_on_site(url: str) -> bool:
    """Loopback and private networks."""
    host = urlsplit(url).hostname or ""
    if host == "localhost":
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    return address.is_private and not address.is_unspecified
