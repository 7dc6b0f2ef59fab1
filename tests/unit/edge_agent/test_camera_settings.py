"""What a node hides stays hidden, whatever the controller wants."""

from pathlib import Path

import pytest

from edge_agent.settings import OwnFile
from shared.errors import Rejected
from tests.unit.edge_agent.test_settings import FIELDS

CORNER = [[0, 0], [0.5, 0], [0.5, 0.5]]


def test_hiding_cannot_be_switched_off_from_afar_and_more_can_be_hidden(tmp_path: Path) -> None:
    camera = {"name": "gate", "source": "rtsp://10.0.0.5/one", "transcode": True, "privacy": [{"polygon": CORNER}]}
    file = OwnFile(FIELDS | {"cameras": [camera]}, tmp_path)
    with pytest.raises(Rejected, match="privacy") as fault:
        file.settings({"cameras": {"gate": {"transcode": False, "privacy": []}}})
    assert fault.value.field == "cameras.gate"
    more = [[0.5, 0.5], [1, 0.5], [1, 1]]
    wanted = {"privacy": [{"polygon": more}], "overlay": {"clock": True}}
    settings = file.settings({"cameras": {"gate": wanted}}).cameras[0]
    assert [list(map(list, area.polygon)) for area in settings.privacy] == [CORNER, more]
    assert settings.overlay.clock
    with pytest.raises(Rejected) as fault:
        file.settings({"cameras": {"gate": {"privacy": [{"polygon": [[0, 0], [2, 0], [1, 1]]}]}}})
    assert fault.value.field.startswith("cameras.gate.privacy[1].polygon")


@pytest.mark.parametrize("source", ["scene://yard", "picamera://0", "v4l2:///dev/video0"])
def test_a_source_without_sound_refuses_it_by_its_field(tmp_path: Path, source: str) -> None:
    camera = {"name": "gate", "source": source, "audio": True}
    with pytest.raises(Rejected, match="only an RTSP camera or a file gives sound") as fault:
        OwnFile(FIELDS | {"cameras": [camera]}, tmp_path).settings({})
    assert fault.value.field == "cameras[0].audio"


def test_sound_is_off_unless_it_is_switched_on(tmp_path: Path) -> None:
    camera = {"name": "gate", "source": "rtsp://10.0.0.5/one"}
    for given, on in (({}, False), ({"audio": True}, True)):
        assert OwnFile(FIELDS | {"cameras": [camera | given]}, tmp_path).settings({}).cameras[0].audio is on
