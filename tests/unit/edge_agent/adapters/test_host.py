"""Host signs from a tree of files like /proc and /sys."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from edge_agent.adapters.host import LinuxHost
from edge_agent.adapters.machine_facts import clock_error_ms
from edge_agent.adapters.time_server import TimeServer
from edge_agent.core.clock_offset import ClockError
from shared.clock import SystemClock
from tests.unit.edge_agent.core.test_clock_offset import TRACKING


def authority(begins: datetime, ends: datetime) -> bytes:
    """A CA's certificate."""
    key, name = Ed25519PrivateKey.generate(), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"CA {ends}")])
    made = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), begins, ends)
    made = made.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    return made.sign(key, None).public_bytes(Encoding.PEM)


def tree(root: Path, **files: str) -> None:
    for place, text in files.items():
        path = root / place.replace("__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="ascii")


def test_a_raspberry_pi_tells_everything(tmp_path: Path) -> None:
    tree(
        tmp_path,
        proc__uptime="123.45 400.00\n",
        proc__loadavg="0.75 0.5 0.4 1/100 999\n",
        proc__stat="cpu  100 0 100 700 100 0 0 0 0 0\ncpu0 1\n",
        proc__meminfo="MemTotal:  1000 kB\nMemFree: 1 kB\nMemAvailable:  400 kB\n",
        sys__class__thermal__thermal_zone0__temp="61250\n",
    )
    throttled = tmp_path / "sys/devices/platform/soc/soc:firmware/get_throttled"
    throttled.parent.mkdir(parents=True)
    throttled.write_text("50005\n", encoding="ascii")
    host = LinuxHost(tmp_path, tmp_path)
    tree(tmp_path, proc__stat="cpu  150 0 150 750 150 0 0 0 0 0\n")
    signs = host.signs()
    assert (signs.uptime_s, signs.load1, signs.cpu_percent, signs.temperature_c) == (123.45, 0.75, 50.0, 61.25)
    assert (signs.memory_used_bytes, signs.memory_total_bytes) == (600 * 1024, 1000 * 1024)
    assert signs.disk_free_bytes > 0
    assert signs.throttled_now == ("under-voltage", "throttled")
    assert signs.throttled_ever == ("under-voltage", "throttled")


def test_a_machine_that_tells_nothing_is_no_error(tmp_path: Path) -> None:
    signs = LinuxHost(tmp_path / "gone", tmp_path).signs()
    assert signs.temperature_c is None
    assert (signs.cpu_percent, signs.uptime_s, signs.disk_free_bytes, signs.throttled_now) == (0, 0, 0, ())


def test_this_machine_answers(tmp_path: Path) -> None:
    signs = LinuxHost(tmp_path).signs()
    assert signs.memory_total_bytes > signs.memory_used_bytes > 0
    assert signs.uptime_s > 0


def test_the_first_certificate_to_end_counts_and_what_is_none_does_not(tmp_path: Path) -> None:
    now = SystemClock().now()
    files = []
    for name, days in (("long", 400), ("short", 20)):
        files.append(tmp_path / f"{name}.pem")
        files[-1].write_bytes(authority(now - timedelta(days=1), now + timedelta(days=days)))
    (tmp_path / "none.pem").write_text("no certificate")
    host = LinuxHost(tmp_path, ca_files=(*files, tmp_path / "none.pem", tmp_path / "gone.pem"))
    assert host.signs().certificate_days == pytest.approx(20, abs=0.1)
    assert LinuxHost(tmp_path, ca_files=(tmp_path / "none.pem",)).signs().certificate_days is None
    assert LinuxHost(tmp_path).signs().certificate_days is None
    own = LinuxHost(tmp_path, own_end=lambda: now + timedelta(days=61)).signs()
    assert own.certificate_days is None
    assert own.own_certificate_days == pytest.approx(61, abs=0.1)
    assert host.signs().own_certificate_days is None


def test_chrony_is_asked_once_a_minute_and_the_kernel_where_it_does_not_answer(tmp_path: Path) -> None:
    asked = tmp_path / "asked"
    script = tmp_path / "chronyc"
    script.write_text(f"#!/bin/sh\necho x >> {asked}\ncat <<EOF\n{TRACKING.format(way='slow', leap='Normal')}EOF\n")
    script.chmod(0o700)
    server = TimeServer((str(script),))
    host = LinuxHost(tmp_path, time_server=server)
    assert host.signs().clock == host.signs().clock == ClockError(-2.5, 6.5)
    assert asked.read_text() == "x\n"
    script.write_text("#!/bin/sh\nexit 1\n")
    kernel_ms = clock_error_ms()
    silent, missing = TimeServer((str(script),)), TimeServer((str(tmp_path / "none"),))
    for one in (silent, missing):
        found = one.state()
        assert (found is None) == (kernel_ms is None)
