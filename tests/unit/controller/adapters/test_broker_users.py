"""The broker's password and ACL files."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from controller.adapters.broker_users import BrokerUsers, hash_password, may, verify_password
from shared.errors import Rejected
from shared.topics import PREFIX, node_acl


def test_users_are_kept_hashed_and_private(tmp_path: Path) -> None:
    users = BrokerUsers(tmp_path / "broker")
    assert users.read() == {}
    users.set("controller", "one secret")
    users.set("n1", "another secret")
    users.set("n1", "a third secret")
    assert set(users.read()) == {"controller", "n1"}
    assert verify_password("a third secret", users.read()["n1"])
    assert not verify_password("another secret", users.read()["n1"])
    assert "secret" not in users.password_file.read_text()
    assert {file.stat().st_mode & 0o777 for file in (users.password_file, users.acl_file)} == {0o600}
    acl = users.acl_file.read_text()
    assert f"user controller\ntopic readwrite {PREFIX}/#" in acl
    assert acl.count("topic write") == len(node_acl("n1")["write"]) + 1  # the controller's own: discovery
    users.remove("n1")
    assert set(users.read()) == {"controller"}
    assert "n1" not in users.acl_file.read_text()


@pytest.mark.parametrize("name", ["", "a b", "x:y", "../up", "n1\nuser admin", "#", "+"])
def test_a_name_that_could_mean_more_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(Rejected):
        BrokerUsers(tmp_path).set(name, "secret")


@pytest.mark.parametrize("line", ["", "$6$x$y$z", "$7$x$y$z", "$7$101$!!$!!", "plain"])
def test_a_line_that_is_no_hash_of_ours_fits_nothing(line: str) -> None:
    assert not verify_password("", line)
    assert not verify_password("plain", line)


@given(
    st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=50),
    st.text(max_size=50),
    st.binary(min_size=12, max_size=12),
)
@example("", "\0", bytes(12))
def test_only_the_same_password_fits(one: str, other: str, salt: bytes) -> None:
    assert verify_password(other, hash_password(one, salt)) is (one == other)


@pytest.mark.parametrize(
    ("user", "action", "topic", "allowed"),
    [
        ("n1", "write", f"{PREFIX}/node/n1/fact", True),
        ("n1", "write", f"{PREFIX}/node/n1/reply/5", True),
        ("n1", "read", f"{PREFIX}/node/n1/cmd/#", True),
        ("n1", "read", f"{PREFIX}/controller/status", True),
        ("n1", "write", f"{PREFIX}/node/n2/fact", False),
        ("n1", "write", f"{PREFIX}/node/n1/cmd/1", False),
        ("n1", "read", f"{PREFIX}/node/n1/#", False),
        ("n1", "read", f"{PREFIX}/node/+/ack", False),
        ("n1", "read", "#", False),
        ("n1", "read", "+/+/+/n1/ack", False),
        ("n1", "write", f"{PREFIX}/controller/status", False),
        ("controller", "write", f"{PREFIX}/node/n1/ack", True),
        ("controller", "read", f"{PREFIX}/#", True),
        ("controller", "read", "#", False),
        ("controller", "write", "homeassistant/device/cctv-n1/config", True),
        ("reader.hmi", "read", f"{PREFIX}/node/n1/camera/n1.yard/motion", True),
        ("reader.hmi", "read", f"{PREFIX}/site/+/alarm/+", True),
        ("reader.hmi", "read", f"{PREFIX}/site/+/alarm/#", False),
        ("reader.hmi", "read", f"{PREFIX}/node/n1/fact", False),
        ("reader.hmi", "read", f"{PREFIX}/site/yard/output/horn", False),
        ("reader.hmi", "read", "#", False),
        ("reader.hmi", "write", f"{PREFIX}/site/yard/alarm/x", False),
        ("floor.horn", "read", f"{PREFIX}/site/yard/output/horn", True),
        ("floor.horn", "read", f"{PREFIX}/site/yard/alarm/x", False),
        ("home.ha", "write", f"{PREFIX}/site/yard/output/horn/set", True),
        ("home.ha", "write", f"{PREFIX}/site/yard/output/horn", False),
        ("home.ha", "read", "homeassistant/#", True),
        ("other.ha", "read", f"{PREFIX}/site/yard/alarm/x", False),
        ("controller", "write", "$SYS/x", False),
    ],
)
def test_everybody_reaches_only_their_own(user: str, action: str, topic: str, allowed: bool) -> None:
    assert may(user, action, topic) is allowed


def test_two_who_change_it_at_once_lose_nothing_of_each_other(tmp_path: Path) -> None:
    users = BrokerUsers(tmp_path / "broker")
    users.set("stolen", "a secret")
    with ThreadPoolExecutor(8) as several:
        list(several.map(lambda number: users.set(f"n{number}", "a secret"), range(12)))
        list(several.map(lambda step: step(), [users.renew, lambda: users.remove("stolen")] * 4))
    assert set(users.read()) == {f"n{number}" for number in range(12)}
