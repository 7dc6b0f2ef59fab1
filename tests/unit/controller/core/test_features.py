"""The table of feature flags."""

from importlib.metadata import version

import pytest

from controller.core.features import FEATURES, feature
from shared.errors import Rejected


def test_each_has_a_name_of_its_own_and_says_what_is_so_when_it_is_off() -> None:
    names = [one.name for one in FEATURES]
    assert names == sorted(set(names))
    for one in FEATURES:
        assert feature(one.name) is one
        assert "; off: " in one.about
        assert tuple(map(int, one.since.split("."))) <= tuple(map(int, version("sht-cctv").split(".")[:3]))


@pytest.mark.parametrize("name", ["", "Listen", "scrub ", "stream"])
def test_an_unknown_one_is_refused_and_named(name: str) -> None:
    with pytest.raises(Rejected) as told:
        feature(name)
    assert told.value.field == "feature"
    assert "listen, scrub" in str(told.value)
