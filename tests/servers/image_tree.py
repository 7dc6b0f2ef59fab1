"""Carries out a Dockerfile without an engine: its stages are Debian trees made by debootstrap, RUN is chroot."""

import json
import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path

from tests.repo.tree import ROOT, tracked
from tests.servers.processes import program

RELEASE = "trixie"
_CA = Path("/etc/ssl/certs/ca-certificates.crt")
_PASSED_ON = re.compile(r"PIP_(INDEX|EXTRA|DEFAULT)|NPM_CONFIG|https?_proxy|no_proxy", re.IGNORECASE)
_TRUSTED = ("SSL_CERT_FILE", "PIP_CERT", "NODE_EXTRA_CA_CERTS", "REQUESTS_CA_BUNDLE")


@dataclass
class Stage:
    """One `FROM`: its instructions in order."""

    base: str
    name: str
    steps: list[tuple[str, str]] = field(default_factory=list)

    def all_of(self, word: str) -> list[str]:
        return [text for step, text in self.steps if step == word]

    @property
    def environment(self) -> dict[str, str]:
        pairs = [pair for text in self.all_of("ENV") for pair in shlex.split(text)]
        return dict(pair.split("=", 1) for pair in pairs)


def read(dockerfile: Path) -> list[Stage]:
    """Its stages; comments are left out, and lines that go on are joined."""
    text = "\n".join(line for line in dockerfile.read_text("utf-8").splitlines() if not line.startswith("#"))
    stages: list[Stage] = []
    for line in text.replace("\\\n", " ").splitlines():
        if not line.strip():
            continue
        word, _, rest = line.partition(" ")
        if word == "FROM":
            found = re.fullmatch(r"(?:--platform=\S+ )?(\S+)(?: AS (\S+))?", rest)
            assert found, line
            stages.append(Stage(found[1], found[2] or ""))
        else:
            stages[-1].steps.append((word, " ".join(rest.split())))
    return stages


def context() -> list[str]:
    """The files that `.dockerignore` lets into a build."""
    lines = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    let_in = tuple(line[1:] for line in lines if line.startswith("!"))
    kept_out = [line.removeprefix("**/") for line in lines if line[:1] not in {"", "!", "#"} and line != "*"]
    inside = [name for name in tracked() if any(name == one or name.startswith(f"{one}/") for one in let_in)]
    return [name for name in inside if not any(fnmatch(part, out) for part in Path(name).parts for out in kept_out)]


def bootstrap(tree: Path) -> None:
    """A Debian as small as the image that the Dockerfiles begin with."""
    tool = program("debootstrap", what="debootstrap")
    done = subprocess.run([tool, "--variant=minbase", RELEASE, tree], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-2000:]


@dataclass(frozen=True, slots=True)
class Trees:
    """Where stages become trees, each from a copy of `debian`; one that another Dockerfile has too is made once."""

    folder: Path
    debian: Path
    made: dict[str, Stage] = field(default_factory=dict)

    def build(self, stages: Sequence[Stage]) -> Path:
        """Carry all of them out; the last one's tree."""
        for stage in stages:
            tree = self.folder / (stage.name or "last")
            if stage.name and self.made.get(stage.name) == stage:
                continue
            shutil.rmtree(tree, ignore_errors=True)
            _run(["cp", "-a", "--reflink=auto", str(self.debian), str(tree)])
            home = Path("/")
            for word, text in stage.steps:
                if word == "WORKDIR":
                    home = Path(text)
                    (tree / text.lstrip("/")).mkdir(parents=True, exist_ok=True)
                elif word == "COPY":
                    self._copy(tree, home, text)
                elif word == "RUN":
                    run_in(tree, home, stage.environment, text)
            self.made[stage.name] = stage
        return tree

    def _copy(self, tree: Path, home: Path, text: str) -> None:
        words = shlex.split(text)
        source = ROOT
        if words[0].startswith("--from="):
            source = self.folder / words.pop(0).removeprefix("--from=")
        *wanted, target = words
        into = tree / str(home / target).lstrip("/")
        for name in wanted:
            if source is not ROOT:
                shutil.copytree(source / name.lstrip("/"), into, symlinks=True, dirs_exist_ok=True)
                continue
            for file in context():
                if name == ".":
                    place = into / file
                elif file == name:
                    place = into / Path(file).name if target.endswith("/") else into
                elif file.startswith(f"{name}/"):
                    place = into / file[len(name) + 1 :]
                else:
                    continue
                place.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(ROOT / file, place)


def run_in(tree: Path, home: Path, environment: dict[str, str], command: str) -> None:
    """As RUN does: root, its own /proc and /dev, the network and the registries of this machine."""
    told = {name: value for name, value in os.environ.items() if _PASSED_ON.match(name)}
    if _CA.exists():
        shutil.copy(_CA, tree / "host-ca.pem")
        told |= dict.fromkeys(_TRUSTED, "/host-ca.pem")
    shutil.copy("/etc/resolv.conf", tree / "etc" / "resolv.conf")
    for config in ("etc/npmrc",):
        if Path("/", config).exists():
            shutil.copy(Path("/", config), tree / config)
    path = environment.get("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
    words = [f"{name}={value}" for name, value in {**told, **environment, "PATH": path}.items()]
    inner = shlex.join(["chroot", str(tree), "env", "-i", "-C", str(home), *words, "sh", "-c", command])
    root = shlex.quote(str(tree))
    _run(["unshare", "--mount", "sh", "-ec", f"mount -t proc p {root}/proc; mount --rbind /dev {root}/dev; {inner}"])
    (tree / "host-ca.pem").unlink(missing_ok=True)


@contextmanager
def running(tree: Path, stage: Stage, command: Sequence[str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """The image's own user on a root that cannot be written, with a tmpfs at each VOLUME and at /tmp."""
    folders = [*stage.all_of("VOLUME"), "/tmp"]  # noqa: S108 - within the tree
    user = stage.all_of("USER")[-1]
    uid = user.partition(":")[0]
    root = shlex.quote(str(tree))
    lines = [f"mount --bind {root} {root}", f"mount -o remount,ro,bind {root}", f"mount -t proc p {root}/proc"]
    lines.append(f"mount --rbind /dev {root}/dev")
    lines += [f"mount -t tmpfs -o mode=0700,uid={uid},gid={uid} t {root}{folder}" for folder in folders]
    words = [f"{name}={value}" for name, value in stage.environment.items()]
    home = stage.all_of("WORKDIR")[-1]
    lines.append(
        "exec " + shlex.join(["chroot", f"--userspec={user}", str(tree), "env", "-i", "-C", home, *words, *command])
    )
    with log.open("wb") as out:
        process = subprocess.Popen(
            ["unshare", "--mount", "sh", "-ec", "\n".join(lines)], stdin=subprocess.DEVNULL, stdout=out, stderr=out
        )
        try:
            yield process
        finally:
            process.terminate()
            process.wait(30)


def words_of(stage: Stage, step: str) -> list[str]:
    """The words of an instruction in its exec form."""
    text = stage.all_of(step)[-1]
    found: list[str] = json.loads(text[text.index("[") :])
    return found


def _run(command: Sequence[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    assert done.returncode == 0, f"{command[-1]}\n{done.stdout[-3000:]}{done.stderr[-3000:]}"
