"""What `ansible/` takes from elsewhere in this tree is there, and whole."""

import re
import tomllib

import yaml

from tests.repo.tree import ROOT, matching, text_of

ROLES = "ansible/roles/"
OF_BASE = {"chrony/conf.d/cctv.conf", "chrony/sources.d/cctv.sources"}
# Placed by a choice of the inventory, by a line of fstab, or for a card that enrols itself.
OTHERWISE = {
    "fstab",
    "systemd/system/cctv-first-boot.service",
    "systemd/system/cctv-edge.service.d/10-data-partition.conf",
}


def test_the_role_edge_places_every_file_of_a_node() -> None:
    placed = set(yaml.safe_load(text_of(f"{ROLES}edge/vars/main.yml"))["edge_files"])
    of_a_node = {name.removeprefix("firmware_config/etc/") for name in matching("", under="firmware_config/etc/")}
    assert placed == {name for name in of_a_node if not name.endswith(".off")} - OF_BASE - OTHERWISE
    assert of_a_node >= OF_BASE | OTHERWISE


def test_it_knows_the_boards_of_the_table() -> None:
    table = tomllib.loads(text_of("firmware_config/boards.toml"))["boards"]
    ours = yaml.safe_load(text_of(f"{ROLES}edge/vars/main.yml"))["edge_boards"]
    assert {board: [f"config-{one}.txt" for one in names] for board, names in ours.items()} == {
        board: entry["config"] for board, entry in table.items()
    }


def test_every_file_that_a_role_takes_from_this_tree_is_there() -> None:
    taken = re.compile(r"_(?:firmware|source) (?:}}/|~ '/)([\w./-]+)")
    homes = {
        "edge": "firmware_config",
        "base": "firmware_config",
        "proxy": "deploy/nginx",
        "monitoring": "deploy/monitoring",
    }
    found = [
        (ROOT / home / name, name)
        for role, home in homes.items()
        for file in matching(".yml", under=f"{ROLES}{role}/tasks/")
        for name in taken.findall(text_of(file))
    ]
    assert len(found) > 8
    assert [name for path, name in found if not (path.exists() or list(path.parent.glob(f"{path.name}*")))] == []


def test_another_version_goes_controller_first_then_in_rings_and_a_failure_ends_it() -> None:
    plays = yaml.safe_load(text_of("ansible/upgrade.yml"))
    rings = [(play["hosts"], play["serial"]) for play in plays]
    assert rings == [("controller", 1), ("worker:!controller", 1), ("edge", "{{ upgrade_ring | default('10%') }}")]
    assert [play["any_errors_fatal"] for play in plays] == [True] * len(plays)


def test_the_example_holds_no_secret() -> None:
    example = yaml.safe_load(text_of("ansible/inventory/example/group_vars/all/vault.yml.example"))
    assert set(example.values()) == {"change-me"}
    plain = text_of("ansible/inventory/example/group_vars/all/main.yml")
    named = re.findall(r"\w*(?:password|token|key)\w*: (.*)", plain)
    assert named
    assert [value for value in named if "vault_" not in value] == []
