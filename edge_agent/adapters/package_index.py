"""The PackageSource port: asks a package index (JSON simple API) which versions it has; fetches nothing else."""

import json
import ssl
from pathlib import Path

import httpx

from shared.errors import Rejected, Transient

_JSON = "application/vnd.pypi.simple.v1+json"
_TIMEOUT = httpx.Timeout(connect=5, read=10, write=10, pool=5)
_MAX_BYTES = 2_000_000


class PackageIndex:
    """One project at one index; redirects are not followed, proxies of the environment not used."""

    def __init__(self, url: str, project: str, ca_file: Path | None = None) -> None:
        self._url = f"{url.rstrip('/')}/{project}/"
        self._ca_file = ca_file

    async def versions(self) -> tuple[str, ...]:
        """What is on offer there; `Transient` when the index is away, `Rejected` when it answers otherwise."""
        verify: ssl.SSLContext | bool = True
        if self._ca_file is not None:
            verify = ssl.create_default_context(cafile=str(self._ca_file))
        try:
            async with (
                httpx.AsyncClient(verify=verify, timeout=_TIMEOUT, trust_env=False) as client,
                client.stream("GET", self._url, headers={"Accept": _JSON}) as answer,
            ):
                if answer.status_code >= httpx.codes.INTERNAL_SERVER_ERROR:
                    raise Transient(f"package index: answered {answer.status_code}")
                if answer.status_code != httpx.codes.OK:
                    raise Rejected("update.index_url", f"the index answered {answer.status_code}")
                body = b""
                async for chunk in answer.aiter_bytes():
                    body += chunk
                    if len(body) > _MAX_BYTES:
                        raise Rejected("update.index_url", f"the index answered more than {_MAX_BYTES} bytes")
        except (httpx.TransportError, httpx.StreamError, httpx.DecodingError) as fault:
            raise Transient(f"package index: {type(fault).__name__}") from None
        try:
            found = json.loads(body)["versions"]
        except (ValueError, KeyError, TypeError, RecursionError):
            raise Rejected("update.index_url", "is no index that lists versions as JSON") from None
        if not isinstance(found, list):
            raise Rejected("update.index_url", "is no index that lists versions as JSON")
        return tuple(version for version in found if isinstance(version, str))
