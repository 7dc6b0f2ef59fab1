"""The muxer copies every byte and cuts at keyframes and half seconds."""

import io

import av

from edge_agent.adapters.muxer import FragmentMuxer
from edge_agent.core.codec import nal_units
from edge_agent.core.fragments import boxes
from tests.fakes.footage import STREAM, packets


def test_nal_units_in_are_nal_units_out() -> None:
    given_ = packets(45)
    muxer = FragmentMuxer(STREAM, given_[0])
    whole = b"".join(muxer.add(packet) for packet in given_)
    whole += muxer.close()
    found: list[bytes] = []
    with av.open(io.BytesIO(muxer.init + whole), "r") as container:
        for packet in container.demux(video=0):
            data, at = bytes(packet), 0
            while at < len(data):
                size = int.from_bytes(data[at : at + 4])
                found.append(data[at + 4 : at + 4 + size])
                at += 4 + size
    assert found == [unit for packet in given_ for unit in nal_units(packet.data)]


def test_fragments_are_half_a_second_and_end_before_keyframes() -> None:
    given_ = packets(45)
    muxer = FragmentMuxer(STREAM, given_[0])
    sizes = [(packet.key, muxer.add(packet)) for packet in given_]
    assert all(whole for key, whole in sizes[1:] if key)
    quiet = 0
    for _key, whole in sizes:
        quiet = 0 if whole else quiet + 1
        assert quiet <= 6
        assert [kind for kind, _offset, _size in boxes(whole)] in ([], [b"moof", b"mdat"])
    assert [kind for kind, _offset, _size in boxes(muxer.close())] == [b"moof", b"mdat"]


def test_any_run_of_whole_gops_behind_the_init_decodes() -> None:
    given_ = packets(60)
    muxer = FragmentMuxer(STREAM, given_[0])
    gops: list[bytes] = [b""]
    for packet in given_:
        whole = muxer.add(packet)
        gops[-1] += whole
        if packet.key and packet is not given_[0]:
            gops.append(b"")
    gops[-1] += muxer.close()
    assert len(gops) == 3
    for begin, end, count in ((0, 3, 60), (1, 3, 40), (2, 3, 20), (1, 2, 20)):
        with av.open(io.BytesIO(muxer.init + b"".join(gops[begin:end])), "r") as container:
            times = [frame.time for frame in container.decode(video=0)]
        assert len(times) == count
