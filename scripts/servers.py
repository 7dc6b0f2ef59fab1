"""The servers that tests start: finds out which are missing and, as root on Debian, installs them."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

# What a test needs -> where its program is -> the Debian and Ubuntu package that has it.
PROGRAMS = {
    "mosquitto": (("mosquitto", "/usr/sbin/mosquitto"), ("mosquitto",)),
    "PostgreSQL": (("/usr/lib/postgresql/*/bin/postgres", "postgres"), ("postgresql",)),
    "Ceph radosgw": (("radosgw",), ("radosgw", "ceph-mon", "ceph-osd", "ceph-common")),
    "glewlwyd": (("glewlwyd",), ("glewlwyd", "dbconfig-no-thanks")),
    "Chromium": (("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"), ("chromium",)),
    "a TPM": (("swtpm",), ("swtpm", "tpm2-tools")),
    "promtool": (("promtool",), ("prometheus",)),
    "nginx": (("nginx", "/usr/sbin/nginx"), ("nginx",)),
    "debootstrap": (("debootstrap",), ("debootstrap", "debian-archive-keyring")),
    "systemd-nspawn": (("systemd-nspawn",), ("systemd-container",)),
    "Poppler": (("pdftotext",), ("poppler-utils",)),
}
# Asked for its database it fails, which the tests make themselves.
ANSWERS = {"glewlwyd": "glewlwyd glewlwyd/config_type select No configuration"}
FONTS = ("/usr/share/fonts/opentype/noto/NotoSansCJK*", "fonts-noto-cjk")


def _present(patterns: tuple[str, ...]) -> bool:
    return any(shutil.which(pattern) or any(Path("/").glob(pattern.lstrip("/"))) for pattern in patterns)


def missing() -> list[str]:
    """The names of what is not here."""
    return [name for name, (patterns, _) in PROGRAMS.items() if not _present(patterns)]


def packages(names: list[str]) -> list[str]:
    """The packages that bring `names`."""
    found = [package for name in names for package in PROGRAMS[name][1]]
    return [*found, FONTS[1]] if "Chromium" in names and not _present(FONTS[:1]) else found


def apt_get(*arguments: str) -> bool:
    """Run apt-get without questions; services are not started where policy-rc.d or RUNLEVEL can say so."""
    done = subprocess.run(
        ["apt-get", "-q", "-o", "Dpkg::Use-Pty=0", *arguments],
        check=False,
        env=dict(os.environ, DEBIAN_FRONTEND="noninteractive", RUNLEVEL="1"),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if done.returncode:
        print(done.stdout[-2000:])
    return done.returncode == 0


def install(names: list[str]) -> None:
    """Install what brings `names`, one after the other: what one system lacks must not cost the rest."""
    apt_get("update")
    for name in names:
        if name in ANSWERS:
            subprocess.run(["debconf-set-selections"], input=ANSWERS[name], text=True, check=True)
        apt_get("install", "-y", "--no-install-recommends", *packages([name]))


def provide() -> list[str]:
    """Install what is missing if that can be done; return what still is, having said how to get it."""
    absent = missing()
    if absent and os.geteuid() == 0 and shutil.which("apt-get"):
        print(f"Installing for the tests: {' '.join(packages(absent))}", flush=True)
        install(absent)
        absent = missing()
    if absent:
        print(
            f"Not here: {', '.join(absent)}. The tests that need them are skipped. To run them as well:\n"
            f"    sudo apt-get install --no-install-recommends {' '.join(packages(absent))}",
            flush=True,
        )
    return absent


if __name__ == "__main__":
    sys.exit(1 if provide() else 0)
