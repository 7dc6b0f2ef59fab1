"""Processes with what they started, from one look to the next."""

import os
from pathlib import Path

from controller.adapters.process_figures import ProcessTable
from tests.fakes.site import HandClock

TICKS, PAGE = os.sysconf("SC_CLK_TCK"), os.sysconf("SC_PAGE_SIZE")


def process(proc: Path, pid: int, parent: int, *, cpu_s: float = 0, began_s: float = 10, pages: int = 100) -> None:
    folder = proc / str(pid)
    folder.mkdir(parents=True, exist_ok=True)
    fields = ["S", str(parent), *["0"] * 9, str(round(cpu_s * TICKS)), "0", *["0"] * 6]
    fields += [str(round(began_s * TICKS)), "0", str(pages), "0"]
    (folder / "stat").write_text(f"{pid} (a (strange) name) {' '.join(fields)}")


def test_a_process_counts_with_its_children_but_not_with_those_that_are_told_of_themselves(tmp_path: Path) -> None:
    clock = HandClock()
    (tmp_path / "uptime").write_text("110.5 200")
    process(tmp_path, 1, 0)
    process(tmp_path, 10, 1, cpu_s=5)
    process(tmp_path, 11, 10, cpu_s=1)
    process(tmp_path, 12, 11, cpu_s=1)
    process(tmp_path, 20, 10, cpu_s=50)
    (tmp_path / "self").mkdir()
    table, named = ProcessTable(clock, tmp_path), {"supervisor": 10, "api": 20, "gone": 30}
    first = {one.name: one for one in table.figures(named)}
    assert first["supervisor"].cpu is None, "nobody knows from one look"
    assert (first["supervisor"].memory_bytes, first["supervisor"].uptime_s) == (300 * PAGE, 100.5)
    assert (first["gone"].cpu, first["gone"].memory_bytes, first["gone"].uptime_s) == (None, None, None)
    clock.at_ms += 2_000
    process(tmp_path, 12, 11, cpu_s=2)
    process(tmp_path, 20, 10, cpu_s=53)
    second = {one.name: one for one in table.figures(named)}
    assert (second["supervisor"].cpu, second["api"].cpu) == (0.5, 1.5)


def test_a_kernel_that_says_nothing_leaves_it_unknown(tmp_path: Path) -> None:
    (tmp_path / "7").mkdir()
    (tmp_path / "7" / "stat").write_text("7 (broken)")
    (one,) = ProcessTable(HandClock(), tmp_path).figures({"api": 7})
    assert one.memory_bytes is None
