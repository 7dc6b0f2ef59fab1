"""Send run: one run's bytes, as the line has room for them, and whether they were those that were announced."""

import hashlib
from collections.abc import AsyncIterator

from edge_agent.core.upload_policy import Upload
from edge_agent.flows.share_uplink import UplinkSharing
from edge_agent.ports import Ring
from shared.errors import Rejected

_PIECE_BYTES = 16 * 1024


class RunBody:
    """Iterate `pieces` once; then `fault` says why the bytes cannot be had, None: they were sent, or may be again."""

    def __init__(self, ring: Ring, upload: Upload, sharing: UplinkSharing) -> None:
        self._ring = ring
        self._upload = upload
        self._sharing = sharing
        self.fault: Rejected | None = None

    async def pieces(self) -> AsyncIterator[bytes]:
        """Raises `Rejected` when a segment is gone."""
        upload, md5 = self._upload, hashlib.md5(usedforsecurity=False)
        try:
            async for chunk in self._ring.read(upload.run):
                for start in range(0, len(chunk), _PIECE_BYTES):
                    piece = chunk[start : start + _PIECE_BYTES]
                    await self._sharing.pay(upload.priority, len(piece))
                    md5.update(piece)
                    yield piece
        except Rejected as fault:
            self.fault = fault
            raise
        if md5.hexdigest() != upload.run.md5:
            self.fault = Rejected("run", "its bytes on the disk are not those that were recorded")
