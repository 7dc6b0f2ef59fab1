"""Where in a file PyAV reads or writes next."""

import os


class Seeking:
    """What PyAV asks of a file of ours that has its bytes elsewhere."""

    def __init__(self, end: int = 0) -> None:
        self._at = 0
        self._end = end

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        self._at = offset + {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._end}[whence]
        return self._at
