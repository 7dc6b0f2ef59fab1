"""A key under a TPM: opened by that TPM alone, after a restart too, and nowhere in the clear."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from edge_agent.adapters import sealed_key
from edge_agent.adapters.node_key import ensure_node_key, key_fingerprint
from edge_agent.cli import app
from edge_agent.settings import load_settings
from shared.errors import Broken, Rejected
from tests.servers.tpm import running_tpm

pytestmark = pytest.mark.integration
FILE = """
node = "gate"
site = "plant"
data_dir = "data"
controller_url = "http://127.0.0.1:9"
key_file = "key.pem"
broker = { password = "p" }
[[cameras]]
name = "yard"
source = "scene://yard"
"""


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Puts this machine's TPM where the tools look, as after a start of the machine."""

    def place(where: str) -> None:
        sealed_key.unseal.cache_clear()
        monkeypatch.setenv(sealed_key.TCTI, where)

    return place


def test_only_the_tpm_that_sealed_it_opens_it(tmp_path: Path, at: Callable[[str], None]) -> None:
    file = tmp_path / "key.pem"
    with running_tpm(tmp_path / "own") as where:
        at(where)
        key = ensure_node_key(file)
        assert "PRIVATE" not in file.read_text()
        assert (file.stat().st_mode & 0o777, sealed_key.is_sealed(file.read_text())) == (0o600, True)
        assert ensure_node_key(file) == key
    with running_tpm(tmp_path / "own") as where:
        at(where)
        assert key_fingerprint(ensure_node_key(file)) == key_fingerprint(key), "the machine was started anew"
        with pytest.raises(Rejected, match="no sealed key that can be read"):
            sealed_key.unseal(file.read_text().replace('"pub"', '"hub"'))
    with running_tpm(tmp_path / "other") as where:
        at(where)
        with pytest.raises(Rejected, match=r"another TPM.*invite this node anew"):
            ensure_node_key(file)
    at("swtpm:host=127.0.0.1,port=1")
    with pytest.raises(Broken, match="TPM does not answer"):
        ensure_node_key(file)
    assert sealed_key.is_sealed(file.read_text()), "nothing takes its place"


def test_a_key_that_cannot_be_sealed_is_not_left_in_the_clear(tmp_path: Path, at: Callable[[str], None]) -> None:
    at("swtpm:host=127.0.0.1,port=1")
    with pytest.raises(Broken):
        ensure_node_key(tmp_path / "key.pem")
    assert list(tmp_path.iterdir()) == []


def test_a_key_of_before_is_sealed_by_a_command(
    tmp_path: Path, at: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(sealed_key.TCTI, raising=False)
    monkeypatch.setattr(sealed_key, "DEVICE", tmp_path / "no-tpm")
    file, config = tmp_path / "key.pem", tmp_path / "node.toml"
    key = ensure_node_key(file)
    assert file.read_text() == key
    config.write_text(FILE)
    config.chmod(0o600)
    assert load_settings(config).key_kept() == "file"
    (tmp_path / "blocks of the disk").hardlink_to(file)
    refused = CliRunner().invoke(app, ["key", "seal", "--config", str(config)])
    assert (refused.exit_code, file.read_text()) == (2, key)
    with running_tpm(tmp_path / "own") as where:
        at(where)
        for told in ("only this machine's TPM opens it", "sealed already"):
            done = CliRunner().invoke(app, ["key", "seal", "--config", str(config)])
            assert (done.exit_code, told in done.output) == (0, True), done.output
        settings = load_settings(config)
        assert (settings.private_key_pem(), settings.key_kept()) == (key, "tpm")
        assert key not in file.read_text()
        assert set((tmp_path / "blocks of the disk").read_bytes()) == {0}, "what was there is written over"
        at("swtpm:host=127.0.0.1,port=1")
        away = CliRunner().invoke(app, ["check", "--config", str(config)])
        assert (away.exit_code, "Traceback" in away.output, "TPM" in away.output) == (1, False, True), away.output


PARTS = st.dictionaries(st.sampled_from(["pub", "priv", "kind"]), st.text(max_size=9))


@given(st.text(max_size=60) | PARTS.map(json.dumps))
def test_whatever_a_key_file_holds_is_rejected(text: str) -> None:
    with pytest.raises((Rejected, Broken)):
        sealed_key.unseal(text)
