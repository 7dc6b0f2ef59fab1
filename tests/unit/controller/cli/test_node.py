"""Where `cctv node tell` puts what a node sends."""

from pathlib import Path

from controller.cli.node import free_name


def test_what_is_there_already_is_kept(tmp_path: Path) -> None:
    file = tmp_path / "gate-snapshot.jpg"
    names = []
    for _ in range(3):
        names.append(free_name(file).name)
        free_name(file).touch()
    assert names == ["gate-snapshot.jpg", "gate-snapshot-2.jpg", "gate-snapshot-3.jpg"]
