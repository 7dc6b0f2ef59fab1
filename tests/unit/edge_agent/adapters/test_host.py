"""Host signs from a tree of files like /proc and /sys."""

from pathlib import Path

from edge_agent.adapters.host import LinuxHost


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
