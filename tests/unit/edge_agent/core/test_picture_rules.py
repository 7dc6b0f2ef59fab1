"""Which sources can be drawn on, and which are asked to be encoded anew."""

import pytest

from edge_agent.core.overlay import OverlayRules
from edge_agent.core.picture_rules import PictureRules, check_rules
from shared.errors import Rejected
from shared.source_url import parse_source

CORNER = ((0.0, 0.0), (0.5, 0.0), (0.0, 0.5))
HIDES = PictureRules(privacy=(CORNER,))
WRITES = PictureRules(overlay=OverlayRules(clock=True))


@pytest.mark.parametrize("rules", [HIDES, WRITES, PictureRules()])
@pytest.mark.parametrize("source", ["scene://yard", "picamera://0"])
def test_what_the_node_encodes_can_be_drawn_on(source: str, rules: PictureRules) -> None:
    check_rules(rules, parse_source(source))


@pytest.mark.parametrize("source", ["rtsp://10.0.0.5/main", "film.mp4"])
def test_what_is_passed_through_is_drawn_on_only_when_it_is_encoded_anew(source: str) -> None:
    check_rules(PictureRules(), parse_source(source))
    for rules, field in ((HIDES, "privacy"), (WRITES, "overlay")):
        with pytest.raises(Rejected, match="transcode = true") as told:
            check_rules(rules, parse_source(source))
        assert told.value.field == field
        check_rules(PictureRules(rules.privacy, rules.overlay, transcode=True), parse_source(source))


@pytest.mark.parametrize("source", ["scene://yard", "picamera://0"])
def test_nothing_is_encoded_twice(source: str) -> None:
    with pytest.raises(Rejected, match="transcode: this source"):
        check_rules(PictureRules(transcode=True), parse_source(source))
