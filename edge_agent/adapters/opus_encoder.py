"""Whatever sound can be decoded as mono Opus: packets of 20 ms, each with the media time of its first sample."""

import av

from edge_agent.core.sound import SoundInfo, SoundPacket

_RATES_HZ = (8_000, 12_000, 16_000, 24_000, 48_000)
"""Those that Opus can be made from."""
_COUNTED_HZ = 48_000  # what Opus counts by, whatever it was made from
_BITS_PER_S = 24_000
_JUMP_MS = 60


class OpusEncoder:
    """One stream's. A hole in what comes moves what follows to its place; nothing is made up for it."""

    def __init__(self, rate_hz: int) -> None:
        self._rate_hz = next((rate for rate in _RATES_HZ if rate >= rate_hz), _RATES_HZ[-1])
        context = av.CodecContext.create("libopus", "w")
        context.sample_rate = self._rate_hz
        context.layout = "mono"
        context.format = av.AudioFormat("s16")
        context.bit_rate = _BITS_PER_S
        context.options = {"frame_duration": "20", "compression_level": "5"}
        context.open()
        self._context = context
        self._resampler = av.AudioResampler("s16", "mono", self._rate_hz, frame_size=context.frame_size)
        self._given = 0  # samples to the encoder
        self._taken_ms = 0.0  # of sound, as it came
        self._begun_ms: float | None = None  # media time of the first sample
        self.info = SoundInfo("opus", _COUNTED_HZ, 1)

    def encode(self, packet: "av.Packet[av.AudioStream]", at_ms: float) -> list[SoundPacket]:
        """What is whole now; the packet's media time is `at_ms`."""
        if self._begun_ms is None or abs(self._begun_ms + self._taken_ms - at_ms) > _JUMP_MS:
            self._begun_ms = at_ms - self._taken_ms
        made: list[SoundPacket] = []
        for frame in packet.decode():
            self._taken_ms += frame.samples / frame.sample_rate * 1000
            frame.pts = None
            for piece in self._resampler.resample(frame):
                piece.pts = self._given
                self._given += piece.samples
                for unit in self._context.encode(piece):
                    after_ms = float((unit.pts or 0) * unit.time_base) * 1000
                    made.append(SoundPacket(bytes(unit), round(self._begun_ms + after_ms)))
        return made
