"""Scratch folders: one's own, emptied, and those of the dead removed."""

import os
from pathlib import Path

from controller.adapters.scratch import forget_files, remove_leftovers, scratch_folder


def test_it_is_fresh_and_gone_afterwards(tmp_path: Path) -> None:
    root = tmp_path / "scratch"
    (root / "worker-999999999").mkdir(parents=True)
    (root / "worker-1").mkdir()
    (root / "worker-notes").mkdir()
    with scratch_folder(root, "worker") as mine:
        (mine / "file").write_text("x", encoding="utf-8")
        assert {p.name for p in root.iterdir()} == {mine.name, "worker-1", "worker-notes"}
    assert not mine.exists()


def test_what_nobody_wrote_to_for_hours_is_removed_and_nothing_else(tmp_path: Path) -> None:
    now_s = 1_790_000_000.0
    for name in ("making-old", "making-new", "making-growing", "notes"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "0.mp4").write_bytes(b"x")
    (tmp_path / "making-file").write_bytes(b"x")
    (tmp_path / "making-link").symlink_to(tmp_path / "notes")
    for path in (*tmp_path.glob("*/*"), *tmp_path.iterdir()):
        at_s = now_s - (60 if "new" in path.as_posix() or path == tmp_path / "making-growing/0.mp4" else 86_400)
        os.utime(path, (at_s, at_s), follow_symlinks=False)
    remove_leftovers(tmp_path, "making-*", now_s)
    assert {path.name for path in tmp_path.iterdir()} == {"making-new", "making-growing", "notes"}
    assert (tmp_path / "notes" / "0.mp4").exists()
    remove_leftovers(tmp_path / "absent", "*", now_s)


def test_what_was_made_of_footage_goes_with_it_wherever_it_lies(tmp_path: Path) -> None:
    for name in ("clips/a.mp4", "derived/b-avc1.42c00b.mp4", "derived/notes.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    forget_files([tmp_path / "clips", tmp_path / "derived", tmp_path / "absent"], "*.mp4")
    assert [path.name for path in tmp_path.glob("*/*")] == ["notes.txt"]
