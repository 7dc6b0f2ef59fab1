"""Live framing: round trip and refusal of anything else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import Rejected
from shared.live import pack, unpack

METADATA = st.dictionaries(st.text(max_size=8), st.integers(-(2**40), 2**40) | st.text(max_size=8) | st.booleans())


@given(METADATA, st.binary(max_size=200))
def test_round_trip(metadata: dict[str, object], payload: bytes) -> None:
    metadata["t"] = "au"
    assert unpack(pack(metadata, payload)) == (metadata, payload)


@given(st.binary(max_size=300))
def test_anything_else_is_rejected_not_raised(message: bytes) -> None:
    try:
        metadata, payload = unpack(message)
    except Rejected:
        return
    assert isinstance(metadata["t"], str)
    assert len(payload) < len(message)


@pytest.mark.parametrize("cut", range(0, 20, 3))
def test_truncation_of_metadata_is_rejected(cut: int) -> None:
    message = pack({"t": "au", "pts": 1_700_000_000_000, "key": True})
    with pytest.raises(Rejected):
        unpack(message[:cut])
