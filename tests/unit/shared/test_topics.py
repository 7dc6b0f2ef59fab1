"""Topics: templates, matching, refusals, the node's ACL, frozen samples of the wire."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared import topics
from shared.errors import Rejected

GOLDEN = Path(__file__).parents[2] / "golden" / "wire" / "v1"
CHANNELS = {channel.name: channel for channel in topics.CHANNELS}


def test_topics_round_trip() -> None:
    for channel in topics.CHANNELS:
        levels = {
            name: f"{name}-1"
            for name in ("node", "id", "camera", "site", "which", "zone", "output")
            if f"{{{name}}}" in channel.template
        }
        assert channel.match(channel.topic(**levels)) == levels


@pytest.mark.parametrize("bad", ["", "a/b", "+", "#", "a\x00"])
def test_a_level_cannot_break_out(bad: str) -> None:
    with pytest.raises(Rejected, match="node"):
        topics.FACT.topic(node=bad)


def test_filters_and_foreign_topics() -> None:
    assert topics.COMMAND.filter(node="n1") == "cctv/v1/node/n1/cmd/+"
    assert topics.FACT.match("cctv/v1/node/a/b/fact") is None
    assert topics.FACT.match("x/cctv/v1/node/a/fact") is None


@given(st.binary(max_size=200) | st.text(max_size=100).map(str.encode))
def test_no_payload_raises_anything_but_rejected(payload: bytes) -> None:
    for channel in topics.CHANNELS:
        try:
            channel.decode(payload)
        except Rejected as fault:
            assert fault.field.startswith(channel.name)


def test_too_large_or_too_deep_payloads_are_rejected() -> None:
    with pytest.raises(Rejected, match="over"):
        topics.FACT.decode(b" " * (topics.MAX_PAYLOAD_BYTES + 1))
    with pytest.raises(Rejected):
        topics.FACT.decode(b"[" * 100_000)


def test_a_node_that_says_nothing_of_sound_has_none_and_old_readers_pass_over_it() -> None:
    for name, has in (("status.valid.online", False), ("status.valid.sound", True)):
        status = topics.STATUS.decode((GOLDEN / f"{name}.json").read_bytes())
        assert [camera.has_audio for camera in status.cameras] == [has]


@pytest.mark.parametrize("sample", sorted(GOLDEN.glob("*.json")), ids=lambda path: path.stem)
def test_yesterdays_bytes_are_read_today(sample: Path) -> None:
    name, validity, *_ = sample.stem.split(".")
    channel = CHANNELS[name]
    if validity == "invalid":
        with pytest.raises(Rejected):
            channel.decode(sample.read_bytes())
    else:
        message = channel.decode(sample.read_bytes())
        assert channel.decode(channel.encode(message)) == message


def test_the_acl_lets_a_node_write_only_under_its_own_name() -> None:
    acl = topics.node_acl("n1")
    assert all("/n1/" in topic for topic in acl["write"])
    assert "cctv/v1/node/n1/cmd/#" not in acl["write"]
    assert "cctv/v1/controller/status" in acl["read"]
