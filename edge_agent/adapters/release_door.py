"""The ReleaseSource port: fetches a release from the node's own controller, as many bytes as were named and no more."""

import hashlib
import shutil
import ssl
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import httpx

from edge_agent.adapters.update_folder import UpdateFolder
from edge_agent.adapters.update_folder import Wanted as Asked
from shared.clock import Clock
from shared.commands import Update
from shared.enrolment import ENROLMENT
from shared.errors import Rejected, Transient
from shared.ids import NodeId
from shared.node_token import sign_node_token

_TIMEOUT = httpx.Timeout(connect=5, read=30, write=30, pool=5)
_TRY_LATER = frozenset({408, 425, 429})
_ROOM_BYTES = 50_000_000


class ReleaseDoor:
    """Redirects are not followed, proxies of the environment not used; the node proves itself by its own key."""

    def __init__(
        self,
        url: str,
        ca_file: Path | None,
        node: NodeId,
        private_key_pem: str,
        folder: UpdateFolder,
        clock: Clock,
    ) -> None:
        self._url = f"{url.rstrip('/')}{ENROLMENT}/releases/"
        self._ca_file = ca_file
        self._node = node
        self._key = private_key_pem
        self._folder = folder
        self._clock = clock

    async def fetch(self, order: Update, far: Callable[[int], None]) -> None:
        """Leave it for the updater; `far` hears how many bytes there are. `Rejected` when it is not what was named."""
        verify: ssl.SSLContext | bool = True
        if self._ca_file is not None:
            verify = ssl.create_default_context(cafile=str(self._ca_file))
        headers = {"Authorization": f"Bearer {sign_node_token(self._node, self._key, self._clock.now())}"}
        part: Path | None = None
        try:
            part = self._folder.part
            if (free := shutil.disk_usage(part.parent).free) < order.length_bytes + _ROOM_BYTES:
                raise Rejected("update", f"has {order.length_bytes} bytes, and {free} are free")
            async with (
                httpx.AsyncClient(verify=verify, timeout=_TIMEOUT, trust_env=False) as client,
                client.stream("GET", self._url + order.release, headers=headers) as answer,
            ):
                _check_status(answer.status_code)
                await self._take(answer, order, part, far)
            self._folder.want(Asked(version=order.release.partition("-")[0], downgrade=order.downgrade))
        except (httpx.TransportError, httpx.StreamError, httpx.DecodingError) as fault:
            raise Transient(f"controller: {type(fault).__name__}") from None
        except OSError as fault:
            raise Transient(f"update: {fault.strerror}") from None
        finally:
            if part is not None:
                with suppress(OSError):
                    part.unlink()

    async def _take(self, answer: httpx.Response, order: Update, part: Path, far: Callable[[int], None]) -> None:
        digest, count = hashlib.sha256(), 0
        with part.open("wb") as out:
            async for piece in answer.aiter_raw():
                count += len(piece)
                if count > order.length_bytes:
                    raise Rejected("update", f"the controller sends more than {order.length_bytes} bytes")
                digest.update(piece)
                out.write(piece)
                far(count)
        if count < order.length_bytes:
            raise Transient(f"controller: {count} of {order.length_bytes} bytes came")
        if digest.hexdigest() != order.sha256:
            raise Rejected("update", "what the controller sends is not what it named")


def _check_status(status: int) -> None:
    if status >= httpx.codes.INTERNAL_SERVER_ERROR or status in _TRY_LATER:
        raise Transient(f"controller: answered {status}")
    if status != httpx.codes.OK:
        raise Rejected("update", f"the controller answered {status}")
