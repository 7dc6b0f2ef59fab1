"""A board beside firmware_config: what is as its files say is left in peace, everything else is named with a remedy."""

from dataclasses import replace
from functools import cache

import pytest

from edge_agent.adapters.card_files import card_files
from edge_agent.core.board_checks import BoardSigns, UnitState, compare, no_board, unknown_board
from edge_agent.core.board_expected import Expected, expected_of
from edge_agent.core.boot_config import boot_lines
from edge_agent.core.checks import Finding, Level
from edge_agent.core.pi_board import board_of
from edge_agent.core.system_files import Mount, read_mounts

PI5, PI4, CM4 = "Raspberry Pi 5 Model B", "Raspberry Pi 4 Model B", "Raspberry Pi Compute Module 4"
OVERLAY = Mount("overlayroot", "/", "overlay", frozenset({"rw"}))


@cache
def expected(model: str = PI5) -> Expected:
    found = expected_of(board_of(model), card_files())
    assert found is not None
    return found


def config(model: str, *names: str, more: str = "") -> str:
    """What the installer makes of a board's fragments and these."""
    table = {PI5: ["pi5"], PI4: ["pi4"], CM4: ["cm4"]}
    stock = "camera_auto_detect=1\ndtoverlay=vc4-kms-v3d\n[all]\n"
    return stock + "".join(card_files()[f"boot/config-{name}.txt"] for name in ("all", *table[model], *names)) + more


def signs(model: str = PI5, *, text: str | None = None) -> BoardSigns:
    """A board as it comes out of the installer, with two OV5647 (one on a Raspberry Pi 4)."""
    text = text or config(model, "ov5647" if model == PI4 else "ov5647-two")
    data, _ = read_mounts(card_files()["etc/fstab"])
    cmdline = ("console=tty1", "cgroup_enable=memory", "panic=10", "overlayroot=tmpfs:recurse=0")
    return BoardSigns(
        boot=boot_lines(text, board_of(model).name, lambda _name: None),
        cmdline_file=cmdline,
        cmdline=cmdline,
        root=OVERLAY,
        data=replace(data, options=data.options | {"rw", "relatime"}),
        journal_storage="volatile",
        watchdog="15s",
        watchdog_device=True,
        throttled=0,
        battery_clock=True,
        fan=True,
        disk="nvme",
        unit=UnitState(loaded=True, memory_max_bytes=960 << 20, watchdog=True),
        memory_controller=True,
        cma_bytes=320 << 20,
        buffers=True,
    )


def one(found: tuple[Finding, ...], check: str) -> Finding:
    (finding,) = (finding for finding in found if finding.check == check)
    return finding


@pytest.mark.parametrize(("model", "cameras"), [(PI5, 2), (CM4, 2), (PI4, 1)])
def test_a_board_as_it_was_installed_is_well(model: str, cameras: int) -> None:
    found = compare(expected(model), signs(model), ("ov5647",) * cameras)
    assert [finding for finding in found if finding.level != "ok" or finding.remedy] == []
    assert ("fan" in {finding.check for finding in found}) == (model == PI5)


DATA = signs().data
assert DATA is not None
UNIT = UnitState(loaded=True, memory_max_bytes=960 << 20, watchdog=True)
WRONG: list[tuple[str, Level, str, BoardSigns]] = [
    (
        "boot settings",
        "warning",
        "dtoverlay=disable-bt",
        replace(signs(), boot=boot_lines("disable_splash=1", PI5, lambda _name: None)),
    ),
    ("boot settings", "warning", "disable_splash=1 (is 0)", signs(text=config(PI5, more="disable_splash=0\n"))),
    ("boot settings", "unknown", "disable_splash=1", signs(text="[gpio4=1]\n" + config(PI5).replace("[all]", ""))),
    ("boot settings", "unknown", "config.txt", replace(signs(), boot=None)),
    ("camera modules", "unknown", "config.txt", replace(signs(), boot=None)),
    ("camera modules", "trouble", "imx708", signs(text=config(PI5, "imx708"))),
    ("camera modules", "trouble", "3", signs(text=config(PI5, "ov5647-two", "imx708"))),
    ("camera modules", "warning", "detected", signs(text=config(PI5, "ov5647", more="camera_auto_detect=1\n"))),
    ("kernel's words", "warning", "cgroup_enable=memory", replace(signs(), cmdline=("panic=10",), cmdline_file=())),
    ("read-only root", "warning", "card", replace(signs(), root=Mount("/dev/x", "/", "ext4", frozenset()))),
    ("read-only root", "trouble", "recurse=0", replace(signs(), cmdline=("overlayroot=tmpfs",))),
    ("read-only root", "unknown", "", replace(signs(), root=None)),
    ("data partition", "trouble", "memory", replace(signs(), data=OVERLAY)),
    ("data partition", "warning", "system", replace(signs(), data=replace(DATA, place="/"))),
    ("data partition", "warning", "xfs", replace(signs(), data=replace(DATA, kind="xfs"))),
    ("data partition", "warning", "noatime", replace(signs(), data=replace(DATA, options=DATA.options - {"noatime"}))),
    ("data partition", "unknown", "", replace(signs(), data=None)),
    ("ring's disk", "warning", "SD", replace(signs(), disk="sd")),
    ("ring's disk", "unknown", "", replace(signs(), disk=None)),
    ("journal", "warning", "auto", replace(signs(), journal_storage=None)),
    ("board's watchdog", "warning", "watchdog0", replace(signs(), watchdog_device=False)),
    ("board's watchdog", "warning", "1m", replace(signs(), watchdog="1m")),
    ("power", "trouble", "under-voltage", replace(signs(), throttled=0x1)),
    ("power", "warning", "throttled", replace(signs(), throttled=0x40000)),
    ("power", "unknown", "", replace(signs(), throttled=None)),
    ("battery clock", "warning", "", replace(signs(), battery_clock=False)),
    ("fan", "warning", "", replace(signs(), fan=False)),
    ("service", "unknown", "", replace(signs(), unit=None)),
    ("service", "warning", "cctv-edge.service", replace(signs(), unit=replace(UNIT, loaded=False))),
    ("service", "warning", "WatchdogSec", replace(signs(), unit=replace(UNIT, watchdog=False))),
    ("service", "warning", "MemoryMax", replace(signs(), unit=replace(UNIT, memory_max_bytes=None))),
    ("service", "warning", "controller", replace(signs(), memory_controller=False)),
    ("camera memory", "warning", "vidbuf_cached", replace(signs(), buffers=False)),
]
BOARD_FINDINGS = [
    no_board(),
    unknown_board("Raspberry Pi 3"),
    *(one(compare(expected(), seen, ("ov5647", "ov5647")), check) for check, _, _, seen in WRONG),
    *compare(expected(), signs(), ("ov5647", "ov5647")),
]


@pytest.mark.parametrize(
    ("check", "level", "word", "seen"), WRONG, ids=lambda part: part if isinstance(part, str) else ""
)
def test_what_is_otherwise_is_named_and_alone(check: str, level: Level, word: str, seen: BoardSigns) -> None:
    found = compare(expected(), seen, ("ov5647", "ov5647"))
    finding = one(found, check)
    assert finding.level == level
    assert word in finding.says
    if level in {"warning", "trouble"}:
        assert finding.remedy


def test_cameras_that_are_named_and_cannot_be_listed_are_unknown() -> None:
    assert one(compare(expected(), signs(), None), "camera modules").level == "unknown"


def test_one_of_two_cameras_missing_is_trouble() -> None:
    finding = one(compare(expected(), signs(), ("ov5647",)), "camera modules")
    assert (finding.level, finding.says) == ("trouble", "ov5647 named in config.txt and not found")


def test_a_board_without_named_modules_needs_none() -> None:
    assert one(compare(expected(), signs(text=config(PI5)), None), "camera modules").level == "ok"


def test_words_that_wait_for_a_restart_are_told_apart_from_words_that_are_missing() -> None:
    waiting = one(compare(expected(), replace(signs(), cmdline=("overlayroot=tmpfs:recurse=0",)), ()), "kernel's words")
    assert waiting.remedy == "They stand in cmdline.txt: restart."


def test_too_little_cma_names_the_step_of_the_overlays_menu() -> None:
    finding = one(compare(expected(CM4), replace(signs(CM4), cma_bytes=64 << 20), None), "camera memory")
    assert finding.level == "warning"
    assert "vc4-kms-v3d,cma-256," in finding.remedy
    assert one(compare(expected(CM4), replace(signs(CM4), cma_bytes=None), None), "camera memory").level == "unknown"


def test_a_board_that_stands_in_no_table_is_not_guessed() -> None:
    assert expected_of(board_of("Raspberry Pi 3 Model B"), card_files()) is None
