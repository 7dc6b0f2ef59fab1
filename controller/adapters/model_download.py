"""Fetches a file whose hash is known: HTTPS only, from known hosts only, resumed where it stopped, never too much."""

import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import httpx

from controller.adapters.model_file import MAX_MODEL_BYTES, hash_of
from shared.errors import Rejected, Transient

HOSTS = frozenset(
    {
        "github.com",
        "objects.githubusercontent.com",
        "release-assets.githubusercontent.com",
        "raw.githubusercontent.com",
        "media.githubusercontent.com",
        "storage.googleapis.com",
    }
)
"""Where the catalogue's files are, and where those hosts send one on to."""

_MOST_REDIRECTS = 5
_TIMEOUT_S = 20.0
_CHUNK_BYTES = 1 << 18
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PARTIAL, _OK, _BAD_RANGE, _SERVER_FAULT, _TOO_MANY = 206, 200, 416, 500, 429

Progress = Callable[[int, int], None]
"""Bytes so far, and in all (0: not known)."""


def download(
    address: str,
    into: Path,
    *,
    sha256: str,
    length_bytes: int,
    hosts: frozenset[str] = HOSTS,
    progress: Progress = lambda _so_far, _in_all: None,
    trust: ssl.SSLContext | None = None,
) -> None:
    """Make `into` a file with this hash. What came before an interruption stays beside it, as NAME.part.

    `length_bytes` 0: not known. `Transient` when the host is away or stops; `Rejected` for another host, too many
    bytes, or other content.
    """
    part = into.with_name(f"{into.name}.part")
    most = length_bytes or MAX_MODEL_BYTES
    with httpx.Client(
        verify=trust or ssl.create_default_context(), timeout=_TIMEOUT_S, follow_redirects=False
    ) as client:
        try:
            _fetch(client, address, part, most, hosts, progress)
        except httpx.TransportError as fault:
            raise Transient(
                f"{urlsplit(address).hostname} cannot be reached: {fault or type(fault).__name__}"
            ) from None
    found = hash_of(part)
    if found != sha256:
        part.unlink()
        raise Rejected(
            "model", f"what {urlsplit(address).hostname} sent has the SHA-256 {found}, not {sha256}: thrown away"
        )
    part.replace(into)


def _fetch(
    client: httpx.Client, address: str, part: Path, most: int, hosts: frozenset[str], progress: Progress
) -> None:
    have = part.stat().st_size if part.exists() else 0
    if have > most:
        part.unlink()
        have = 0
    with _open(client, address, have, hosts) as response:
        if response.status_code == _BAD_RANGE:
            if have == most:
                return
            part.unlink(missing_ok=True)
            raise Transient("the host cannot go on where it stopped: beginning anew")
        if response.status_code != _PARTIAL:
            have = 0
        elif not response.headers.get("content-range", "").startswith(f"bytes {have}-"):
            raise Rejected("model", "the host sent another range than was asked for")
        announced = int(response.headers.get("content-length") or 0) + have
        if announced > most:
            raise Rejected("model", f"the host has {announced} bytes, more than {most}")
        with part.open("ab" if have else "wb") as out:
            for chunk in response.iter_bytes(_CHUNK_BYTES):
                have += len(chunk)
                if have > most:
                    raise Rejected("model", f"the host sends more than {most} bytes")
                out.write(chunk)
                progress(have, announced)


@contextmanager
def _open(client: httpx.Client, address: str, have: int, hosts: frozenset[str]) -> Iterator[httpx.Response]:
    headers = {"accept-encoding": "identity"} | ({"range": f"bytes={have}-"} if have else {})
    for _ in range(_MOST_REDIRECTS + 1):
        _check(address, hosts)
        with client.stream("GET", address, headers=headers) as response:
            if response.status_code in _REDIRECTS:
                address = urljoin(address, response.headers.get("location", ""))
                continue
            if response.status_code >= _SERVER_FAULT or response.status_code == _TOO_MANY:
                raise Transient(f"{urlsplit(address).hostname} answers {response.status_code}")
            if response.status_code not in (_OK, _PARTIAL, _BAD_RANGE):
                raise Rejected("model", f"{urlsplit(address).hostname} answers {response.status_code}")
            yield response
            return
    raise Rejected("model", f"more than {_MOST_REDIRECTS} redirects")


def _check(address: str, hosts: frozenset[str]) -> None:
    """Only HTTPS, only hosts that were named: a redirect leads nowhere else."""
    try:
        parts = urlsplit(address)
        place = parts.hostname if parts.port in (None, 443) else f"{parts.hostname}:{parts.port}"
    except ValueError:
        raise Rejected("address", f"{address[:200]!r} is no address") from None
    if parts.scheme != "https" or parts.username is not None:
        raise Rejected("address", f"{parts.scheme}://{place}: only https without a user is fetched from")
    if place not in hosts:
        raise Rejected("address", f"{place} is not among the hosts that models come from: {', '.join(sorted(hosts))}")
