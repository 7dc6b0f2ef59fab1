"""Sound for tests: a sine tone, alone or beside the pictures of a film; and how loud which tone is in what came."""

from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from edge_agent.core.sound import SoundInfo
from tests.fakes.footage import FPS, HEIGHT, WIDTH, pictures

TONE_HZ = 440
_RATES_HZ = {"pcm_alaw": 8_000, "pcm_mulaw": 8_000, "pcm_s16le": 16_000}
_USUAL_HZ = 48_000


def tone(rate_hz: int, seconds: float, hz: int = TONE_HZ) -> NDArray[np.int16]:
    """Half as loud as can be."""
    return (16_000 * np.sin(2 * np.pi * hz * np.arange(round(rate_hz * seconds)) / rate_hz)).astype(np.int16)


def write_sounding_film(path: Path, codec: str = "aac", seconds: float = 4.0, *, layout: str = "mono") -> Path:
    """Pictures at 10 a second with a tone of 440 Hz beside them."""
    rate_hz = _RATES_HZ.get(codec, _USUAL_HZ)
    with av.open(str(path), "w") as container:
        video = container.add_stream("libx264", rate=FPS, options={"g": "10", "bf": "0", "preset": "ultrafast"})
        audio = container.add_stream(codec, rate=rate_hz, layout=layout)
        assert isinstance(video, av.VideoStream)
        assert isinstance(audio, av.AudioStream)
        video.width, video.height, video.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        resampler = av.AudioResampler(
            audio.codec_context.format, layout, rate_hz, audio.codec_context.frame_size or 160
        )
        samples, given, played = tone(rate_hz, seconds), 0, 0
        for number, picture in enumerate(pictures(round(seconds * FPS))):
            container.mux(video.encode(picture))
            until = (number + 1) * rate_hz // FPS
            frame = av.AudioFrame.from_ndarray(samples[None, given:until], format="s16", layout="mono")
            frame.sample_rate, given = rate_hz, until
            for piece in resampler.resample(frame):
                piece.pts, piece.time_base = played, Fraction(1, rate_hz)
                played += piece.samples
                container.mux(audio.encode(piece))
        container.mux(video.encode())
        container.mux(audio.encode())
    return path


def share_of_tone(info: SoundInfo, packets: Iterable[bytes], hz: int = TONE_HZ) -> float:
    """How much of what decodes, in 0..1, is that tone; 0 where nothing can be heard."""
    context = av.CodecContext.create("libopus" if info.codec_string == "opus" else "aac", "r")
    assert isinstance(context, av.AudioCodecContext)
    context.sample_rate, context.layout = info.rate_hz, "mono" if info.channels == 1 else "stereo"
    if info.description:
        context.extradata = info.description
    heard: list[NDArray[np.float64]] = []
    for data in packets:
        for frame in context.decode(av.Packet(data)):
            raw = frame.to_ndarray().astype(np.float64)
            mono = raw[0] if frame.format.is_planar else raw.reshape(-1, info.channels)[:, 0]
            heard.append(mono / (32_768 if frame.format.name.startswith("s16") else 1))
    samples = np.concatenate(heard) if heard else np.zeros(1)
    if np.abs(samples).max() < 0.05:
        return 0.0
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples)))) ** 2
    near = np.abs(np.fft.rfftfreq(len(samples), 1 / info.rate_hz) - hz) < 20
    return float(spectrum[near].sum() / spectrum.sum())
