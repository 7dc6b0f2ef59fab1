"""A node's settings: read once, every fault named by its key."""

import stat
import tomllib
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from controller.core.node_file import NodeCamera, NodeFile, write_node_file
from edge_agent.adapters.camera_wire import NetworkOrder
from edge_agent.camera_settings import MotionSettings, TamperSettings
from edge_agent.core.motion import MotionRules, MotionZone
from edge_agent.core.overlay import OverlayRules
from edge_agent.core.recorder import EventRules
from edge_agent.core.tamper import TamperRules
from edge_agent.settings import OwnFile, load_settings, parse_settings
from shared.errors import Rejected
from shared.ids import NodeId, SiteId

FIELDS: dict[str, Any] = {
    "node": "n1",
    "site": "site",
    "data_dir": "data",
    "controller_url": "http://127.0.0.1:8080",
    "broker": {"host": "127.0.0.1", "port": 1884, "password": "secret-word"},
    "key_pem": "key",
    "cameras": [{"name": "gate", "source": "scene://yard"}],
}


def changed(path: str, value: Any) -> dict[str, Any]:
    """The fields with one of them set; "cameras.name" is that of the first camera."""
    fields = {**FIELDS, "broker": dict(FIELDS["broker"]), "cameras": [dict(FIELDS["cameras"][0])]}
    head, _, rest = path.partition(".")
    if not rest:
        fields[head] = value
    elif head == "cameras":
        fields["cameras"][0][rest] = value
    else:
        fields.setdefault(head, {})[rest] = value
    return fields


def test_paths_are_relative_to_the_file_and_values_have_defaults() -> None:
    settings = parse_settings(changed("ca_file", "ca.pem"), Path("/etc/node"))
    assert settings.data_dir == Path("/etc/node/data")
    assert settings.ca_file == Path("/etc/node/ca.pem")
    assert (settings.clip.pre_s, settings.clip.post_s) == (5.0, 5.0)
    assert settings.camera(settings.cameras[0]) == "n1.gate"
    assert settings.broker_password() == "secret-word"
    assert "secret-word" not in repr(settings)


@pytest.mark.parametrize(
    ("path", "value", "field"),
    [
        ("colour", "red", "colour"),
        ("detector", {"kind": "litert"}, "detector"),
        ("detector", {"kind": "coral", "model": "m"}, "detector.kind"),
        ("detector", {"kind": "none", "rate": 30}, "detector.rate"),
        ("cameras.colour", "red", "cameras[0].colour"),
        ("broker.colour", "red", "broker.colour"),
        ("node", "../etc", "node"),
        ("cameras.name", "a.b", "cameras[0].name"),
        ("cameras.source", "x\ny", "cameras[0].source"),
        ("cameras.source", "http://10.0.0.5/film.mp4", "cameras[0].source"),
        ("cameras.source", "scene://moon", "cameras[0].source"),
        ("cameras.sub_source", "x\ny", "cameras[0].sub_source"),
        ("cameras.sub_source", "rtsp://10.0.0.5/sub", "cameras[0].sub_source"),  # beside a rendered scene
        ("cameras", [{"name": "a", "source": "a.mp4", "sub_source": "b.mp4"}], "cameras[0].sub_source"),
        ("cameras", [{"name": "a", "source": "rtsp://h/1", "sub_source": "b.mp4"}], "cameras[0].sub_source"),
        ("controller_url", "file:///etc/passwd", "controller_url"),
        ("controller_url", "http://user:word@host", "controller_url"),
        ("broker.port", 0, "broker.port"),
        ("broker.password_file", "both", "broker"),
        ("cameras", [], "cameras"),
        ("cameras", [FIELDS["cameras"][0]] * 2, "configuration"),
        ("cameras.motion", {"masks": [[[0, 0], [1, 1]]]}, "cameras[0].motion.masks[0]"),
        (
            "cameras.motion",
            {"zones": [{"polygon": [[0, 0], [1, 1]], "sensitivity": 1}]},
            "cameras[0].motion.zones[0].polygon",
        ),
        (
            "cameras.motion",
            {"zones": [{"polygon": [[0, 0], [1, 1], [0, 1]]}]},
            "cameras[0].motion.zones[0].sensitivity",
        ),
        ("cameras.motion", {"least_share": 1.1}, "cameras[0].motion.least_share"),
        ("cameras.motion", {"least_blocks": -1}, "cameras[0].motion.least_blocks"),
        ("cameras.tamper", {"kinds": ["stolen"]}, "cameras[0].tamper.kinds[0]"),
        ("cameras.tamper", {"raise_s": 0}, "cameras[0].tamper.raise_s"),
        ("cameras.motion", {"sensitivity": 2}, "cameras[0].motion.sensitivity"),
        ("cameras.upload", "sometimes", "cameras[0].upload"),
        ("clip.post_s", 0, "clip.post_s"),
        ("key_file", "key.pem", "configuration"),
        ("broker.tls", True, "configuration"),
    ],
)
def test_a_fault_names_its_key(path: str, value: Any, field: str) -> None:
    with pytest.raises(Rejected) as caught:
        parse_settings(changed(path, value), Path("/etc/node"))
    assert caught.value.field == field


def test_motion_and_tamper_settings_reach_their_rules() -> None:
    corners = [[0, 0], [1, 0], [1, 0.5]]
    motion = {"zones": [{"polygon": corners, "sensitivity": 0.9}], "least_share": 0.01, "least_blocks": 7}
    tamper = {"kinds": ["black"], "sensitivity": 0.2, "raise_s": 4, "frozen_raise_s": 60, "clear_s": 3}
    camera = {"name": "gate", "source": "scene://yard", "motion": motion, "tamper": tamper}
    (found,) = parse_settings(changed("cameras", [camera]), Path("/etc/node")).cameras
    assert found.motion.rules == MotionRules(
        zones=(MotionZone(((0.0, 0.0), (1.0, 0.0), (1.0, 0.5)), 0.9),), least_share=0.01, least_blocks=7
    )
    assert found.tamper.rules == TamperRules(frozenset({"black"}), 0.2, 4_000, 60_000, 3_000)


def test_what_is_not_set_is_as_the_rules_have_it() -> None:
    assert MotionSettings().rules == MotionRules()
    assert TamperSettings().rules == TamperRules()
    clip, rules = parse_settings(FIELDS, Path("/etc/node")).clip, EventRules()
    assert (clip.pre_s * 1000, clip.post_s * 1000) == (rules.pre_roll_ms, rules.post_roll_ms)


def test_the_detectors_settings_reach_its_rules_and_its_files_lie_beside() -> None:
    assert parse_settings(FIELDS, Path("/etc/node")).detector.kind == "none"
    chosen = {"kind": "litert", "model": "m.tflite", "labels": "l.txt", "classes": ["person"], "still_s": 60}
    detector = parse_settings({**FIELDS, "detector": chosen}, Path("/etc/node")).detector
    assert (detector.model, detector.labels) == (Path("/etc/node/m.tflite"), Path("/etc/node/l.txt"))
    mask = ((0.0, 0.0), (1.0, 0.0), (1.0, 0.5))
    rules = detector.rules((mask,))
    assert (rules.raising, rules.holding, rules.still_ms, rules.masks) == (("person",), ("person",), 60_000, (mask,))


def test_a_sensors_network_is_its_cameras_own() -> None:
    cameras = [{"name": "gate", "source": "picamera://0"}, {"name": "yard", "source": "rtsp://10.0.0.5/1"}]
    chosen = {"kind": "imx500", "model": "net.rpk", "rate": 1}
    settings = parse_settings({**FIELDS, "cameras": cameras[:1], "detector": chosen}, Path("/etc/node"))
    assert settings.detector.order() is None
    assert settings.detector.network() == NetworkOrder(Path("/etc/node/net.rpk"), None, 0.5, 1.0)
    litert = parse_settings({**FIELDS, "detector": {"kind": "litert", "model": "m.tflite"}}, Path("/etc/node"))
    assert litert.detector.network() is None
    told = "detector.kind: imx500 sees only what its own sensor takes, and camera yard is rtsp, not picamera"
    with pytest.raises(Rejected, match=told):
        parse_settings({**FIELDS, "cameras": cameras, "detector": chosen}, Path("/etc/node"))
    with pytest.raises(Rejected, match=r'detector: kind = "imx500" needs as model .* a \.rpk file: not m\.tflite'):
        parse_settings({**FIELDS, "cameras": cameras[:1], "detector": {**chosen, "model": "m.tflite"}}, Path())
    with pytest.raises(Rejected, match='detector: kind = "imx500" needs model, a file'):
        parse_settings({**FIELDS, "cameras": cameras[:1], "detector": {"kind": "imx500"}}, Path())


def test_a_sub_stream_is_named_beside_its_camera_and_no_password_is_shown() -> None:
    urls = {"source": "rtsp://user:w0rd@h/1", "sub_source": "rtsp://user:w0rd@h/2"}
    settings = parse_settings(changed("cameras", [{"name": "gate", **urls}]), Path("/etc/node"))
    assert settings.cameras[0].sub_source == "rtsp://user:w0rd@h/2"
    assert "w0rd" not in repr(settings)


def test_windows_are_in_the_sites_own_time() -> None:
    fields = changed("cameras.record", "schedule")
    fields["cameras"][0] |= {
        "record_windows": ["mon-fri 08:00-18:00"],
        "upload": "schedule",
        "upload_windows": ["sat 00:00-24:00"],
    }
    fields["time_zone"] = "Asia/Seoul"
    settings = parse_settings(fields, Path())
    record, upload = settings.record_plan(settings.cameras[0]), settings.upload_plan(settings.cameras[0])
    friday = datetime(2026, 11, 20, 8, 30, tzinfo=ZoneInfo("Asia/Seoul"))
    friday_ms = round(friday.timestamp() * 1000)
    assert record.wants(friday_ms, moving=False)
    assert not record.wants(friday_ms + 10 * 3_600_000, moving=True)
    assert not upload.everything(friday_ms)
    assert upload.everything(friday_ms + 86_400_000)


def test_transfers_have_windows_of_their_own() -> None:
    upload = {"windows": ["daily 20:00-06:00"], "always": ["gated"], "rate_bytes_s": 125_000}
    fields = {**FIELDS, "upload": upload, "time_zone": "Asia/Seoul"}
    settings = parse_settings(fields, Path())
    noon_ms = round(datetime(2026, 11, 20, 12, tzinfo=ZoneInfo("Asia/Seoul")).timestamp() * 1000)
    plan = settings.transfer_plan()
    assert (plan.lets("promoted", noon_ms), plan.lets("gated", noon_ms)) == (True, True)
    assert (plan.lets("motion", noon_ms), plan.lets("motion", noon_ms + 10 * 3_600_000)) == (False, True)
    with pytest.raises(Rejected, match=r"upload\.windows need time_zone"):
        parse_settings({**FIELDS, "upload": upload}, Path())
    with pytest.raises(Rejected, match=r"upload\.windows\[0\]"):
        parse_settings({**fields, "upload": {"windows": ["at night"]}}, Path())


@pytest.mark.parametrize(
    ("fields", "field", "word"),
    [
        ({"record": "schedule"}, "cameras[0]", "record_windows belong together"),
        ({"upload_windows": ["mon 08:00-09:00"]}, "cameras[0]", "upload_windows belong together"),
        ({"record": "schedule", "record_windows": ["8 to 9"]}, "cameras[0].record_windows[0]", "'8 to 9' is not like"),
        ({"record": "sometimes"}, "cameras[0].record", "'continuous'"),
        ({"record": "schedule", "record_windows": ["mon 08:00-09:00"]}, "configuration", "time_zone"),
    ],
)
def test_a_schedule_that_is_none_is_refused_by_name(fields: dict[str, Any], field: str, word: str) -> None:
    camera = {**FIELDS["cameras"][0], **fields}
    with pytest.raises(Rejected) as refused:
        parse_settings({**FIELDS, "cameras": [camera]}, Path())
    assert refused.value.field == field
    assert word in refused.value.fault


@pytest.mark.parametrize("name", ["Asia/Atlantis", "../../etc/passwd", "", "/etc/localtime"])
def test_a_time_zone_that_nobody_knows_is_refused(name: str) -> None:
    with pytest.raises(Rejected, match="time_zone"):
        parse_settings({**FIELDS, "time_zone": name}, Path())


def test_a_missing_key_is_named() -> None:
    fields = changed("node", "n1")
    del fields["site"]
    with pytest.raises(Rejected) as caught:
        parse_settings(fields, Path("/etc/node"))
    assert (caught.value.field, caught.value.fault) == ("site", "is missing")


def node_file(camera: str, source: str, sub_source: str | None = None) -> str:
    return write_node_file(
        NodeFile(
            site=SiteId("site"),
            node=NodeId("n1"),
            controller_url="https://controller:8443",
            broker_host="controller",
            broker_port=8883,
            broker_password='pass"word\\',
            key_pem="-----BEGIN PRIVATE KEY-----\nabc\n",
            ca_pem="-----BEGIN CERTIFICATE-----\nabc\n",
            cameras=(NodeCamera(camera, source, sub_source),),
            data_dir="n1-data",
        )
    )


def test_the_file_that_the_controller_writes_is_read(tmp_path: Path) -> None:
    file = tmp_path / "n1.toml"
    file.write_text(node_file("gate", "rtsp://user:word@camera/1"), encoding="utf-8")
    file.chmod(0o600)
    settings = load_settings(file)
    assert settings.broker.tls
    assert settings.broker_password() == 'pass"word\\'
    assert settings.private_key_pem().startswith("-----BEGIN PRIVATE KEY-----\n")
    assert settings.cameras[0].source == "rtsp://user:word@camera/1"


@pytest.mark.parametrize("sub_source", [None, "rtsp://user:word@camera/2"])
def test_the_sub_stream_that_the_controller_writes_is_read(tmp_path: Path, sub_source: str | None) -> None:
    text = node_file("gate", "rtsp://user:word@camera/1", sub_source)
    assert parse_settings(tomllib.loads(text), tmp_path).cameras[0].sub_source == sub_source
    assert "word" not in repr(NodeCamera("gate", "rtsp://user:word@camera/1", sub_source))


def film_of(folder: Path, source: str, *places: str) -> str:
    fields = changed("cameras.source", source) | {"film_folders": list(places)}
    return parse_settings(fields, folder).cameras[0].source


def test_a_film_lies_beside_the_file_or_in_a_folder_that_is_named(tmp_path: Path) -> None:
    folder, films = tmp_path / "node", tmp_path / "films"
    for place in (folder / "clips", films):
        place.mkdir(parents=True)
    assert film_of(folder, "clips/a.mp4") == str(folder / "clips" / "a.mp4")
    assert film_of(folder, str(folder / "a.mp4")) == str(folder / "a.mp4")
    assert film_of(folder, str(films / "a.mp4"), str(films)) == str(films / "a.mp4")
    assert film_of(folder, "../films/a.mp4", "../films") == str(films / "a.mp4")
    (folder / "link.mp4").symlink_to(films / "a.mp4")
    (folder / "out").symlink_to(films)
    (tmp_path / "nodes").mkdir()
    outside = ("/etc/passwd", "../films/a.mp4", "clips/../../films/a.mp4", "link.mp4", "out/a.mp4", "../nodes/a.mp4")
    for source in outside:
        with pytest.raises(Rejected, match="film_folders") as caught:
            film_of(folder, source)
        assert caught.value.field == "cameras[0].source"
    assert film_of(folder, "link.mp4", "../films") == str(films / "a.mp4")


def test_a_file_with_secrets_that_everybody_may_read_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "n1.toml"
    file.write_text(node_file("gate", "scene://yard"), encoding="utf-8")
    file.chmod(0o644)
    with pytest.raises(Rejected, match="chmod 600"):
        load_settings(file)


def test_a_secret_in_a_file_is_read_and_its_mode_checked(tmp_path: Path) -> None:
    fields = changed("broker", {"host": "h", "password_file": "word"})
    settings = parse_settings(fields, tmp_path)
    with pytest.raises(Rejected, match="No such file"):
        settings.broker_password()
    word = tmp_path / "word"
    word.write_text("secret\n", encoding="utf-8")
    word.chmod(0o600)
    assert settings.broker_password() == "secret"
    word.chmod(stat.S_IMODE(word.stat().st_mode) | stat.S_IROTH)
    with pytest.raises(Rejected, match="open to everybody"):
        settings.broker_password()


@examples(deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_settings_or_rejected(tmp_path_factory: pytest.TempPathFactory, text: bytes) -> None:
    file = tmp_path_factory.mktemp("any") / "n1.toml"
    file.write_bytes(text)
    with pytest.raises(Rejected):
        load_settings(file)


def test_a_missing_file_is_rejected(tmp_path: Path) -> None:
    with pytest.raises(Rejected, match="No such file"):
        load_settings(tmp_path / "none.toml")


AREA = {"polygon": [[0, 0], [1, 0], [0, 1]]}


def test_what_is_drawn_on_pictures() -> None:
    camera = {
        "name": "gate",
        "source": "scene://yard",
        "overlay": {"clock": True, "text": "정문", "position": "top-right"},
        "privacy": [AREA],
    }
    settings = parse_settings(FIELDS | {"cameras": [camera], "time_zone": "Asia/Seoul"}, Path())
    rules = settings.picture_rules(settings.cameras[0])
    assert rules.privacy == (((0.0, 0.0), (1.0, 0.0), (0.0, 1.0)),)
    assert rules.overlay == OverlayRules(clock=True, text="정문", corner="top-right", time_zone="Asia/Seoul")
    plain = parse_settings(FIELDS, Path())
    assert not plain.picture_rules(plain.cameras[0]).draws


@pytest.mark.parametrize(
    ("camera", "fault"),
    [
        ({"source": "rtsp://h/1", "privacy": [AREA]}, "privacy: .*transcode = true"),
        ({"source": "rtsp://h/1", "overlay": {"clock": True}}, "overlay: .*transcode = true"),
        ({"source": "film.mp4", "overlay": {"text": "Gate"}}, "overlay: .*transcode = true"),
        ({"source": "scene://yard", "transcode": True}, "transcode: "),
        ({"source": "scene://yard", "overlay": {"text": "門"}}, "cannot draw '門'"),
        ({"source": "scene://yard", "overlay": {"position": "middle"}}, "overlay.position"),
        ({"source": "scene://yard", "privacy": [{"polygon": [[0, 0], [1, 1]]}]}, "privacy.*polygon"),
    ],
)
def test_what_cannot_be_drawn_is_refused_by_name(camera: dict[str, object], fault: str) -> None:
    with pytest.raises(Rejected, match=fault):
        parse_settings(FIELDS | {"cameras": [{"name": "gate", **camera}]}, Path())
    if str(camera["source"]).startswith(("rtsp", "film")):
        parse_settings(FIELDS | {"cameras": [{"name": "gate", "transcode": True, **camera}]}, Path())


def test_what_the_controller_wants_is_checked_like_the_file_and_named_by_camera(tmp_path: Path) -> None:
    file = OwnFile(FIELDS, tmp_path)
    wanted = {"clip": {"pre_s": 2}, "cameras": {"gate": {"record": "motion", "motion": {"sensitivity": 0.9}}}}
    settings = file.settings(wanted)
    assert (settings.clip.pre_s, settings.cameras[0].record, settings.cameras[0].motion.sensitivity) == (
        2,
        "motion",
        0.9,
    )
    assert file.settings() == file.settings({}) == parse_settings(FIELDS, tmp_path)
    for bad, field in (
        ({"cameras": {"gate": {"motion": {"sensitivity": 2}}}}, "cameras.gate.motion.sensitivity"),
        ({"cameras": {"gate": {"motion": {"colour": 2}}}}, "cameras.gate.motion.colour"),
        ({"cameras": {"gate": {"record": "schedule"}}}, "cameras.gate"),
        ({"upload": {"rate_bytes_s": -1}}, "upload.rate_bytes_s"),
    ):
        with pytest.raises(Rejected) as fault:
            file.settings(bad)
        assert fault.value.field == field


def test_every_secret_of_the_settings_is_known(tmp_path: Path) -> None:
    camera = {
        "name": "gate",
        "source": "rtsp://kim:sword%20fish@10.0.0.5/one",
        "sub_source": "rtsp://10.0.0.5/two?passwd=tuna&channel=1",
    }
    fields = changed("server", {"listen": "127.0.0.1:1", "token": "t" * 32}) | {"cameras": [camera]}
    secrets = parse_settings(fields, tmp_path).secrets()
    assert {"key", "secret-word", "t" * 32, "sword%20fish", "sword fish", "tuna", "kim"} == set(secrets)
