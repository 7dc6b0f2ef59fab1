"""Whether a browser's request comes from a page of the server that it asks."""

from urllib.parse import urlsplit


def same_origin(origin: str | None, host: str) -> bool:
    """A browser says where a page is from with each unsafe request: it must be our own; programs say nothing."""
    if origin is None:
        return True
    try:
        return urlsplit(origin).netloc.lower() == host.lower() != ""
    except ValueError:
        return False
