"""What a camera process tells the agent, through one bounded queue: an agent that does not read never stalls it."""

import threading
from collections import deque
from multiprocessing.connection import Connection

from edge_agent.adapters.camera_wire import LivePacket, LumaReady, Sighted, Signs, SoundHeard, ToAgent
from edge_agent.adapters.message_fields import pack_message

_LIVE_BYTES_MAX = 8_000_000
_WORDS_MAX = 10_000
_SOUNDS_MAX = 50  # a second; the oldest goes


class CameraOutgoing:
    """Words (segments, failures) are kept, of signs, luma, sightings the newest, live packets and sound to a bound."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._words: deque[ToAgent] = deque(maxlen=_WORDS_MAX)
        self._live: deque[LivePacket] = deque()
        self._live_bytes = 0
        self._signs: Signs | None = None
        self._luma = False
        self._sighted: Sighted | None = None
        self._sounds: deque[SoundHeard] = deque(maxlen=_SOUNDS_MAX)
        self._ending = False
        self._ready = threading.Condition()
        self.closed = threading.Event()
        self._thread = threading.Thread(target=self._run, name="outgoing", daemon=True)

    def start(self) -> None:
        """Begin sending."""
        self._thread.start()

    def say(self, word: ToAgent) -> None:
        """Queue a word that must arrive."""
        with self._ready:
            self._words.append(word)
            self._ready.notify()

    def signs(self, signs: Signs) -> None:
        """Replace the signs that wait."""
        with self._ready:
            self._signs = signs
            self._ready.notify()

    def luma(self) -> None:
        """Ring: a new picture is in the shared memory."""
        with self._ready:
            self._luma = True
            self._ready.notify()

    def sighted(self, message: Sighted) -> None:
        """Replace the sighting that waits."""
        with self._ready:
            self._sighted = message
            self._ready.notify()

    def heard(self, message: SoundHeard) -> None:
        """Queue a packet of sound; what is late is not worth waiting for."""
        with self._ready:
            self._sounds.append(message)
            self._ready.notify()

    def live(self, message: LivePacket) -> bool:
        """Queue a live packet; False (and all that waited is gone) when the agent is too slow."""
        with self._ready:
            if self._live_bytes + len(message.packet.data) > _LIVE_BYTES_MAX:
                self._live.clear()
                self._live_bytes = 0
                return False
            self._live.append(message)
            self._live_bytes += len(message.packet.data)
            self._ready.notify()
            return True

    def finish(self, timeout_s: float) -> None:
        """Send the words that wait, then end."""
        with self._ready:
            self._ending = True
            self._ready.notify()
        self._thread.join(timeout_s)

    def _next(self) -> ToAgent | None:
        with self._ready:
            while True:
                if self._words:
                    return self._words.popleft()
                if self._ending:
                    return None
                if self._signs is not None:
                    signs, self._signs = self._signs, None
                    return signs
                if self._luma:
                    self._luma = False
                    return LumaReady()
                if self._sighted is not None:
                    sighted, self._sighted = self._sighted, None
                    return sighted
                if self._sounds or self._live:
                    return self._next_live()
                self._ready.wait()

    def _next_live(self) -> SoundHeard | LivePacket:
        if self._sounds:
            return self._sounds.popleft()
        message = self._live.popleft()
        self._live_bytes -= len(message.packet.data)
        return message

    def _run(self) -> None:
        try:
            while (message := self._next()) is not None:
                self._connection.send_bytes(pack_message(message))
        except (OSError, ValueError):
            pass
        finally:
            self.closed.set()
