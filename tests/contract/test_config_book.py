"""One suite for the book of the controller's settings: in memory and as a file."""

from collections.abc import Callable
from pathlib import Path

import pytest

from edge_agent.adapters.config_file import ConfigFile
from edge_agent.core.reconfigure import Book, Report, Wanted
from edge_agent.ports import ConfigBook
from shared.errors import Transient
from tests.fakes.tending import MemoryBook

FULL = Book(
    good=Wanted(3, {"clip": {"pre_s": 2.5}}),
    trying=Wanted(4, {"cameras": {"gate": {"sub_source": None, "record_windows": ["mon 08:00-09:00"]}}}),
    must_live=("n1.gate",),
    report=Report(4, "applying"),
)


@pytest.fixture(params=["memory", "file"])
def book(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], ConfigBook]:
    """Opens the same book each time, as after a restart."""
    kept = MemoryBook()
    return (lambda: kept) if request.param == "memory" else (lambda: ConfigFile(tmp_path))


def test_what_was_saved_is_loaded(book: Callable[[], ConfigBook]) -> None:
    assert book().load() == Book()
    book().save(FULL)
    assert book().load() == FULL
    book().save(Book())
    assert book().load() == Book()


@pytest.mark.parametrize("content", [b"", b"{", b"[" * 100_000, b'{"good": 3}', b"\xff"])
def test_a_ruined_file_counts_as_none(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "config.json").write_bytes(content)
    assert ConfigFile(tmp_path).load() == Book()


def test_a_file_cut_at_any_byte_is_the_old_one_or_the_new(tmp_path: Path) -> None:
    ConfigFile(tmp_path).save(FULL)
    whole = (tmp_path / "config.json").read_bytes()
    for length in range(len(whole)):  # what a power cut leaves beside the file that is in place
        (tmp_path / "config.new").write_bytes(whole[:length])
        assert ConfigFile(tmp_path).load() == FULL
    ConfigFile(tmp_path).save(Book())
    assert not (tmp_path / "config.new").exists()


def test_a_folder_that_takes_nothing_says_so(tmp_path: Path) -> None:
    with pytest.raises(Transient):
        ConfigFile(tmp_path / "gone").save(Book())
