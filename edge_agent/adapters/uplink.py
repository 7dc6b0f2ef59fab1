"""Uplink on httpx: PUT a run to where its grant points."""

import socket
import ssl
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from shared.errors import Rejected, Transient
from shared.messages import Grant

_TIMEOUT = httpx.Timeout(connect=5, read=30, write=30, pool=5)
_ALREADY_THERE = 412
_UNSENT_BYTES = 128 * 1024  # what the kernel takes ahead of the line: more would hide how fast that is
_TRY_LATER = frozenset({408, 409, 423, 425, 429})


class HttpUplink:
    """One client for all grants; redirects are not followed, proxies of the environment not used."""

    def __init__(self, controller_url: str, ca_file: Path | None) -> None:
        self._controller_url = controller_url.rstrip("/")
        verify: ssl.SSLContext | bool = True
        if ca_file is not None:
            verify = ssl.create_default_context()
            verify.load_verify_locations(cafile=str(ca_file))
        options = [(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, _UNSENT_BYTES)]
        transport = httpx.AsyncHTTPTransport(verify=verify, trust_env=False, socket_options=options)
        self._client = httpx.AsyncClient(transport=transport, timeout=_TIMEOUT, trust_env=False)

    async def put(self, grant: Grant, body: AsyncIterator[bytes], length_bytes: int) -> None:
        url = self._absolute(grant.url)
        headers = {name: value for name, value in grant.headers.items() if name.lower() != "host"}
        if not any(name.lower() == "content-length" for name in headers):
            headers["Content-Length"] = str(length_bytes)
        try:
            answer = await self._client.put(url, content=body, headers=headers)
        except (httpx.TransportError, httpx.StreamError) as fault:
            raise Transient(f"store: {type(fault).__name__} {fault}") from None
        except (httpx.InvalidURL, ValueError) as fault:
            raise Rejected("grant.url", str(fault)) from None
        status = answer.status_code
        if answer.is_success or status == _ALREADY_THERE:
            return
        if status >= httpx.codes.INTERNAL_SERVER_ERROR or status in _TRY_LATER:
            raise Transient(f"store: answered {status}")
        raise Rejected("grant", f"the store answered {status}")

    async def close(self) -> None:
        await self._client.aclose()

    def _absolute(self, url: str) -> str:
        if url.startswith("/") and not url.startswith("//"):
            return self._controller_url + url
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username is not None:
            raise Rejected("grant.url", "is neither a path nor an http address")
        return url
