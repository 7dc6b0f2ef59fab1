"""Diagnostics: bounded, without secrets, the newest log lines first to stay."""

import io
import random
import zipfile
from datetime import UTC, datetime

from edge_agent.core.bundle import bundle

AT = datetime(2026, 11, 21, 6, 0, tzinfo=UTC)


def read(packed: bytes) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name).decode() for name in archive.namelist()}


def test_no_part_holds_a_secret() -> None:
    texts = {"settings.json": '{"password": "swordfish"}', "health.json": "rtsp://kim:swordfish@10.0.0.5/x"}
    parts = read(bundle(texts, "login with swordfish\n", ["swordfish"], AT, 100_000))
    assert set(parts) == {"settings.json", "health.json", "log.txt"}
    assert "swordfish" not in "".join(parts.values())


def test_old_lines_go_until_it_fits() -> None:
    noise = random.Random(7)
    lines = [f"{number} {noise.randbytes(40).hex()}" for number in range(2_000)]
    packed = bundle({"health.json": "{}"}, "\n".join(lines) + "\n", (), AT, 20_000)
    assert len(packed) <= 20_000
    log = read(packed)["log.txt"].splitlines()
    assert log[0] == "[older lines are left out]"
    assert log[1:] == lines[-len(log) + 1 :]
    assert len(log) > 50


def test_one_endless_line_ends_it_too() -> None:
    packed = bundle({}, random.Random(7).randbytes(40_000).hex(), (), AT, 2_000)
    assert len(packed) <= 2_000
