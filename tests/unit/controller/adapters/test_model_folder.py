"""Which licence a model is under, and which has to be accepted by name."""

from pathlib import Path

import pytest

from controller.adapters.model_card import ModelCard, write_card
from controller.adapters.model_file import find_model
from controller.adapters.model_folder import ModelFolder, licence_of
from shared.errors import Rejected

ULTRALYTICS = {"author": "Ultralytics", "license": "AGPL-3.0 License (https://ultralytics.com/license)"}


@pytest.mark.parametrize(
    ("given", "metadata", "accepted", "licence"),
    [
        ("MIT", {}, None, "MIT"),
        ("", {"license": "Apache-2.0"}, None, "Apache-2.0"),
        ("MIT", {"license": "Apache-2.0"}, None, "MIT"),
        ("", ULTRALYTICS, "AGPL-3.0", "AGPL-3.0"),
        ("GPL-3.0", {}, "GPL-3.0", "GPL-3.0"),
    ],
)
def test_a_licence_that_is_known_is_kept(
    given: str, metadata: dict[str, str], accepted: str | None, licence: str
) -> None:
    assert licence_of(given, metadata, accepted) == licence


@pytest.mark.parametrize(
    ("given", "metadata", "accepted", "told"),
    [
        ("", {}, None, "is not known"),
        ("<b>", {}, None, "is not a licence's short name"),
        ("", ULTRALYTICS, None, "--accept-licence AGPL-3.0"),
        ("MIT", ULTRALYTICS, None, "--accept-licence AGPL-3.0"),
        ("", {"author": "Ultralytics"}, "GPL-3.0", "--accept-licence AGPL-3.0"),
        ("CC-BY-NC-4.0", {}, None, "--accept-licence CC-BY-NC-4.0"),
    ],
)
def test_one_that_binds_is_refused_until_it_is_accepted(
    given: str, metadata: dict[str, str], accepted: str | None, told: str
) -> None:
    with pytest.raises(Rejected, match="licence") as caught:
        licence_of(given, metadata, accepted)
    assert told in str(caught.value)


def test_the_shipped_model_keeps_its_own_card_until_the_site_says_otherwise(tmp_path: Path) -> None:
    folder = ModelFolder(tmp_path)
    assert dict(folder.find("yard").card.overlap)["vehicle"] < 0.6
    assert folder.find("yard").card == find_model("yard", [tmp_path]).card
    own = ModelCard(overlap=folder.find("yard").card.overlap, class_map=(("vehicle", "truck"),))
    write_card(tmp_path, "yard", own)
    assert folder.find("yard").card == find_model("yard", [tmp_path]).card == own
