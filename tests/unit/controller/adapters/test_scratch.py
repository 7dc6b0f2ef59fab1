"""Scratch folders: one's own, emptied, and those of the dead removed."""

from pathlib import Path

from controller.adapters.scratch import scratch_folder


def test_it_is_fresh_and_gone_afterwards(tmp_path: Path) -> None:
    root = tmp_path / "scratch"
    (root / "worker-999999999").mkdir(parents=True)
    (root / "worker-1").mkdir()
    (root / "worker-notes").mkdir()
    with scratch_folder(root, "worker") as mine:
        (mine / "file").write_text("x", encoding="utf-8")
        assert {p.name for p in root.iterdir()} == {mine.name, "worker-1", "worker-notes"}
    assert not mine.exists()
