"""The wheel and the sdist hold what runs and nothing else."""

import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from tests.repo.tree import PACKAGES, ROOT, matching

WEB = ROOT / "controller" / "web"


def build(kind: str, folder: Path) -> Path:
    """Build one distribution with the locked hatchling, as an installer would."""
    command = [sys.executable, "-m", "hatchling", "build", "-t", kind, "-d", str(folder)]
    done = subprocess.run(command, check=False, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return next(folder.iterdir())


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The names in a freshly built wheel."""
    with zipfile.ZipFile(build("wheel", tmp_path_factory.mktemp("wheel"))) as archive:
        return set(archive.namelist())


def test_the_wheel_holds_every_module(wheel: set[str]) -> None:
    modules = {name for name in matching(".py") if name.split("/")[0] in PACKAGES and "/web/" not in name}
    assert modules - wheel == set()


def test_the_wheel_holds_nothing_that_only_builds_or_tests(wheel: set[str]) -> None:
    tops = {name.split("/")[0] for name in wheel if ".dist-info/" not in name}
    assert tops == set(PACKAGES)
    in_web = {name for name in wheel if name.startswith("controller/web/")}
    assert {name for name in in_web if not name.startswith("controller/web/dist/")} == set()


def test_the_wheel_holds_what_a_board_is_compared_with(wheel: set[str]) -> None:
    files = matching(".toml", ".txt", ".conf", ".service", "/fstab", under="firmware_config/")
    assert {f"edge_agent/{name}" for name in files} - wheel == set()
    assert len(files) > 20


def test_the_wheel_holds_the_built_dashboard(wheel: set[str]) -> None:
    if not (WEB / "package.json").exists():
        pytest.skip("this tree has no dashboard")
    built = {str(path.relative_to(ROOT)) for path in (WEB / "dist").rglob("*") if path.is_file()}
    assert "controller/web/dist/index.html" in built
    assert built - wheel == set()


def test_the_wheel_holds_the_shipped_model(wheel: set[str]) -> None:
    models = set(matching(".onnx", under="controller/"))
    if not models:
        pytest.skip("this tree has no model")
    beside = {"controller/models/catalogue.yaml", *matching(".jpg", under="controller/models/")}
    beside |= set(matching(".json", under="controller/models/"))
    assert "controller/models/known/truth.json" in beside
    assert (models | beside) - wheel == set()


@pytest.mark.parametrize("font", ["edge_agent/adapters/fonts/overlay.ttf", "controller/adapters/fonts/report.ttf"])
def test_the_wheel_holds_each_font_and_its_licence(wheel: set[str], font: str) -> None:
    folder = font.rpartition("/")[0]
    assert {font, f"{folder}/OFL.txt"} <= wheel
    assert any(name.endswith(f".dist-info/licenses/{folder}/OFL.txt") for name in wheel)


def test_the_sdist_builds_without_node(tmp_path: Path) -> None:
    with tarfile.open(build("sdist", tmp_path)) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {"pyproject.toml", "hatch_build.py", "scripts/dashboard.py"} <= names
    if (WEB / "package.json").exists():
        assert "controller/web/dist/index.html" in names
    assert not {name for name in names if "node_modules" in name}
