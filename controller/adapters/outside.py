"""What a muxer in a confined process writes to: it goes out with its place, as much at once as one message takes."""

from typing import IO

from controller.adapters.reel_wire import HEAD, MOST_BYTES, WRITE, Said
from controller.adapters.seeking import Seeking


class Outside(Seeking):
    """The end of a film is kept until it is as long as a message; a muxer goes back into that, or to the beginning."""

    def __init__(self, name: str, answers: IO[bytes]) -> None:
        super().__init__()
        self.name = name
        self._answers = answers
        self._kept = bytearray()
        self._kept_at = 0
        self._most = MOST_BYTES

    def writable(self) -> bool:
        return True

    def write(self, data: bytes) -> int:
        place = self._at - self._kept_at
        if 0 <= place <= len(self._kept):
            self._kept[place : place + len(data)] = data
        else:
            say(self._answers, WRITE, self._at, data)
        self._at += len(data)
        self._end = max(self._end, self._at)
        if len(self._kept) >= self._most:
            self.flush()
        return len(data)

    def hold(self) -> None:
        """What comes now is the index, in all of which a muxer goes back: it is kept until it is flushed."""
        self.flush()
        self._most = 1 << 63

    def flush(self) -> None:
        for begin in range(0, len(self._kept), MOST_BYTES):
            say(self._answers, WRITE, self._kept_at + begin, self._kept[begin : begin + MOST_BYTES])
        self._kept_at += len(self._kept)
        self._kept = bytearray()


def say(answers: IO[bytes], said: Said, number: int = 0, data: bytes | bytearray = b"") -> None:
    """Head, then bytes."""
    answers.write(HEAD.pack(said, number, len(data)))
    answers.write(data)
    answers.flush()
