"""config.txt as the firmware reads it: filters, includes, the last word; and whatever else somebody writes."""

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge_agent.core.boot_config import BootLine, boot_lines, in_force, not_as_wanted

PI5, PI4, CM4 = "Raspberry Pi 5", "Raspberry Pi 4", "Compute Module 4"
KEYS = st.sampled_from(["a", "b", "dtparam", "dtoverlay"])
VALUES = st.sampled_from(["0", "1", "x=1", "x=2", "y", "ov5647", "ov5647,cam0", ""])
FILTERS = st.sampled_from(["[all]", "[pi5]", "[pi4]", "[cm4]", "[none]", "[gpio4=1]", "[0x1234]"])


def read(text: str, board: str = PI5, files: Mapping[str, str] | None = None) -> tuple[BootLine, ...]:
    return boot_lines(text, board, (files or {}).get)


def keys(text: str, board: str = PI5) -> list[str]:
    return [line.key for line in read(text, board)]


def test_comments_and_lines_without_a_value_are_left_out() -> None:
    assert read("# a=1\n\n a=1 \nstart\n  #b=1\n") == (BootLine("a", "1"),)


@pytest.mark.parametrize(("board", "seen"), [(PI5, "e5"), (PI4, "e4"), (CM4, "e4c"), ("Compute Module 5", "e5d")])
def test_a_board_sees_the_sections_of_its_model_and_of_its_family(board: str, seen: str) -> None:
    text = "e=1\n[pi5]\n5=1\n[pi4]\n4=1\n[cm4]\nc=1\n[cm5]\nd=1\n[pi0w]\nw=1\n[none]\nn=1\n"
    assert "".join(sorted(keys(text, board))) == "".join(sorted(seen))


def test_filters_of_other_kinds_count_together_until_all_ends_them() -> None:
    assert keys("[pi4]\n[gpio4=1]\na=1\n[all]\nb=1") == ["b"]
    assert read("[gpio4=1]\n[pi5]\na=1\n[all]\nb=1") == (BootLine("a", "1", sure=False), BootLine("b", "1"))
    assert keys("[none]\n[pi5]\na=1\n[all]\nb=1") == ["b"]


def test_what_a_filter_asks_that_the_models_name_does_not_tell_is_unsure() -> None:
    for name in ("0x1234", "EDID=VSC", "HDMI:1", "board-type=0x17", "tryboot", "partition=2", "pi6"):
        assert read(f"[{name}]\na=1") == (BootLine("a", "1", sure=False),)
    assert read("[pi3+]\na=1", "Raspberry Pi 3") == (BootLine("a", "1", sure=False),)
    assert read("[pi3+]\na=1", PI5) == ()


def test_an_included_file_counts_where_it_is_named_with_the_filters_that_hold_there() -> None:
    files = {"more.txt": "a=2\n[pi4]\nb=1\n"}
    assert read("a=1\ninclude more.txt\nc=1\n", PI5, files) == (BootLine("a", "1"), BootLine("a", "2"))
    assert keys("include gone.txt\na=1") == ["a"]


def test_a_file_that_includes_itself_ends() -> None:
    assert len(read("include a.txt\na=1", PI5, {"a.txt": "a=1\ninclude a.txt\n"})) == 9


def test_no_more_is_read_of_a_line_than_the_firmware_reads() -> None:
    (line,) = read("a=" + "1" * 200)
    assert len(line.value) == 96


def test_the_last_word_counts_and_overlays_add_up() -> None:
    found = in_force(
        read("a=1\na=2\ndtparam=nvme,x=1\ndtparam=x=2\ndtoverlay=ov5647,cam0\ndtoverlay=\ndtoverlay=ov5647\n")
    )
    assert found.values == {"a": "2", "dtparam:nvme": "on", "dtparam:x": "2"}
    assert found.overlays == (("ov5647", frozenset({"cam0"})), ("ov5647", frozenset()))


def test_what_is_missing_or_otherwise_is_named_as_one_would_write_it() -> None:
    wanted = read("a=1\ndtparam=nvme\ndtoverlay=ov5647,cam0\ndtoverlay=disable-bt\n")
    found = in_force(read("a=0\ndtoverlay=ov5647\ndtoverlay=disable-bt\n"))
    assert not_as_wanted(wanted, found) == ("dtoverlay=ov5647,cam0", "a=1 (is 0)", "dtparam=nvme=on")


@given(st.text(max_size=400), st.sampled_from([PI5, PI4, "a board that nobody knows"]))
def test_whatever_is_written_there_is_read(text: str, board: str) -> None:
    files = {"a": text}
    in_force(boot_lines(text, board, files.get))


@given(st.lists(st.one_of(FILTERS, st.tuples(KEYS, VALUES).map("=".join)), max_size=12))
def test_a_file_is_never_missing_anything_of_itself(lines: list[str]) -> None:
    found = read("\n".join(lines))
    assert not_as_wanted(found, in_force(found)) == ()


@given(
    st.lists(st.one_of(FILTERS, st.tuples(KEYS, VALUES).map("=".join)), max_size=12),
    st.lists(st.tuples(KEYS, VALUES).map("=".join), max_size=5),
)
def test_what_is_added_at_the_end_under_all_counts(before: list[str], added: list[str]) -> None:
    wanted = read("\n".join(added))
    assert not_as_wanted(wanted, in_force(read("\n".join([*before, "[all]", *added])))) == ()
