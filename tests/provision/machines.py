"""Machines that reach nobody but each other: Debian trees on a wire, a packed release, and a proxy's certificate."""

import shutil
import subprocess
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from scripts.release import make_release, sha256
from tests.provision.trees import ENTER, Tree, Wire, wire
from tests.repo.tree import ROOT

_CONTROLLER_UID = 987
ASK = """
import json, ssl, sys, urllib.request
with urllib.request.urlopen(sys.argv[1], timeout=10) as answer:
    print(answer.status, answer.read().decode())
"""


@dataclass(slots=True)
class Site:
    """The machines, and what a person who installs them has."""

    machines: Mapping[str, Tree]
    line: Wire
    bound: Mapping[str, Mapping[Path, str]]
    release: Path
    folder: Path
    inventory_text: str

    def start(self, name: str) -> None:
        """Let a machine start that is off."""
        self.machines[name].start(self.line, self.bound[name])

    def inventory(self, release: Path | None = None) -> Path:
        """An inventory for a release; the one that was packed for them."""
        of = release or self.release
        wheel = next(of.glob("sht_cctv-*.whl"))
        file = self.folder / "hosts.yml"
        file.write_text(
            self.inventory_text.format(
                enter=self.folder / "enter", root=self.folder, release=of,
                sha256=sha256(wheel), version=wheel.name.split("-")[1],
            )
        )  # fmt: skip
        return file

    def ask(self, where: str, url: str) -> str:
        """What a program on a machine of the site is answered."""
        return self.machines[where].run("python3", "-c", ASK, url, fails=True).stdout


@contextmanager
def machines(
    suite: str, folder: Path, inventory_text: str, names: Sequence[str], *, proxy: str, sharing: Collection[str]
) -> Iterator[Site]:
    """As somebody gets them who has installed Debian with its SSH server; `sharing`: those that see one disk."""
    release = folder / "release"
    make_release(ROOT, release, [f"{suite}-amd64"])
    with ExitStack() as cleared:
        cleared.callback(shutil.rmtree, folder)
        _pack(suite, folder, release)
        trees = {name: Tree(folder / name, suite) for name in names}
        for one in trees.values():
            one.make("openssh-server")
        _certify(folder, trees, proxy)
        share = folder / "share"
        share.mkdir(mode=0o700)
        shutil.chown(share, _CONTROLLER_UID, _CONTROLLER_UID)
        line = cleared.enter_context(wire(*names))
        enter = folder / "enter"
        enter.write_text(ENTER)
        enter.chmod(0o755)
        bound = {name: {share: "/srv/cctv"} if name in sharing else {} for name in names}
        made = Site(trees, line, bound, release, folder, inventory_text)
        for name, one in trees.items():
            cleared.callback(one.stop)
            made.start(name)
        yield made


def _pack(suite: str, folder: Path, release: Path) -> None:
    """Bring Debian's packages into the release, by a machine that has Internet."""
    packing = Tree(folder / "packing", suite)
    packing.make("apt-utils")
    shutil.copy(ROOT / "ansible" / "mirror.sh", packing.root / "srv")
    subprocess.run(["chroot", packing.root, "sh", "/srv/mirror.sh", "/srv/packed"], check=True, capture_output=True)
    for packed in (packing.root / "srv/packed").iterdir():
        shutil.move(packed, release)
    shutil.rmtree(packing.root)


def _certify(folder: Path, trees: Mapping[str, Tree], proxy: str) -> None:
    """A certificate for the proxy as a house's own CA gives one: every machine trusts it."""
    key, cert = folder / "privkey.pem", folder / "fullchain.pem"
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
    command += ["-nodes", "-days", "9", "-subj", f"/CN={proxy}", "-addext", f"subjectAltName=DNS:{proxy}"]
    command += ["-keyout", str(key), "-out", str(cert)]
    subprocess.run(command, check=True, capture_output=True)
    live = trees[proxy].root / "etc/letsencrypt/live" / proxy
    live.mkdir(parents=True)
    shutil.copy(key, live)
    shutil.copy(cert, live)
    for one in trees.values():
        shutil.copy(cert, one.root / "usr/local/share/ca-certificates/house.crt")
        subprocess.run(["chroot", one.root, "update-ca-certificates"], check=True, capture_output=True)
