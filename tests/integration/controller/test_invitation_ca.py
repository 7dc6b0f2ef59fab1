"""Which CA an invitation names: that of the certificate which nodes meet."""

import hashlib
import ssl
from pathlib import Path

import pytest

from controller.app.admission import admitting
from controller.app.site import open_site, prepare_site

pytestmark = pytest.mark.integration


async def named(folder: Path, before: str = "", listen: str = "", relay: str = "") -> str | None:
    """The CA of an invitation to a site whose controller other machines can reach, with these settings."""
    file = prepare_site(folder / "site", host="0.0.0.0", port=18443, broker_port=18883).config_file
    text = file.read_text().replace("[listen]\n", f"{before}\n[listen]\n{listen}\n")
    file.write_text(text.replace("[relay]\n", f"[relay]\n{relay}\n"))
    async with admitting(open_site(file)) as admission:
        doors = admission.doors()
    told = None if doors.ca_pem is None else hashlib.sha256(ssl.PEM_cert_to_DER_cert(doors.ca_pem)).digest()
    assert doors.ca_sha256 == told
    return doors.ca_pem


ADDRESS = 'public_url = "https://cctv.example"'
PROXY = 'proxies = ["10.20.0.2/32"]'


async def test_it_is_the_sites_own_where_nodes_meet_the_controller(tmp_path: Path) -> None:
    for place, before in (("short", ""), ("named", ADDRESS)):
        folder = tmp_path / place
        folder.mkdir()
        assert await named(folder, before) == (folder / "site/tls/ca.pem").read_text()


async def test_behind_a_proxy_it_is_the_proxys_or_none(tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    assert await named(tmp_path / "one", ADDRESS, PROXY) is None
    file = tmp_path / "house.pem"
    file.write_text((tmp_path / "one/site/tls/ca.pem").read_text())
    assert await named(tmp_path / "two", ADDRESS, PROXY, f'ca_file = "{file}"') == file.read_text()
