"""The settings of an identity provider: refused where they would let nobody in, or tell secrets in clear text."""

from pathlib import Path
from typing import Any

import pytest

from controller.settings import parse_settings
from shared.errors import Rejected

WHOLE: dict[str, Any] = {
    "issuer": "https://id.example/realms/yard",
    "client_id": "cctv",
    "client_secret_file": "secrets/client",
    "roles": {"admins": "admin"},
}


def test_without_an_issuer_there_is_none() -> None:
    assert parse_settings({}, Path("/data")).oidc.issuer is None


def test_paths_count_from_the_file() -> None:
    oidc = parse_settings({"oidc": WHOLE | {"ca_file": "ca.pem"}}, Path("/data")).oidc
    assert (oidc.client_secret_file, oidc.ca_file) == (Path("/data/secrets/client"), Path("/data/ca.pem"))
    assert oidc.demands.roles == {"admins": "admin"}


@pytest.mark.parametrize(
    "changed",
    [
        {"client_id": None},
        {"client_secret_file": None},
        {"roles": {}},
        {"roles": {"admins": "owner"}},
        {"issuer": "http://id.example"},
        {"issuer": "ftp://id.example"},
        {"issuer": "https://user@id.example"},
        {"issuer": "https://id.example/?tenant=1"},
        {"secret": "in the file"},
        {"longest_h": 0},
    ],
)
def test_what_is_wrong_is_refused(changed: dict[str, Any]) -> None:
    with pytest.raises(Rejected):
        parse_settings({"oidc": WHOLE | changed}, Path("/data"))


@pytest.mark.parametrize("issuer", ["http://127.0.0.1:8080", "http://localhost/realms/yard", "http://[::1]:8080"])
def test_on_this_machine_clear_text_does(issuer: str) -> None:
    assert parse_settings({"oidc": WHOLE | {"issuer": issuer}}, Path("/data")).oidc.issuer == issuer
