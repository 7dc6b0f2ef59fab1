"""A release is read when it is whole and signed by a trusted key, and in no other case."""

import io
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from shared.errors import Rejected
from shared.release_file import check_release, open_release, unpack_release
from shared.release_manifest import ReleaseManifest, check_step, sign_manifest
from tests.fakes.releases import MADE_AT, ReleaseMaker

FILES = {"pip.whl": b"pip" * 100, "node.txt": b"", "wheels/one-1.0-py3-none-any.whl": b"one" * 70}
MAKER = ReleaseMaker()


def opened(data: bytes, keys: str = MAKER.public_pem) -> None:
    file = io.BytesIO(data)
    check_release(file, open_release(file, keys))


def test_what_was_signed_is_unpacked_as_it_was(tmp_path: Path) -> None:
    file = io.BytesIO(MAKER.make(tmp_path, FILES))
    release = open_release(file, MAKER.public_pem)
    check_release(file, release)
    (out := tmp_path / "out").mkdir()
    unpack_release(file, release, out)
    assert {str(one.relative_to(out)): one.read_bytes() for one in out.rglob("*") if one.is_file()} == FILES


def test_a_release_that_was_signed_long_ago_is_opened_as_ever() -> None:
    golden = Path("tests/golden/release")
    trusted = (golden / "trusted.pem").read_text("utf-8")
    with (golden / "v1.release").open("rb") as file:
        release = open_release(file, trusted)
        check_release(file, release)
    assert [one.name for one in release.manifest.files] == ["pip.whl", "wheels/one-1.0-py3-none-any.whl"]
    assert (release.manifest.version, release.manifest.made_at) == ("9.9.9", MADE_AT)


def test_what_is_signed_anew_has_the_signature_of_long_ago() -> None:
    head, rest = Path("tests/golden/release/v1.release").read_bytes().split(b"\n", 1)
    _, length, signature = head.split()
    key = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    assert sign_manifest(rest[: int(length)], pem).encode() == signature


def test_every_flipped_byte_is_found(tmp_path: Path) -> None:
    whole = MAKER.make(tmp_path, FILES)
    for place in range(len(whole)):
        with pytest.raises(Rejected):
            opened(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])


def test_every_cut_is_found_and_so_is_more(tmp_path: Path) -> None:
    whole = MAKER.make(tmp_path, FILES)
    for length in range(len(whole)):
        with pytest.raises(Rejected):
            opened(whole[:length])
    with pytest.raises(Rejected, match="more than it says"):
        opened(whole + b"x")


def test_another_s_key_opens_nothing_and_while_keys_change_two_do(tmp_path: Path) -> None:
    whole, other = MAKER.make(tmp_path, FILES), ReleaseMaker()
    with pytest.raises(Rejected, match="not signed by a key that is trusted here"):
        opened(whole, other.public_pem)
    opened(whole, other.public_pem + MAKER.public_pem)
    with pytest.raises(Rejected, match="no public key"):
        opened(whole, "")
    with pytest.raises(Rejected, match="something else"):
        opened(whole, MAKER.public_pem.replace("A", "B"))


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"surprise": 1}, "release.surprise"),
        ({"version": "1.0rc1"}, "release.version"),
        ({"schema": "cctv.release.v2"}, "release.schema"),
        ({"wire_min": 2, "wire_max": 1}, "wire_min is larger"),
        ({"made_at": "2026-11-01T12:00:00"}, "release.made_at"),
        ({"files": []}, "release.files"),
    ],
)
def test_a_manifest_that_is_not_understood_is_refused_though_it_is_signed(
    changed: dict[str, Any], told: str, tmp_path: Path
) -> None:
    with pytest.raises(Rejected, match=told):
        opened(MAKER.make(tmp_path, FILES, **changed))


@pytest.mark.parametrize("name", ["../x", "/etc/passwd", "wheels/../x", ".x", "a/b", "wheels/", "a\x00b", "x" * 300])
def test_a_name_has_no_way_out(name: str, tmp_path: Path) -> None:
    entry = {"name": name, "length_bytes": 1, "sha256": "0" * 64}
    with pytest.raises(Rejected, match=r"release\.files"):
        opened(MAKER.make(tmp_path, {"pip.whl": b"x"}, files=[entry]))


def test_a_release_that_says_it_is_huge_is_refused_before_it_is_read(tmp_path: Path) -> None:
    entries = [{"name": f"f{n}", "length_bytes": 2_000_000_000, "sha256": "0" * 64} for n in range(2)]
    with pytest.raises(Rejected, match="more than"):
        opened(MAKER.make(tmp_path, {"pip.whl": b"x"}, files=entries))
    twice = [{"name": "f", "length_bytes": 1, "sha256": "0" * 64}] * 2
    with pytest.raises(Rejected, match="same name"):
        opened(MAKER.make(tmp_path, {"pip.whl": b"x"}, files=twice))
    with pytest.raises(Rejected, match="manifest is larger"):
        opened(b"cctv-release-1 9999999 " + b"A" * 86 + b"==\n")


def manifest(**changed: Any) -> ReleaseManifest:
    said = MAKER.manifest({"pip.whl": b"x"}, **changed)
    return ReleaseManifest.model_validate({**said, "made_at": MADE_AT})


def test_the_way_back_is_asked_for() -> None:
    check_step(manifest(), "9.9.8", "trixie-arm64")
    check_step(manifest(), "9.9.9", "trixie-arm64")
    check_step(manifest(), "unpackaged", "trixie-arm64")
    with pytest.raises(Rejected, match=r"older than 10\.0"):
        check_step(manifest(), "10.0", "trixie-arm64")
    check_step(manifest(), "10.0", "trixie-arm64", downgrade=True)


def test_another_machine_s_packages_and_messages_nobody_understands_are_refused() -> None:
    with pytest.raises(Rejected, match="is for bookworm-amd64, and this is trixie-arm64"):
        check_step(manifest(platform="bookworm-amd64"), "1.0", "trixie-arm64")
    with pytest.raises(Rejected, match="messages of 2 to 3"):
        check_step(manifest(wire_min=2, wire_max=3), "1.0", "trixie-arm64", downgrade=True)
