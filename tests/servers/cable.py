"""A cable between a node and its site that can be pulled: TCP proxies through which nothing passes meanwhile."""

import contextlib
import socket
import threading
from collections.abc import Iterator


class Cable:
    """While it is pulled connections stay open and silent, as behind a dead switch; what was sent waits."""

    def __init__(self) -> None:
        self._plugged = threading.Event()
        self._plugged.set()
        self._sockets: list[socket.socket] = []

    def to(self, port: int) -> int:
        """A loopback port that leads through this cable to another one."""
        listening = socket.create_server(("127.0.0.1", 0))
        self._sockets.append(listening)
        threading.Thread(target=self._serve, args=(listening, port), daemon=True).start()
        return int(listening.getsockname()[1])

    @contextlib.contextmanager
    def pulled(self) -> Iterator[None]:
        """Nothing passes inside."""
        self._plugged.clear()
        try:
            yield
        finally:
            self._plugged.set()

    def close(self) -> None:
        """End every connection."""
        for one in self._sockets:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    def _serve(self, listening: socket.socket, port: int) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = listening.accept()
                far = socket.create_connection(("127.0.0.1", port))
                self._sockets += [near, far]
                for source, sink in ((near, far), (far, near)):
                    threading.Thread(target=self._pass, args=(source, sink), daemon=True).start()

    def _pass(self, source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while piece := source.recv(65_536):
                self._plugged.wait()
                sink.sendall(piece)
            self._plugged.wait()
            sink.shutdown(socket.SHUT_WR)
