"""The settings of a node's own server: off until told where, guarded and encrypted where others reach it."""

from pathlib import Path
from typing import Any

import pytest

from edge_agent.settings import Settings, parse_settings
from shared.errors import Rejected

TOKEN = "0123456789abcdef" * 2
BEYOND = {"listen": "192.168.1.20:8880", "token": TOKEN}
TLS = {"certificate": "a.pem", "key": "keys/a.pem"}


def parsed(folder: Path, **server: Any) -> Settings:
    fields: dict[str, Any] = {
        "node": "n1",
        "site": "site",
        "data_dir": "data",
        "controller_url": "http://127.0.0.1:8080",
        "broker": {"password": "word"},
        "key_pem": "key",
        "cameras": [{"name": "gate", "source": "scene://yard"}],
        "server": server,
    }
    return parse_settings(fields, folder)


@pytest.mark.parametrize(
    ("server", "field", "fault"),
    [
        ({"listen": "localhost:80"}, "server.listen", "no address"),
        ({"listen": "192.168.1.20:8880"} | TLS, "server", "token"),
        ({"token": "short"}, "server", "32 printable"),
        ({"token": "with spaces " * 5}, "server", "32 printable"),
        ({"hosts": ["Gate.Local"]}, "server.hosts[0]", "match"),
        (BEYOND, "server", "clear_text"),
        ({"certificate": "a.pem"}, "server", "together"),
        ({"key": "a.pem"}, "server", "together"),
        (TLS | {"clear_text": True}, "server", "HTTPS"),
    ],
)
def test_a_fault_names_its_key(server: dict[str, Any], field: str, fault: str) -> None:
    with pytest.raises(Rejected, match=fault) as caught:
        parsed(Path("/etc/node"), **server)
    assert caught.value.field == field


def test_it_is_off_until_it_is_told_where(tmp_path: Path) -> None:
    assert parsed(tmp_path).server.listen is None
    assert parsed(tmp_path, listen="127.0.0.1:8880").server_token() is None


def test_beyond_loopback_it_has_a_certificate_or_was_told_to_do_without(tmp_path: Path) -> None:
    server = parsed(tmp_path, **BEYOND, **TLS).server
    assert (server.certificate, server.key) == (tmp_path / "a.pem", tmp_path / "keys" / "a.pem")
    assert parsed(tmp_path, **BEYOND, clear_text=True).server.certificate is None


def test_its_token_is_long_private_and_never_shown(tmp_path: Path) -> None:
    given = parsed(tmp_path, **BEYOND, **TLS)
    assert given.server_token() == TOKEN
    assert TOKEN not in repr(given)
    with pytest.raises(Rejected) as caught:
        parsed(tmp_path, **TLS | BEYOND | {"token": TOKEN[:31]})
    assert TOKEN[:31] not in str(caught.value)
    file = tmp_path / "token"
    from_file = parsed(tmp_path, listen="192.168.1.20:8880", token_file="token", **TLS)
    file.write_text("short")
    file.chmod(0o600)
    with pytest.raises(Rejected, match="32 printable"):
        from_file.server_token()
    file.write_text(TOKEN + "\n")
    assert from_file.server_token() == TOKEN
    file.chmod(0o644)
    with pytest.raises(Rejected, match="open to everybody"):
        from_file.server_token()
