"""Ids: grammar, parsing, minting order."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import Rejected
from shared.ids import camera_id, name_of, node_of, parse_camera, parse_name, parse_node
from shared.mint import uuid7

NAMES = st.from_regex(r"\A[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?\Z")


@given(NAMES, NAMES)
def test_camera_ids_round_trip(node: str, name: str) -> None:
    camera = camera_id(parse_node(node), name)
    assert parse_camera(camera) == camera
    assert (node_of(camera), name_of(camera)) == (node, name)


@given(st.text())
def test_only_names_pass(text: str) -> None:
    try:
        assert parse_name("name", text) == text
    except Rejected as fault:
        assert fault.field == "name"
    else:
        assert set(text) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
        assert 1 <= len(text) <= 32


@pytest.mark.parametrize("bad", ["", "yard", "n1.", ".yard", "n1.a.b", "N1.yard", "n1./etc", "n1.yard\n"])
def test_bad_cameras_name_the_field(bad: str) -> None:
    with pytest.raises(Rejected, match="camera"):
        parse_camera(bad)


def test_minted_ids_sort_by_time_and_parse() -> None:
    minted = [uuid7() for _ in range(2000)]
    assert minted == sorted(set(minted))
    assert all(str(UUID(one)) == one and UUID(one).version == 7 for one in minted)
