"""A confined process that decodes, from outside: asked and waited for from one thread at a time, ended when late."""

import fcntl
import mmap
import os
import select
import subprocess
import sys
import time
from collections.abc import Callable, Generator
from pathlib import Path

import numpy as np

from controller.adapters.picture_wire import (
    ASK,
    DONE,
    ENOUGH,
    FAULT,
    FRAME,
    MOST_FAULT_BYTES,
    MOST_PICTURE_BYTES,
    PICTURE,
    READY,
    SKIP,
    TOLD,
    WANTED,
)
from controller.core.picture import Picture, TimedPicture
from shared.errors import Broken, Rejected

CHILD = "controller.adapters.picture_child"
_START_S = 60.0
_STEP_S = 60.0
"""From one word of it to the next: a film may be damaged over long stretches."""
_CHANNELS = 3


class PictureProcess:
    """One process. `Rejected` where the bytes are at fault; it may have ended over them (`over`)."""

    def __init__(self, folder: Path, program: str = CHILD, step_s: float = _STEP_S) -> None:
        """Raises `Broken` where none can be started."""
        self._step_s = step_s
        number = os.memfd_create("cctv-pictures", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
        try:
            os.ftruncate(number, MOST_PICTURE_BYTES)
            # a memory that a child could shorten would end who reads it
            fcntl.fcntl(number, fcntl.F_ADD_SEALS, fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SEAL)
            self._memory = mmap.mmap(number, MOST_PICTURE_BYTES, prot=mmap.PROT_READ)
            self._process = subprocess.Popen(
                [sys.executable, "-m", program, str(folder), str(number)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                bufsize=0,
                pass_fds=(number,),
                process_group=0,  # the terminal's Ctrl-C is for who decides the order of stopping
            )
        except OSError as fault:
            raise Broken(f"no process can be started to decode: {fault.strerror}") from None
        finally:
            os.close(number)
        if self._process.stdin is None or self._process.stdout is None:
            raise Broken("a process without pipes")
        self._asks, self._answers = self._process.stdin.fileno(), self._process.stdout.fileno()
        os.set_blocking(self._asks, False)
        self._ready = False

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def over(self) -> bool:
        return self._process.poll() is not None

    def ask(
        self, kind: int, data: bytes, wanted: Callable[[int], bool], number: int = 0
    ) -> Generator[TimedPicture, None, int]:
        """What comes of it; each frame is asked for. What `wanted` raises ends it; who leaves early ends the child.

        Returns how long a film is, ms.
        """
        self.come_up()
        try:
            self._send(ASK.pack(kind, number, len(data)) + data)
            return (yield from self._pictures(wanted))
        except (OSError, EOFError, ValueError) as fault:  # TimeoutError is an OSError
            self.end()
            raise Rejected("video", f"its reader ended over it: {fault}") from None
        except GeneratorExit:
            self.end()
            raise

    def come_up(self) -> None:
        """Wait until it can be asked; `Broken` where it ends before: no film is at fault then."""
        if self._ready:
            return
        try:
            self._expect(READY, _START_S)
        except (OSError, EOFError, ValueError) as fault:
            self.end()
            raise Broken(f"the process that decodes does not come up: {fault}") from None
        self._ready = True

    def end(self) -> None:
        """Kill it, whatever it is doing."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()
        self._memory.close()

    def _pictures(self, wanted: Callable[[int], bool]) -> Generator[TimedPicture, None, int]:
        while True:
            what, at_ms, first, second, third = TOLD.unpack(self._read(TOLD.size, self._step_s))
            if what == FRAME:
                self._send(self._said(at_ms, wanted))
            elif what == PICTURE:
                yield TimedPicture(at_ms, self._picture(first, second), third)
            elif what == FAULT and first <= MOST_FAULT_BYTES:
                raise Rejected("video", self._read(first, self._step_s).decode("utf-8", "replace"))
            elif what == DONE:
                return int(at_ms)
            else:
                raise ValueError("it answers nonsense")

    def _said(self, at_ms: int, wanted: Callable[[int], bool]) -> bytes:
        try:
            return WANTED if wanted(at_ms) else SKIP
        except BaseException:
            self._send(ENOUGH)
            self._expect(DONE, self._step_s)
            raise

    def _picture(self, width: int, height: int) -> Picture:
        """A copy: the next one is put where this one is."""
        size = width * height * _CHANNELS
        if not 0 < size <= MOST_PICTURE_BYTES:
            raise ValueError("it answers nonsense")
        return np.frombuffer(self._memory, np.uint8, size).reshape(height, width, _CHANNELS).copy()

    def _expect(self, what: int, most_s: float) -> None:
        if TOLD.unpack(self._read(TOLD.size, most_s))[0] != what:
            raise ValueError("it answers nonsense")

    def _send(self, data: bytes) -> None:
        left, deadline_s = memoryview(data), time.monotonic() + self._step_s
        while left:
            self._await(self._asks, select.POLLOUT, deadline_s)
            left = left[os.write(self._asks, left) :]

    def _read(self, length: int, most_s: float) -> bytes:
        found, deadline_s = bytearray(), time.monotonic() + most_s
        while len(found) < length:
            self._await(self._answers, select.POLLIN, deadline_s)
            data = os.read(self._answers, length - len(found))
            if not data:
                raise EOFError("it ended")
            found += data
        return bytes(found)

    @staticmethod
    def _await(descriptor: int, what: int, deadline_s: float) -> None:
        waiting = select.poll()
        waiting.register(descriptor, what)
        if not waiting.poll(max(0.0, deadline_s - time.monotonic()) * 1000):
            raise TimeoutError("it takes too long")
