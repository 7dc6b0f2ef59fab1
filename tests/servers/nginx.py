"""nginx as deploy/nginx configures it: only its ports, its certificate and where its controllers are, are a test's."""

import contextlib
import os
import shutil
import ssl
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.servers.processes import Server, answers, free_port, program

HOME = Path(__file__).resolve().parents[2] / "deploy" / "nginx"
NAME = "localhost"


@dataclass(frozen=True, slots=True)
class Nginx:
    """A running one."""

    port: int
    clear_port: int
    ca_file: Path
    server: Server
    access_log: Path

    @property
    def url(self) -> str:
        return f"https://{NAME}:{self.port}"

    def trust(self) -> ssl.SSLContext:
        """What its clients check it by."""
        return ssl.create_default_context(cafile=str(self.ca_file))


@contextlib.contextmanager
def running_nginx(
    folder: Path, controllers: Sequence[int], *, inside_ca: Path | None = None, rest_s: int = 4
) -> Iterator[Nginx]:
    """Run nginx before `controllers` (their loopback ports), which speak TLS where `inside_ca` is given.

    `rest_s`: how long one that failed is left alone.
    """
    found = configure(folder, controllers, inside_ca=inside_ca, rest_s=rest_s)
    found.server.start()
    try:
        yield found
    finally:
        found.server.stop()


def configure(
    folder: Path,
    controllers: Sequence[int],
    *,
    inside_ca: Path | None = None,
    rest_s: int = 4,
    port: int | None = None,
) -> Nginx:
    """The files in `folder`, and the server that would run on them, at `port` where controllers know it already."""
    binary = program("nginx", what="nginx")
    shutil.copytree(HOME, folder)
    shutil.copy("/etc/nginx/mime.types", folder)
    port, clear_port = port or free_port(), free_port()
    certificate, key = _certificate(folder)
    site = folder / "cctv"
    peers = "".join(f"server 127.0.0.1:{one} max_fails=1 fail_timeout={rest_s}s;\n" for one in controllers)
    (site / "controllers.conf").write_text(peers, "utf-8")
    (site / "name.conf").write_text(f"server_name {NAME};\n", "utf-8")
    if inside_ca is None:
        shutil.copy(site / "inside-clear.conf", site / "inside.conf")
    else:
        shutil.copy(inside_ca, site / "ca.pem")
        _replace(site / "inside.conf", {"cctv.example": NAME})
    live = "/etc/letsencrypt/live/cctv.example"
    names = {f"{live}/fullchain.pem": str(certificate), f"{live}/privkey.pem": str(key)}
    _replace(site / "public.conf", _listen(443, port, " ssl") | names)
    port80 = folder / "conf.d" / "cctv-port80.conf"
    _replace(port80, _listen(80, clear_port) | {"/var/lib/cctv-acme": str(folder)})
    access_log = folder / "access.log"
    _replace(folder / "conf.d" / "cctv.conf", {"/var/log/nginx/access.log": str(access_log)})
    _replace(
        folder / "nginx.conf",
        {
            "/var/cache/nginx/": f"{folder}/",
            "worker_processes auto": "worker_processes 2",
        },
    )
    if os.geteuid() == 0:
        _replace(folder / "nginx.conf", {"worker_rlimit_nofile": "user root;\nworker_rlimit_nofile"})
    command = (binary, "-p", str(folder), "-c", str(folder / "nginx.conf"), "-g", "daemon off;")
    server = Server(command, folder / "error.log", lambda: answers(port) and answers(clear_port))
    return Nginx(port, clear_port, certificate, server, access_log)


def _listen(public: int, port: int, tls: str = "") -> dict[str, str]:
    """Loopback of IPv4 instead of every address."""
    before = "listen      "
    words = {f"{before}[::]:{public}{tls};\n": ""}
    return words | {f"{before}{public}{tls};": f"{before}127.0.0.1:{port}{tls};"}


def _replace(file: Path, words: dict[str, str]) -> None:
    text = file.read_text("utf-8")
    for old, new in words.items():
        assert old in text, f"{file.name} no longer says {old}"
        text = text.replace(old, new)
    file.write_text(text, "utf-8")


def _certificate(folder: Path) -> tuple[Path, Path]:
    """One that signs itself, for this machine; a day is more than any test takes."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    now = datetime.now(UTC)
    names = x509.SubjectAlternativeName([x509.DNSName(NAME), x509.IPAddress(ip_address("127.0.0.1"))])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    certificate, key_file = folder / "public.pem", folder / "public-key.pem"
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    plain = serialization.NoEncryption()
    encoding, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    key_file.write_bytes(key.private_bytes(encoding, form, plain))
    return certificate, key_file
