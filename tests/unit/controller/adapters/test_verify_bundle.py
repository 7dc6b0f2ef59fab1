"""The checker that stands alone: its arithmetic against others', its file where nothing of ours is, its worst input."""

import ast
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given, settings
from hypothesis import strategies as st

from controller.adapters.node_keys import make_node_keys
from controller.adapters.verifier_file import verifier_file
from controller.adapters.verify_bundle import terms
from controller.adapters.verify_bundle.bundle import code_of, verify
from controller.adapters.verify_bundle.certificate import fingerprint_of, public_of
from controller.adapters.verify_bundle.command import main, report
from controller.adapters.verify_bundle.ed25519 import signed
from controller.adapters.verify_bundle.reading import canonical, exact_base64, sha256
from controller.core.bundle import CUSTODY, KEYS, SCHEMA, SIGNATURE
from controller.core.export_manifest import BLOCK_BYTES, MANIFEST, SUMS
from shared.ledger import hash_of
from shared.ledger_signature import EntrySigner, fingerprint, fits

# RFC 8032, 7.1: public key, message, signature.
VECTORS = [
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
    (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ),
]


@pytest.mark.parametrize(("public", "message", "signature"), VECTORS)
def test_the_vectors_of_the_standard_fit(public: str, message: str, signature: str) -> None:
    parts = [bytes.fromhex(one) for one in (public, message, signature)]
    assert signed(*parts)
    assert not signed(parts[0], parts[1] + b"x", parts[2])
    order = 2**252 + 27742317777372353535851937790883648493
    more = int.from_bytes(parts[2][32:], "little") + order
    assert not signed(parts[0], parts[1], parts[2][:32] + more.to_bytes(32, "little")), "only one signature is right"


@settings(max_examples=30)
@given(st.binary(min_size=32, max_size=32), st.binary(max_size=200), st.integers(0, 511), st.sampled_from([0, 1, 2]))
def test_it_says_of_signatures_what_another_library_says(seed: bytes, message: bytes, bit: int, what: int) -> None:
    key = Ed25519PrivateKey.from_private_bytes(seed)
    public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    signature = bytearray(key.sign(message))
    assert signed(public, message, bytes(signature))
    spoiled = bytearray([bytes(signature), public, message or b"\0"][what])
    spoiled[bit // 8 % len(spoiled)] ^= 1 << bit % 8
    told = [(public, message, bytes(spoiled)), (bytes(spoiled), message, bytes(signature))]
    told.append((public, bytes(spoiled), bytes(signature)))
    assert not signed(*told[what])


@given(st.binary(max_size=70), st.binary(max_size=10), st.binary(max_size=70))
def test_no_bytes_are_a_signature_by_chance(public: bytes, message: bytes, signature: bytes) -> None:
    assert not signed(public, message, signature)


def test_it_means_what_nodes_and_controller_mean() -> None:
    private, public = make_node_keys()
    assert fingerprint_of(public) == fingerprint(public)
    segments = [{"start_ms": 1, "end_ms": 2, "bytes": 3, "sha256": "a" * 64, "recovered": True}]
    gaps = [{"start_ms": 2, "end_ms": 9, "cause": "lost"}]
    parts = {
        "camera": "gate.yard", "minute_ms": 0, "chain": "c", "previous": "0" * 64,
        "segments": [[1, 2, 3, "a" * 64, True]], "gaps": [[2, 9, "lost"]],
    }  # fmt: skip
    entry = sha256(canonical(parts))
    assert entry == hash_of("gate.yard", 0, "c", "0" * 64, segments, gaps)
    signature = EntrySigner(private).sign(entry)
    message = terms.SIGNED_ENTRY + bytes.fromhex(entry)
    assert fits(signature, entry, public)
    assert signed(public_of(public), message, exact_base64(signature))
    mine = (terms.SCHEMA, terms.MANIFEST, terms.SIGNATURE, terms.SUMS)
    assert mine == (SCHEMA, MANIFEST, SIGNATURE, SUMS)
    assert (terms.KEYS, terms.CUSTODY, terms.BLOCK) == (KEYS, CUSTODY, BLOCK_BYTES)


def test_it_needs_python_3_9_and_nothing_else() -> None:
    text = verifier_file().decode()
    tree = ast.parse(text, feature_version=(3, 9))
    imported = {
        name.partition(".")[0]
        for node in ast.walk(tree)
        for name in (
            [one.name for one in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    assert imported <= sys.stdlib_module_names
    assert not imported & {"socket", "urllib", "http", "ssl", "subprocess", "ctypes"}, "it never asks anybody"


def test_it_runs_alone_and_says_that_it_can_check_nothing(tmp_path: Path) -> None:
    alone = tmp_path / "verify.py"
    alone.write_bytes(verifier_file())
    command = [sys.executable, "-I", "-S", str(alone), str(tmp_path), "--language", "en"]
    found = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, cwd=tmp_path)
    assert (found.returncode, found.stderr) == (2, "")
    assert found.stdout == "cannot be checked: manifest.json: No such file or directory\n"


DEEP = b"[" * 200_000
HOSTILE: list[bytes] = [
    b"", b"{}", b"[]", b"null", b"\xff\xfe", DEEP, b'{"schema":' * 5_000, b'{"a":' + b"9" * 100_000 + b"}", b"NaN",
    b'{"schema":"cctv-evidence-bundle/1","site":"x"}',
]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_what_is_no_manifest_cannot_be_checked(tmp_path: Path, text: bytes, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / MANIFEST).write_bytes(text)
    assert main([str(tmp_path), "--language", "ko"]) == 2
    assert capsys.readouterr().out.startswith("검증할 수 없음: ")


def shell(**more: object) -> dict[str, object]:
    """The least that is a manifest."""
    _, public = make_node_keys()
    lists: dict[str, object] = {
        name: [] for name in ("files", "records", "papers", "ledgers", "gaps", "tombstones", "wanted")
    }
    key = {"public_key_pem": public}
    return {"schema": SCHEMA, "site": "yard", "export": "x", "site_key": key, **lists, **more}


def described(name: str) -> dict[str, object]:
    return {"name": name, "bytes": 0, "sha256": "0" * 64, "blocks": []}


@pytest.mark.parametrize("name", ["../out", "/etc/passwd", "a/b", "", ".hidden", "a" * 300, "a\0b", "é"])
@pytest.mark.parametrize("where", ["papers", "ledgers"])
def test_no_name_leads_out_of_the_folder(tmp_path: Path, name: str, where: str) -> None:
    (tmp_path / "bundle").mkdir()
    (tmp_path / "out").write_bytes(b"")
    one = {**described(name), "camera": "gate.yard", "entries": 0}
    (tmp_path / "bundle" / MANIFEST).write_text(json.dumps(shell(**{where: [one]})))
    found = verify(tmp_path / "bundle")
    assert code_of(found) in {1, 2}
    assert "described" in found["why"] or "no bundle has" in found["why"]


def test_links_pipes_and_devices_are_no_files(tmp_path: Path) -> None:
    names = ["link", "pipe", "folder"]
    (tmp_path / "link").symlink_to("/dev/zero")
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    (tmp_path / MANIFEST).write_text(json.dumps(shell(papers=[described(name) for name in names])))
    found = verify(tmp_path)
    assert {one["file"] for one in found["faults"] if one["what"] == "unreadable"} >= set(names)


values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
fields = ["files", "records", "papers", "ledgers", "gaps", "tombstones", "wanted", "custody", "site_key", "site"]
parts = st.fixed_dictionaries(
    {},
    optional={
        "name": st.sampled_from(["a", KEYS, CUSTODY, "..", 3]), "camera": st.sampled_from(["gate.yard", None, 7]),
        "bytes": st.sampled_from([0, 3, -1, 2**80, "x"]), "sha256": st.sampled_from(["0" * 64, "", 1]),
        "blocks": values,
        "entries": values, "stretches": values, "untold": values, "heads": values, "segments": values,
        "start_ms": values, "end_ms": values, "init_bytes": values, "init_sha256": values, "lines": values,
    },
)  # fmt: skip


@settings(max_examples=150)
@given(
    st.dictionaries(st.sampled_from(fields), st.lists(parts, max_size=3) | values | parts),
    values,
    st.binary(max_size=80),
)
def test_whatever_is_there_it_answers(
    tmp_path_factory: pytest.TempPathFactory, told: dict[str, object], line: object, noise: bytes
) -> None:
    folder = tmp_path_factory.mktemp("bundle")
    (folder / MANIFEST).write_text(json.dumps(shell(**told)))
    for name in (KEYS, CUSTODY, "a"):
        (folder / name).write_bytes(canonical(line) + b"\n" + noise)
    found = verify(folder, "00")
    assert code_of(found) in {1, 2}
    for language in ("ko", "en"):
        assert all(text.isprintable() for text in report(found, language))
    json.dumps(found)
