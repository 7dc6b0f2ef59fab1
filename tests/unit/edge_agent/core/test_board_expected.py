"""What the checker expects comes from the very files that the installer lays down: a change there changes the check."""

from edge_agent.adapters.card_files import card_files
from edge_agent.core.board_expected import FSTAB, UNIT, WATCHDOG, expected_of
from edge_agent.core.pi_board import board_of

PI5 = board_of("Raspberry Pi 5 Model B")


def test_the_files_are_what_is_expected() -> None:
    found = expected_of(PI5, card_files())
    assert found is not None
    assert {"ov5647", "imx219", "imx708", "imx500"} == found.camera_overlays
    assert ("dtparam", "pciex1_gen=2") in {(line.key, line.value) for line in found.boot}
    assert all(line.sure for line in found.boot)
    assert found.root_word == "overlayroot=tmpfs:recurse=0"
    assert found.root_word not in found.kernel_words
    assert found.mount_options == {"noatime", "commit=30", "errors=remount-ro", "nosuid", "nodev", "noexec"}
    assert (found.journal_storage, found.watchdog, found.memory_max_bytes) == ("volatile", "15s", 960 << 20)


def test_a_change_of_a_file_is_a_change_of_what_is_expected() -> None:
    files = dict(card_files())
    files[UNIT] = files[UNIT].replace("MemoryMax=960M", "MemoryMax=1G")
    files[WATCHDOG] = files[WATCHDOG].replace("15s", "10s")
    files[FSTAB] = files[FSTAB].replace("commit=30", "commit=5")
    found = expected_of(PI5, files)
    assert found is not None
    assert (found.memory_max_bytes, found.watchdog) == (1 << 30, "10s")
    assert "commit=5" in found.mount_options
