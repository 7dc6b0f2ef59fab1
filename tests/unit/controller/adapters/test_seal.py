"""Sealing what the database keeps."""

import pytest

from controller.adapters.seal import Seal, derived
from shared.errors import Rejected

KEY = "0" * 64
OF_BEFORE = (
    "v1.YKEC24NAw6N+7Tn734e5trbCOScDMpRUo5hh3INN5DVL3X139VPWTRo3iSds4MaNJ1gWe9MSdm2ua9rvI/kMy/2sGyVjlMgkgiAtUoeAJg=="
)
ADDRESS = {"address": "tgram://12345:token/1", "secret": "s"}


def test_what_is_sealed_opens_under_the_same_key_and_name_and_shows_nothing() -> None:
    sealed = Seal(KEY).close("desk", ADDRESS)
    assert Seal(KEY).open("desk", sealed) == ADDRESS
    assert "tgram" not in sealed
    assert Seal(KEY).close("desk", ADDRESS) != sealed


def test_what_was_sealed_by_an_earlier_version_opens() -> None:
    assert Seal(KEY).open("desk", OF_BEFORE) == ADDRESS


def test_no_use_has_the_key_of_another_one_or_of_the_site() -> None:
    uses = (b"destinations", b"second factor", b"recovery codes", b"cctv-session", b"cctv-service")
    made = {derived(KEY, use) for use in uses}
    assert len(made) == len(uses)
    assert KEY.encode() not in made


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
