"""The scripts of the first start, run for real in a folder: what is added where, and that nobody enrols twice."""

import os
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

from tests.repo.tree import ROOT, text_of

FROM = ROOT / "firmware_config"
CONFIG = "dtparam=audio=on\ncamera_auto_detect=1\ndtoverlay=vc4-kms-v3d\n\n[all]\n"
CMDLINE = "console=serial0,115200 console=tty1 root=PARTUUID=1-02 rootfstype=ext4 fsck.repair=yes rootwait\n"
MODELS = {
    "Raspberry Pi 5": "Raspberry Pi 5 Model B Rev 1.0",
    "Compute Module 5": "Raspberry Pi Compute Module 5 Rev 1.0",
    "Compute Module 4": "Raspberry Pi Compute Module 4 Rev 1.1",
    "Raspberry Pi 4": "Raspberry Pi 4 Model B Rev 1.5",
}
EDGE = """#!/bin/sh
echo "$@" >>"$CALLS"
echo '  ab12-cd34'
[ "$ANSWER" = 0 ] || exit "$ANSWER"
touch "$5"
"""


PYTHON = """#!/bin/sh
[ "$1" = -m ] || exit 0
mkdir -p "$4/bin"
printf '#!/bin/sh\nexit 0\n' >"$4/bin/pip"
cp "$TOOLS/cctv-edge" "$4/bin/cctv-edge"
chmod 755 "$4/bin/pip"
"""


class Card:
    """A boot partition, the tree that it starts, and how the scripts ended."""

    def __init__(self, folder: Path, enrolment: str) -> None:
        self.boot, self.root = folder / "boot", folder / "root"
        self.home, self.place, self.calls = folder / "home", folder / "opt", folder / "calls"
        self.boot.mkdir()
        for place in (self.root / "etc", self.home, self.place / ".venv/bin"):
            place.mkdir(parents=True)
        shutil.copytree(FROM, self.boot / "cctv")
        self.enrolment = self.boot / "cctv" / "enrolment.txt"
        self.enrolment.write_text(enrolment)
        (self.boot / "config.txt").write_text(CONFIG)
        (self.boot / "cmdline.txt").write_text(CMDLINE)
        (self.root / "etc/fstab").write_text("PARTUUID=1-02 / ext4 defaults 0 1\n")

    def run(self, script: str, **said: str) -> subprocess.CompletedProcess[str]:
        place = {
            "CCTV_BOOT": str(self.boot),
            "CCTV_ROOT": str(self.root),
            "CCTV_STATE": str(self.home),
            "CCTV_PLACE": str(self.place),
            "CCTV_AS": "",
            "CCTV_CHOWN": "true",
            "CCTV_START": "true",
            "CALLS": str(self.calls),
        }
        script = str(self.boot / "cctv/first-boot" / script)
        return subprocess.run(
            ["sh", script], check=False, capture_output=True, text=True, env=os.environ | place | said, timeout=60
        )

    def config(self) -> str:
        return (self.boot / "config.txt").read_text()


@pytest.fixture
def card(tmp_path: Path) -> Card:
    return Card(tmp_path, "url=https://cctv.example:8443\r\ntoken=cctv1-abc\r\ncameras=ov5647\noptions=nvme\n")


@pytest.mark.parametrize("board", MODELS)
def test_each_board_gets_the_lines_that_the_table_gives_it(card: Card, board: str) -> None:
    done = card.run("install.sh", CCTV_MODEL=MODELS[board])
    assert done.returncode == 0, done.stderr
    table = tomllib.loads(text_of("firmware_config/boards.toml"))
    assert set(table["boards"]) == set(MODELS)
    wanted = [*table["fragments"]["every"], *table["boards"][board]["config"], "config-ov5647.txt", "config-nvme.txt"]
    lines = [line for name in wanted for line in text_of(f"firmware_config/boot/{name}").splitlines()]
    added = card.config().removeprefix(CONFIG).split("# SHT-CCTV\n")[1].splitlines()
    assert added == [line for line in lines if line and not line.startswith("#")]


def test_the_system_gets_its_files_and_services_and_twice_is_once(card: Card) -> None:
    assert card.run("install.sh", CCTV_MODEL=MODELS["Raspberry Pi 5"]).returncode == 0
    once = {path: path.read_bytes() for path in card.root.rglob("*") if path.is_file() and not path.is_symlink()}
    boot = card.config(), (card.boot / "cmdline.txt").read_text()
    assert boot[1] == CMDLINE.replace("rootwait", "rootwait cgroup_enable=memory panic=10")  # the overlay comes last
    enabled = {path.name for path in (card.root / "etc/systemd/system/multi-user.target.wants").iterdir()}
    assert enabled == {
        "cctv-edge-update.path",
        "cctv-edge-update.service",
        "cctv-edge.service",
        "cctv-first-boot.service",
    }
    assert "\ncctv:" in "\n" + (card.root / "etc/passwd").read_text()
    assert (card.root / "etc/fstab").read_text().count("LABEL=cctv-data") == 1
    assert "cctv-software" not in (card.root / "etc/fstab").read_text()
    assert (card.root / "etc/systemd/system/cctv-edge.service.d/10-data-partition.conf").is_file()
    assert card.run("install.sh", CCTV_MODEL=MODELS["Raspberry Pi 5"]).returncode == 0
    assert (card.config(), (card.boot / "cmdline.txt").read_text()) == boot
    assert {path: path.read_bytes() for path in once} == once


def test_a_card_without_a_second_partition_keeps_its_data_in_a_folder(card: Card) -> None:
    card.enrolment.write_text("data=folder\n")
    assert card.run("install.sh", CCTV_MODEL="QEMU").returncode == 0
    assert "cctv-data" not in (card.root / "etc/fstab").read_text()
    assert not (card.root / "etc/systemd/system/cctv-edge.service.d/10-data-partition.conf").exists()


def test_a_card_with_a_partition_for_versions_mounts_it_once(card: Card) -> None:
    card.enrolment.write_text("data=partition\nsoftware=partition\n")
    for _ in range(2):
        assert card.run("install.sh", CCTV_MODEL="QEMU").returncode == 0
    table = (card.root / "etc/fstab").read_text()
    assert [table.count(f"LABEL=cctv-{what} ") for what in ("data", "software")] == [1, 1]


@pytest.mark.parametrize(
    ("board", "enrolment", "said"),
    [
        ("Raspberry Pi 5", "cameras=ov5648\n", "config-ov5648.txt"),
        ("Raspberry Pi 4", "cameras=ov5647-two\n", "cameras=ov5647-two: this board takes one"),
        ("Raspberry Pi 5", "data=Folder\n", "data=Folder is none"),
        ("Raspberry Pi 5", "software=folder\n", "software=folder is none"),
        ("Raspberry Pi 5", None, "there is no cctv/enrolment.txt"),
    ],
)
def test_what_is_wrong_is_named_before_anything_is_changed(
    card: Card, board: str, enrolment: str | None, said: str
) -> None:
    card.enrolment.unlink()
    if enrolment is not None:
        card.enrolment.write_text(enrolment)
    done = card.run("install.sh", CCTV_MODEL=MODELS[board])
    assert (done.returncode, said in done.stderr) == (2, True), done.stderr
    assert (card.config(), (card.boot / "cmdline.txt").read_text()) == (CONFIG, CMDLINE)
    assert [path.name for path in (card.root / "etc").iterdir()] == ["fstab"]


def test_an_image_without_cloud_init_is_installed_too_and_goes_back_to_its_own_start(card: Card) -> None:
    (card.boot / "cmdline.txt").write_text(CMDLINE.strip() + " systemd.run=/x systemd.unit=y.target\n")
    shutil.copy(FROM / "first-boot/firstrun.sh", card.boot)
    assert card.run("firstrun.sh", CCTV_MODEL=MODELS["Raspberry Pi 4"]).returncode == 0
    assert "systemd." not in (card.boot / "cmdline.txt").read_text()
    assert not (card.boot / "firstrun.sh").exists()


@pytest.fixture
def installed(card: Card) -> Card:
    edge = card.place / ".venv/bin/cctv-edge"
    edge.write_text(EDGE)
    edge.chmod(0o755)
    return card


def test_a_node_enrols_once_shows_its_fingerprint_and_forgets_the_invitation(installed: Card) -> None:
    done = installed.run("enrol.sh", ANSWER="0")
    assert done.returncode == 0, done.stderr
    config = installed.home / "node.toml"
    assert installed.calls.read_text().split() == [
        *("enroll", "https://cctv.example:8443", "cctv1-abc", "--config", str(config))
    ]
    assert "ab12-cd34" in done.stdout
    assert "ab12-cd34" in (installed.boot / "cctv/fingerprint.txt").read_text()
    assert not installed.enrolment.exists()


def test_power_that_fails_before_the_invitation_is_gone_does_not_enrol_again(installed: Card) -> None:
    (installed.home / "node.toml").touch()
    assert installed.run("enrol.sh", ANSWER="0").returncode == 0
    assert not installed.calls.exists()
    assert not installed.enrolment.exists()


@pytest.mark.parametrize("answer", ["1", "2"])
def test_a_failure_keeps_the_invitation_and_is_told_to_systemd(installed: Card, answer: str) -> None:
    assert installed.run("enrol.sh", ANSWER=answer).returncode == int(answer)
    assert installed.enrolment.exists()
    assert installed.run("enrol.sh", ANSWER="0").returncode == 0


def test_an_invitation_that_was_not_filled_in_is_refused_without_asking(installed: Card) -> None:
    installed.enrolment.write_text("url=https://cctv.example:8443\n")
    done = installed.run("enrol.sh", ANSWER="0")
    assert (done.returncode, done.stderr) == (2, "enrolment.txt needs url= and token=\n")
    assert not installed.calls.exists()


def test_the_first_version_stands_where_another_can_stand_beside_it(card: Card, tmp_path: Path) -> None:
    (tools := tmp_path / "tools").mkdir()
    for name, text in (("python3", PYTHON), ("chronyc", "#!/bin/sh\n"), ("cctv-edge", EDGE)):
        (tools / name).write_text(text)
        (tools / name).chmod(0o755)
    (wheels := card.boot / "cctv/wheels").mkdir()
    (wheels / "sht_cctv-0.3.1-py3-none-any.whl").touch()
    (card.boot / "cctv/release.pem").write_text("key")
    (card.place / ".venv/bin").rmdir()
    (card.place / ".venv").rmdir()
    done = card.run("enrol.sh", ANSWER="0", TOOLS=str(tools), PATH=f"{tools}:{os.environ['PATH']}")
    assert done.returncode == 0, done.stderr
    links = {name: str((card.place / name).readlink()) for name in ("current", "good", ".venv")}
    assert links == {"current": "versions/0.3.1", "good": "versions/0.3.1", ".venv": "current/venv"}
    assert (card.place / ".venv/bin/cctv-edge").exists()
    assert (card.place / "release.pem").read_text() == "key"
    assert not card.enrolment.exists()
