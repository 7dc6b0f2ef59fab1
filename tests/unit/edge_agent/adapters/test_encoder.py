"""The node's own encoder: no delay, keyframes on time, a rate that is kept and can be lowered while it runs."""

import itertools

import av
import numpy as np

from edge_agent.adapters.encoder import X264Encoder

FPS = 15


def encode_noise(encoder: X264Encoder, begin: int, count: int) -> list[tuple[int, bool]]:
    """Bytes and key of each packet; noise takes all the bits it gets."""
    random = np.random.default_rng(7)
    found = []
    for number in range(begin, begin + count):
        noise = random.integers(16, 235, (270, 320), np.uint8)
        made = encoder.encode(av.VideoFrame.from_ndarray(noise, format="yuv420p"), number * 1000 // FPS)
        found += [(len(packet.data), packet.key) for packet in made]
    return found


def bits_per_s(packets: list[tuple[int, bool]]) -> float:
    return sum(size for size, _key in packets) * 8 * FPS / len(packets)


def test_at_half_its_share_every_second_picture_is_encoded_with_keyframes_on_time() -> None:
    encoder = X264Encoder(320, 180, FPS, 1_000_000)
    full = encode_noise(encoder, 0, 90)
    encoder.limit(0.5)
    less = encode_noise(encoder, 90, 120)
    encoder.limit(1.0)
    again = encode_noise(encoder, 210, 90)
    assert (len(full), len(less), len(again)) == (90, 60, 90)
    assert 400_000 < bits_per_s(less[15:]) / 2 < 650_000
    assert sum(key for _size, key in less) == 4  # 8 s
    (early,) = encoder.encode(av.VideoFrame(320, 180, "yuv420p"), 20_000)
    encoder.limit(0.5)
    packets = [p for at_ms in (20_067, 20_133) for p in encoder.encode(av.VideoFrame(320, 180, "yuv420p"), at_ms)]
    assert [packet.duration_ms for packet in (early, *packets)] == [67, 134]


def test_a_lower_share_is_kept_from_then_on_without_a_keyframe_and_given_back() -> None:
    encoder = X264Encoder(320, 180, FPS, 1_000_000)
    full = encode_noise(encoder, 0, 90)
    encoder.limit(0.51)
    less = encode_noise(encoder, 90, 90)
    encoder.limit(1.0)
    again = encode_noise(encoder, 180, 90)
    rates = [bits_per_s(part[30:]) for part in (full, less, again)]
    assert 800_000 < rates[0] < 1_300_000
    assert 400_000 < rates[1] < 650_000
    assert rates[2] > 700_000
    keys = [number for number, (_size, key) in enumerate([*full, *less, *again]) if key]
    assert {later - earlier for earlier, later in itertools.pairwise(keys)} == {30}
