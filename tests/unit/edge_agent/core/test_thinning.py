"""What is not decoded is nobody's reference, and pictures enough are left."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.core.codec import Codec
from edge_agent.core.thinning import Thinning, length_size

START = b"\x00\x00\x01"
AVCC = b"\x01\x64\x00\x28\xff"
I_PICTURE, P_PICTURE, B_PICTURE, SEI = 0x65, 0x41, 0x01, 0x06


def unit(*heads: int, avcc: bool = False) -> bytes:
    bodies = [bytes([head, 0x80, 9, 9]) for head in heads]
    return b"".join((len(body).to_bytes(4, "big") if avcc else START) + body for body in bodies)


def hevc(kind: int, layer: int) -> bytes:
    return START + bytes([kind << 1, layer + 1, 7, 7])


@pytest.mark.parametrize("avcc", [False, True])
def test_only_what_nobody_refers_to_is_left_out(avcc: bool) -> None:
    thinning = Thinning("h264", AVCC if avcc else b"", per_s=10, fps=500)
    told = [(I_PICTURE, 0), (P_PICTURE, 30), (B_PICTURE, 10), (B_PICTURE, 20), (B_PICTURE, 110), (B_PICTURE, 120)]
    needed = [thinning.needs(unit(SEI, head, avcc=avcc), at) for head, at in told]
    assert needed == [True, True, False, False, True, False]


def test_a_picture_is_left_out_as_a_whole_or_not_at_all() -> None:
    thinning = Thinning("h264", b"", per_s=10, fps=500)
    assert thinning.needs(unit(I_PICTURE), 0)
    assert not thinning.needs(unit(B_PICTURE, B_PICTURE), 10)
    assert thinning.needs(unit(B_PICTURE, P_PICTURE), 20), "one of its fields is a reference"
    assert thinning.needs(unit(SEI), 30), "no picture that we know"
    assert thinning.needs(b"", 40)


def test_a_picture_of_a_lower_layer_is_kept_once_a_higher_one_was_seen() -> None:
    thinning = Thinning("hevc", b"", per_s=10, fps=500)
    assert thinning.needs(hevc(19, 0), 0)
    assert thinning.needs(hevc(1, 0), 10)
    assert not thinning.needs(hevc(0, 0), 20)
    assert not thinning.needs(hevc(0, 1), 30)
    assert thinning.needs(hevc(0, 0), 40), "a picture of layer 1 may refer to it"
    assert thinning.needs(hevc(1, 1), 50)


def test_a_jump_in_time_begins_anew() -> None:
    thinning = Thinning("h264", b"", per_s=10, fps=500)
    for begin_ms in (0, 900_000, 100):
        assert [thinning.needs(unit(B_PICTURE), begin_ms + at) for at in (0, 20, 40)] == [True, False, False]


@pytest.mark.parametrize(
    ("codec", "extradata", "size"),
    [("h264", AVCC, 4), ("h264", b"\x01\x64\x00\x28\xfd", 2), ("h264", START + b"g", 0), ("h264", b"", 0),
     ("hevc", b"\x01" + bytes(20) + b"\xff", 4), ("hevc", b"\x01", 0)],
)  # fmt: skip
def test_how_units_are_parted_is_read(codec: Codec, extradata: bytes, size: int) -> None:
    assert length_size(codec, extradata) == size


@given(st.lists(st.sampled_from([I_PICTURE, P_PICTURE, B_PICTURE]), min_size=1, max_size=300), st.integers(10, 120))
def test_each_period_keeps_a_picture_and_every_reference(kinds: list[int], fps: int) -> None:
    thinning = Thinning("h264", b"", per_s=10, fps=fps)
    times = [number * 1000 / fps for number in range(len(kinds))]
    needed = [thinning.needs(unit(kind), at) for kind, at in zip(kinds, times, strict=True)]
    assert all(keep for kind, keep in zip(kinds, needed, strict=True) if kind != B_PICTURE)
    kept = [at for at, keep in zip(times, needed, strict=True) if keep]
    assert all(after - before <= 100 + 2000 / fps for before, after in pairwise(kept))
    firsts = {
        period: min(at for at in times if int(at // 100) == period) for period in {int(at // 100) for at in times}
    }
    assert set(firsts.values()) <= set(kept)


@given(st.binary(max_size=200), st.sampled_from(["h264", "hevc"]), st.sampled_from([b"", AVCC, b"\x01" + bytes(30)]))
def test_any_bytes_are_survived(data: bytes, codec: Codec, extradata: bytes) -> None:
    thinning = Thinning(codec, extradata, per_s=10, fps=500)
    assert thinning.needs(data, 0)
    thinning.needs(data, 1)
