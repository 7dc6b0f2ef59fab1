"""Sealing what the database keeps."""

import pytest

from controller.adapters.seal import Seal
from shared.errors import Rejected

KEY = "0" * 64
ADDRESS = {"address": "tgram://12345:token/1", "secret": "s"}


def test_what_is_sealed_opens_under_the_same_key_and_name_and_shows_nothing() -> None:
    sealed = Seal(KEY).close("desk", ADDRESS)
    assert Seal(KEY).open("desk", sealed) == ADDRESS
    assert "tgram" not in sealed
    assert Seal(KEY).close("desk", ADDRESS) != sealed


@pytest.mark.parametrize("change", ["key", "name", "use", "byte", "cut", "empty"])
def test_anything_else_is_refused(change: str) -> None:
    sealed = Seal(KEY).close("desk", ADDRESS)
    key, name, use = KEY, "desk", b"destinations"
    match change:
        case "key":
            key = "1" * 64
        case "name":
            name = "boss"
        case "use":
            use = b"other"
        case "byte":
            sealed = sealed[:20] + ("A" if sealed[20] != "A" else "B") + sealed[21:]
        case "cut":
            sealed = sealed[:10]
        case _:
            sealed = ""
    with pytest.raises(Rejected, match="unsealed"):
        Seal(key, use).open(name, sealed)
