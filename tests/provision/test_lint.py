"""The playbooks read by ansible-lint's production profile, and by Ansible itself."""

import subprocess

import pytest

from tests.provision.trees import ansible, environment
from tests.repo.tree import ROOT

pytestmark = [pytest.mark.long, pytest.mark.timeout(1800)]


def test_the_playbooks_pass_the_profile_for_production() -> None:
    done = subprocess.run(
        [ansible() / "ansible-lint", "--offline", "-q", "."],
        check=False, cwd=ROOT / "ansible", env=environment(), capture_output=True, text=True, timeout=600,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("book", ["site", "enroll", "upgrade", "backup", "restore"])
def test_ansible_reads_them(book: str) -> None:
    done = subprocess.run(
        [ansible() / "ansible-playbook", "--syntax-check", f"{book}.yml"],
        check=False, cwd=ROOT / "ansible", env=environment(), capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
