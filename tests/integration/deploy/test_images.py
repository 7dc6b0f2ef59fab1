"""Each image's steps are carried out in Debian trees; what comes out runs without root and with nothing to write."""

import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.repo.tree import ROOT
from tests.servers.image_tree import Stage, Trees, bootstrap, read, running, words_of
from tests.servers.processes import free_port

pytestmark = [pytest.mark.integration, pytest.mark.long, pytest.mark.timeout(3000)]

IMAGES = ROOT / "deploy" / "images"


@pytest.fixture(scope="module")
def trees(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trees]:
    folder = tmp_path_factory.mktemp("images")
    if subprocess.run(["unshare", "--mount", "true"], check=False, capture_output=True).returncode:
        pytest.skip("mounts need root")
    bootstrap(folder / "debian")
    (folder / "made").mkdir()
    yield Trees(folder / "made", folder / "debian")
    subprocess.run(["rm", "-rf", folder], check=True)


def within(
    process: subprocess.Popen[bytes], tree: Path, stage: Stage, *command: str
) -> subprocess.CompletedProcess[str]:
    """Run a command beside what runs there, as `docker exec` would."""
    words = [f"{name}={value}" for name, value in stage.environment.items()]
    user = stage.all_of("USER")[-1]
    inside = ["nsenter", "-t", str(process.pid), "-m", "chroot", f"--userspec={user}", str(tree), "env", "-i", *words]
    return subprocess.run([*inside, *command], capture_output=True, text=True, check=False, timeout=120)


def wait_for(log: Path, words: str, process: subprocess.Popen[bytes], patience_s: float = 400) -> None:
    deadline = time.monotonic() + patience_s
    while words not in log.read_text("utf-8", errors="replace"):
        if process.poll() is not None or time.monotonic() > deadline:
            pytest.fail(log.read_text("utf-8")[-3000:])
        time.sleep(0.2)


def test_the_controller_starts_and_is_well(trees: Trees, tmp_path: Path) -> None:
    stages = read(IMAGES / "controller.Dockerfile")
    tree, last, log = trees.build(stages), stages[-1], tmp_path / "log"
    port, broker = free_port(), free_port(2)
    given = ["--listen", f"0.0.0.0:{port}", "--broker-port", str(broker)]
    with running(tree, last, [*words_of(last, "ENTRYPOINT"), *words_of(last, "CMD"), *given], log) as process:
        wait_for(log, "SHT-CCTV is ready", process)
        well = within(process, tree, last, *words_of(last, "HEALTHCHECK"))
        assert well.returncode == 0, well.stdout + well.stderr
        probe = ("python3", "/opt/cctv/share/healthy.py")
        assert within(process, tree, last, *probe, f"https://127.0.0.1:{port}/api/v1/login").returncode == 0
        assert within(process, tree, last, *probe, f"https://127.0.0.1:{free_port()}/").returncode == 1
        for place in ("/x", "/opt/cctv/x", "/etc/x"):
            assert within(process, tree, last, "touch", place).returncode == 1
        assert within(process, tree, last, "sh", "-c", "command -v pip gcc git").stdout == ""
    assert not list((tree / "var" / "lib" / "apt" / "lists").iterdir())


@pytest.mark.parametrize("name", ["worker", "worker-cuda"])
def test_a_worker_has_what_it_judges_with(trees: Trees, tmp_path: Path, name: str) -> None:
    stages = read(IMAGES / f"{name}.Dockerfile")
    tree, last, log = trees.build(stages), stages[-1], tmp_path / "log"
    asked = "import cv2, av, onnxruntime; print('offers', onnxruntime.get_available_providers())"
    with running(tree, last, ["python3", "-c", asked], log) as process:
        assert process.wait(120) == 0, log.read_text("utf-8")
    assert ("CUDAExecutionProvider" in log.read_text("utf-8")) == (name == "worker-cuda")


def test_the_edge_knows_its_commands_and_carries_nothing_of_the_controller(trees: Trees, tmp_path: Path) -> None:
    stages = read(IMAGES / "edge.Dockerfile")
    tree, last, log = trees.build(stages), stages[-1], tmp_path / "log"
    with running(tree, last, ["sh", "-c", "cctv-edge scene 'scene://yard?seed=7' --json && id -u"], log) as process:
        assert process.wait(120) == 0, log.read_text("utf-8")
    assert log.read_text("utf-8").endswith("10001\n")
    packages = {one.name for one in next((tree / "opt" / "cctv" / "lib").glob("python3*/site-packages")).iterdir()}
    assert not {"onnxruntime", "sqlalchemy", "cv2", "psycopg", "pip"} & packages
