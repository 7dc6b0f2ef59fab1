"""What `firmware_config` promises: a reason for each line, fragments that fit together, units that systemd takes."""

import itertools
import re
import shutil
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from edge_agent.adapters.update_folder import UpdateFolder, Wanted
from edge_agent.core.pi_board import board_of
from edge_agent.core.system_files import read_mounts
from tests.repo.tree import ROOT, matching, text_of

FOLDER = "firmware_config/"
BOOT = ROOT / FOLDER / "boot"
BOARDS = tomllib.loads(text_of(f"{FOLDER}boards.toml"))
WHY = re.compile(r"# why: (?P<why>[^;].{15,}); source: (?P<source>\S+)")
SOURCE = re.compile(r"https://[\w./#%~=?-]+|[\w.-]+\([1-9]\)|docs/[\w./-]+\.md")
SETTINGS = [
    name
    for name in matching("", under=FOLDER)
    if not name.endswith((".md", ".sh", ".example")) and not name.endswith("boards.toml")
]
UNITS = [name for name in SETTINGS if name.endswith(".service")]
UPDATING = ("cctv-edge.service", "cctv-edge-update.service", "cctv-edge-update.path")
CONFIG_LINE_MAX = 98  # the firmware reads no further
EXPOSURE_MAX = 22  # tenths: what systemd 252 gives it


def unexplained(text: str) -> Iterator[str]:
    """The settings above which no reason stands, up to the next empty line."""
    explained = False
    for line in text.splitlines():
        if not line.strip():
            explained = False
        elif line.startswith("# why:"):
            explained = True
        elif not line.startswith(("#", "[")) and not explained and not line.startswith("Description="):
            yield line


def test_every_folder_of_settings_is_looked_at() -> None:
    assert {"boot", "etc", "first-boot"} <= {name.split("/")[1] for name in SETTINGS}
    assert len(SETTINGS) > 30


@pytest.mark.parametrize("name", SETTINGS)
def test_every_setting_has_its_reason(name: str) -> None:
    assert list(unexplained(text_of(name))) == []


def test_a_setting_without_a_reason_is_found() -> None:
    assert list(unexplained("# why: because; source: a(5)\na=1\n# more\nb=1\n\nc=1\n[x]\n")) == ["c=1"]


@pytest.mark.parametrize("name", [*SETTINGS, f"{FOLDER}boards.toml"])
def test_every_reason_names_an_address_or_a_document(name: str) -> None:
    for line in text_of(name).splitlines():
        if not line.lstrip().startswith("# why:"):
            continue
        found = WHY.fullmatch(line)
        assert found, line
        source = found["source"]
        assert SOURCE.fullmatch(source), line
        assert not source.startswith("docs/") or (ROOT / source).is_file(), line


def settings(file: str) -> list[str]:
    return [line for line in text_of(f"{FOLDER}boot/{file}").splitlines() if line and not line.startswith("#")]


def together() -> Iterator[tuple[str, ...]]:
    """Every choice of fragments that one board's config.txt may get."""
    fragments = BOARDS["fragments"]
    for name, board in BOARDS["boards"].items():
        two = fragments["two_cameras"] if board_of(_model(name)).connectors > 1 else []
        for cameras in (None, *fragments["one_camera"], *two):
            yield (*fragments["every"], *board["config"], *([cameras] if cameras else []), *fragments["options"])


def _model(board: str) -> str:
    return f"{board if board.startswith('Raspberry') else 'Raspberry Pi ' + board} Model B Rev 1.0"


def test_every_fragment_belongs_to_a_board_and_every_board_is_known() -> None:
    used = set(itertools.chain.from_iterable(together()))
    assert used == {path.name for path in BOOT.glob("config-*.txt")}
    for name in BOARDS["boards"]:
        assert board_of(_model(name)).name == name


@pytest.mark.parametrize("names", list(together()), ids=" ".join)
def test_fragments_that_go_together_say_nothing_twice_and_nothing_against_each_other(names: tuple[str, ...]) -> None:
    lines = [line for name in names for line in settings(name) if not line.startswith("[")]
    assert len(set(lines)) == len(lines)
    keys = [line.rpartition("=")[0] for line in lines if not line.startswith("dtoverlay=")]
    assert len(set(keys)) == len(keys)


@pytest.mark.parametrize("path", sorted(BOOT.glob("config-*.txt")), ids=lambda path: path.stem)
def test_a_fragment_counts_for_whom_it_says_and_is_short_enough(path: Path) -> None:
    lines = settings(path.name)
    assert lines[0].startswith("[")
    assert [line for line in lines if line.startswith("[")][-1] == "[all]"
    assert max(map(len, lines)) <= CONFIG_LINE_MAX
    assert not any(re.match(r"gpu_mem|start_x|camera=|cma", line) for line in lines)


def test_no_unit_and_no_table_says_the_same_twice() -> None:
    for name in SETTINGS:
        keys = [line for line in text_of(name).splitlines() if re.match(r"[A-Za-z_.]+ ?=", line)]
        assert len(set(keys)) == len(keys), name


def test_the_mount_survives_the_overlay_and_the_node_survives_the_mount() -> None:
    words = text_of(f"{FOLDER}boot/cmdline.txt").split()
    assert "overlayroot=tmpfs:recurse=0" in words
    mounts = read_mounts(text_of(f"{FOLDER}etc/fstab"))
    assert [(one.device, one.place, one.kind) for one in mounts] == [
        ("LABEL=cctv-data", "/var/lib/cctv", "ext4"),
        ("LABEL=cctv-software", "/opt/cctv", "ext4"),
    ]
    for one in mounts:
        assert {"noatime", "nofail", "errors=remount-ro"} <= one.options
        for unit in ("cctv-edge", "cctv-edge-update"):
            text = text_of(f"{FOLDER}etc/systemd/system/{unit}.service")
            (asked,) = re.findall(r"^RequiresMountsFor=(.*)$", text, re.MULTILINE)
            assert one.place in asked.split()
    assert ["noexec" in one.options for one in mounts] == [True, False]


def test_the_unit_may_read_the_clocks_error_and_confine_its_children() -> None:
    """Else no clock were right for health, for adjtimex is in no set, and cameras were decoded unconfined."""
    unit = text_of(f"{FOLDER}etc/systemd/system/cctv-edge.service")
    allowed = set(" ".join(re.findall(r"^SystemCallFilter=(.*)$", unit, re.MULTILINE)).split())
    assert {"adjtimex", "clock_adjtime"} <= allowed
    assert {"seccomp", "landlock_create_ruleset", "landlock_add_rule", "landlock_restrict_self"} <= allowed
    assert "ProtectClock" not in re.sub(r"(?m)^#.*$", "", unit)


def test_systemd_looks_where_the_agent_lays_what_it_fetched(tmp_path: Path) -> None:
    """Beside the file that agent and updater are both given, wherever that says that footage lies."""
    (folder := UpdateFolder(tmp_path)).part.touch()
    folder.want(Wanted(version="1"))
    (laid,) = tmp_path.rglob("*.json")
    units = {unit: text_of(f"{FOLDER}etc/systemd/system/{unit}") for unit in UPDATING}
    (given,) = {re.findall(r"^ExecStart=.* --config (\S+)$", units[unit], re.MULTILINE)[0] for unit in UPDATING[:2]}
    (watched,) = re.findall(r"^PathExists=(.*)$", units[UPDATING[2]], re.MULTILINE)
    assert Path(watched) == Path(given).parent / laid.relative_to(tmp_path)


@pytest.fixture
def laid_out(tmp_path: Path) -> Path:
    """The units as on a node, with programs that are on this machine in place of ours."""
    folder = tmp_path / "units"
    shutil.copytree(ROOT / FOLDER / "etc/systemd/system", folder)
    for off in folder.rglob("*.off"):
        off.rename(off.with_suffix(""))
    for unit in folder.glob("*.service"):
        text = unit.read_text(encoding="utf-8")
        unit.write_text(re.sub(r"(?m)^ExecStart=\S+", "ExecStart=/bin/true", text), encoding="utf-8")
    shutil.rmtree(folder / "chrony-wait.service.d")  # of a unit that is not here
    return folder


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed")
def test_systemd_takes_every_key_of_the_units(laid_out: Path) -> None:
    units = sorted(map(str, laid_out.glob("*.service")))
    assert len(units) == len(UNITS) == 3
    done = _systemd_analyze("verify", "--recursive-errors=no", *units)
    assert (done.returncode, done.stderr) == (0, "")
    broken = laid_out / "cctv-edge.service"
    broken.write_text(broken.read_text(encoding="utf-8").replace("NoNewPrivileges", "NoNewPrivilege"), encoding="utf-8")
    assert "NoNewPrivilege" in _systemd_analyze("verify", "--recursive-errors=no", str(broken)).stderr


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed")
def test_the_agents_unit_is_as_closed_as_was_measured(laid_out: Path) -> None:
    unit = str(laid_out / "cctv-edge.service")
    done = _systemd_analyze("security", "--offline=true", f"--threshold={EXPOSURE_MAX}", unit)
    assert done.returncode == 0, done.stdout + done.stderr


def _systemd_analyze(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["systemd-analyze", *words], check=False, capture_output=True, text=True, timeout=60)
