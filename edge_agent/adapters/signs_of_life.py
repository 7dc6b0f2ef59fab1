"""Signs of life of this process: systemd's notify socket and watchdog, and a supervisor's heartbeat pipe."""

import asyncio
import os
import select
import socket
import time
from collections.abc import Callable

import structlog

from shared.errors import Rejected

log = structlog.get_logger("life")

_BEAT_S = 1.0
_TEXT_MAX = 400

Look = Callable[[int], tuple[bool, str]]


class SignsOfLife:
    """Beats from the event loop once `ready` was called: a frozen loop is silent.

    The pipe tells that the loop turns; systemd's watchdog is fed only while all of the work moves.
    """

    def __init__(
        self, notify_socket: str | None = None, watchdog_ms: int | None = None, heartbeat_fd: int | None = None
    ) -> None:
        self._notify_socket = notify_socket
        self._watchdog_s = None if watchdog_ms is None else watchdog_ms / 1000
        self._heartbeat_fd = heartbeat_fd
        if heartbeat_fd is not None:
            try:
                os.set_blocking(heartbeat_fd, False)
                os.set_inheritable(heartbeat_fd, False)
            except OSError as fault:
                raise Rejected("--heartbeat-fd", f"{heartbeat_fd}: {fault.strerror}") from None

    def ready(self) -> None:
        """Tell that the work has begun."""
        self._notify("READY=1")

    def stopping(self) -> None:
        """Tell that the work is ending."""
        self._notify("STOPPING=1")

    async def run(self, look: Look | None = None) -> None:
        """Beat; return when the supervisor at the other end of the pipe is gone.

        `look` is given by how many ms this beat is late, and says whether all moves, and how things are, in one line.
        """
        period_s = _BEAT_S if self._watchdog_s is None else min(_BEAT_S, self._watchdog_s / 3)
        told, moved = "", True
        due_s = time.monotonic()
        while self._beat():
            moves, text = (True, "") if look is None else look(round(max(0.0, time.monotonic() - due_s) * 1000))
            if moves != moved:
                moved = moves
                (log.info if moves else log.error)("all moves again" if moves else "not all moves", status=text)
            if self._watchdog_s is not None and moves:
                self._notify("WATCHDOG=1")
            if text != told:
                told = text
                self._notify(f"STATUS={_one_line(text)}")
            due_s = time.monotonic() + period_s
            await asyncio.sleep(period_s)

    def _beat(self) -> bool:
        if self._heartbeat_fd is None:
            return True
        poll = select.poll()
        poll.register(self._heartbeat_fd, 0)
        if any(mask & (select.POLLERR | select.POLLNVAL) for _, mask in poll.poll(0)):
            return False
        try:
            os.write(self._heartbeat_fd, b".")
        except BlockingIOError:
            return True  # the supervisor is stopped for the moment: its pipe is full
        except OSError:
            return False
        return True

    def _notify(self, word: str) -> None:
        if self._notify_socket is None:
            return
        address = self._notify_socket
        if address.startswith("@"):
            address = "\0" + address[1:]
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as notify:
            try:
                notify.sendto(word.encode(), address)
            except OSError:
                self._notify_socket = None


def _one_line(text: str) -> str:
    return " ".join(text.split())[:_TEXT_MAX]
