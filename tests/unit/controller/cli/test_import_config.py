"""What `cctv import` writes is read by our own readers; what a stranger wrote does no harm and is never quoted."""

import io
import json
import tarfile
import tomllib
from pathlib import Path

import pytest
import yaml
from pydantic import TypeAdapter
from typer.testing import CliRunner

from controller.cli import app
from controller.core.rulebook import parse_rulebook
from controller.settings import Retention
from edge_agent.camera_settings import CameraSettings

SECRETS = ("secret1", "secret2", "secret3", "secret4")
FRIGATE = """
mqtt: {host: 10.0.0.2, user: u, password: secret1}
go2rtc:
  streams:
    back: ["rtsp://admin:secret2@10.0.0.9:554/main"]
    back_sub: "ffmpeg:rtsp://admin:secret2@10.0.0.9:554/sub#video=copy"
record: {enabled: true, retain: {days: 3, mode: motion}, events: {retain: {default: 14}}}
objects: {track: [person, car, dog]}
cameras:
  Front_Door:
    ffmpeg:
      inputs:
        - {path: "rtsp://{FRIGATE_USER}:{FRIGATE_PASSWORD}@10.0.0.8:554/h264", roles: [record]}
        - {path: "rtsp://viewer:secret3@10.0.0.8:554/sub", roles: [detect]}
    detect: {width: 640, height: 480}
    motion: {mask: ["0,0,640,0,640,96,0,96"], threshold: 30}
    zones:
      yard: {coordinates: "0,461,3,0,640,0,700,480", objects: [person], loitering_time: 10}
      road: {coordinates: "0.1,0.2,0.9,0.2,0.9,0.9", objects: [car, dog]}
      bird: {coordinates: "0.1,0.2,0.9,0.2,0.9,0.9", objects: [bird]}
      line: {coordinates: [0.1, 0.2, 0.9]}
    onvif: {host: 10.0.0.8, password: secret4}
  back:
    ffmpeg:
      inputs:
        - {path: "rtsp://127.0.0.1:8554/back", roles: [record]}
        - {path: "rtsp://127.0.0.1:8554/back_sub", roles: [detect]}
  web: {ffmpeg: {inputs: [{path: "http://u:secret4@10.0.0.3/x.mjpg", roles: [detect]}]}}
  old: {enabled: false}
"""
MOTIONEYE = """# @name Front Gate
# @enabled on
# @id 1
# @preserve_movies 30
netcam_url rtsp://10.0.0.7:554/sub
netcam_high_url rtsp://10.0.0.7:554/main
netcam_userpass admin:secret1/@
width 640
height 480
threshold 1536
movie_output on
text_left CAM
on_event_start curl http://x/?secret2
mask_file /etc/motioneye/mask_1.pgm
"""
run = CliRunner()


def imported(kind: str, text: str, folder: Path, *more: str) -> dict[str, object]:
    name = "config.yml" if kind == "frigate" else "camera-1.conf"
    (folder / name).write_text(text)
    done = run.invoke(app, ["import", kind, str(folder / name), "--json", *more])
    assert done.exit_code == 0, done.output
    found: dict[str, object] = json.loads(done.stdout)
    return found


def cameras(folder: Path) -> list[CameraSettings]:
    tables = tomllib.loads((folder / "cameras.toml").read_text("utf-8"))["cameras"]
    return TypeAdapter(list[CameraSettings]).validate_python(tables)


def test_what_is_taken_of_frigate_is_read_by_node_and_controller(tmp_path: Path) -> None:
    out = tmp_path / "out"
    told = imported("frigate", FRIGATE, tmp_path, "--write", str(out), "--node", "gate")
    assert told["cameras"] == ["front-door", "back"]
    front, back = cameras(out)
    assert front.sub_source == "rtsp://viewer:secret3@10.0.0.8:554/sub"
    assert [list(mask) for mask in front.motion.masks] == [[(0, 0), (1, 0), (1, 0.2), (0, 0.2)]]
    assert back.source == "rtsp://admin:secret2@10.0.0.9:554/main"
    assert back.sub_source == "rtsp://admin:secret2@10.0.0.9:554/sub"
    assert front.upload == back.upload == "events"  # what moved alone was kept there
    ids = iter("abcdef")
    yard, road = parse_rulebook(json.loads((out / "rules.json").read_text("utf-8")), lambda: next(ids)).settled()
    assert (yard.kind, yard.camera, yard.dwell_s, yard.enabled) == ("loitering", "gate.front-door", 10, False)
    assert yard.zone is not None
    assert list(yard.zone[-1]) == [1, 1]
    assert road.classes == ("vehicle",)
    assert Retention(**tomllib.loads((out / "cctv-retention.toml").read_text("utf-8"))["retention"]).days == 14
    assert {file.stat().st_mode & 0o077 for file in out.iterdir()} == {0}


def test_who_kept_everything_goes_on_to(tmp_path: Path) -> None:
    imported("frigate", FRIGATE.replace(", mode: motion", ""), tmp_path, "--write", str(tmp_path / "out"))
    assert {camera.upload for camera in cameras(tmp_path / "out")} == {"continuous"}


def test_every_part_of_frigate_is_told_and_no_password(tmp_path: Path) -> None:
    told = imported("frigate", FRIGATE, tmp_path)
    fates = {note["where"]: note["fate"] for note in told["notes"]}  # type: ignore[attr-defined]
    assert fates["mqtt"] == fates["cameras.web"] == fates["cameras.old"] == "left out"
    assert fates["cameras.Front_Door.zones.bird"] == fates["cameras.Front_Door.zones.line"] == "left out"
    assert fates["cameras.Front_Door.onvif"] == "left out"
    assert fates["cameras.Front_Door.ffmpeg.inputs[0]"] == "changed"
    assert told["written"] == []
    for as_json in ([], ["--json"]):
        said = run.invoke(app, ["import", "frigate", str(tmp_path / "config.yml"), *as_json]).output
        assert [secret for secret in SECRETS if secret in said] == []


def test_what_is_taken_of_motioneye_is_read_by_a_node(tmp_path: Path) -> None:
    out = tmp_path / "out"
    told = imported("motioneye", MOTIONEYE, tmp_path, "--write", str(out))
    (front,) = cameras(out)
    assert front.name == "front-gate"
    assert front.source == "rtsp://admin:secret1%2F%40@10.0.0.7:554/main"
    assert front.sub_source == "rtsp://admin:secret1%2F%40@10.0.0.7:554/sub"
    assert front.motion.least_share == pytest.approx(0.005)
    assert told["keep_days"] == 30
    assert [secret for secret in SECRETS if secret in json.dumps(told["notes"])] == []
    where = {note["where"] for note in told["notes"]}  # type: ignore[attr-defined]
    assert {"camera-1.conf mask_file", "camera-1.conf on_event_start", "camera-1.conf text_left"} <= where


def backup(path: Path, files: dict[str, bytes]) -> Path:
    with tarfile.open(path, "w:gz") as archive:
        for name, data in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    return path


def test_a_backup_of_motioneye_is_read_without_being_unpacked(tmp_path: Path) -> None:
    files = {
        "motioneye/camera-1.conf": MOTIONEYE.encode(),
        "../../camera-2.conf": b"# @enabled off\n",
        "x/motion.conf": b"",
    }
    done = run.invoke(app, ["import", "motioneye", str(backup(tmp_path / "b.tar.gz", files))])
    assert done.exit_code == 0
    assert "1 cameras" in done.output
    assert sorted(one.name for one in tmp_path.iterdir()) == ["b.tar.gz"]


def test_links_of_a_backup_are_not_followed(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "b.tar.gz", "w:gz") as archive:
        link = tarfile.TarInfo("camera-1.conf")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
    done = run.invoke(app, ["import", "motioneye", str(tmp_path / "b.tar.gz")])
    assert done.exit_code == 2
    assert "no camera-1.conf" in done.output


def test_a_backup_packed_beyond_belief_ends_early(tmp_path: Path) -> None:
    bomb = backup(tmp_path / "b.tar.gz", {"movie.mp4": bytes(9_000_000), "camera-1.conf": MOTIONEYE.encode()})
    done = run.invoke(app, ["import", "motioneye", str(bomb)])
    assert done.exit_code == 2
    assert "more than a configuration" in done.output


@pytest.mark.parametrize(
    "text",
    [
        "cameras: {a: !!python/object/apply:os.system ['touch pwned']}",
        "cameras: {a: !secret secret1}",
        "cameras: {a: {password: secret1, b: [}",
        "[" * 5000,
        "cameras: []",
        "secret1",
        "",
        "a: &a [x]\nb: [" + ", ".join(["*a"] * 300) + "]",
    ],
)
def test_what_is_no_configuration_is_refused_without_a_quotation(text: str, tmp_path: Path) -> None:
    (tmp_path / "config.yml").write_text(text)
    done = run.invoke(app, ["import", "frigate", str(tmp_path / "config.yml")])
    assert done.exit_code == 2
    assert "secret1" not in done.output
    assert len(done.output) < 400


def test_aliases_that_grow_without_end_are_not_followed(tmp_path: Path) -> None:
    laughs = ["a0: &a0 [ha, ha, ha, ha, ha, ha, ha, ha, ha]"]
    laughs += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    zones = "zones: {z: {coordinates: *a11, objects: *a11}}, motion: {mask: *a11}, detect: {width: *a11}"
    inputs = (
        "ffmpeg: {inputs: [{path: 'rtsp://10.0.0.1/x', roles: *a11}, {path: 'rtsp://10.0.0.1/x', roles: [record]}]}"
    )
    (tmp_path / "config.yml").write_text("\n".join([*laughs, f"cameras: {{a: {{{inputs}, {zones}}}}}"]))
    done = run.invoke(app, ["import", "frigate", str(tmp_path / "config.yml")])
    assert done.exit_code == 0
    assert len(done.output) < 5000


@pytest.mark.parametrize("size", ["1e999", "-5", "0", "nan", ".inf", "[1]", "x", "99999999999999999999999"])
def test_huge_and_broken_numbers_break_nothing(size: str, tmp_path: Path) -> None:
    document = yaml.safe_load(FRIGATE)
    document["cameras"]["Front_Door"]["detect"] = {"width": yaml.safe_load(size), "height": yaml.safe_load(size)}
    document["record"]["retain"]["days"] = yaml.safe_load(size)
    (tmp_path / "config.yml").write_text(yaml.safe_dump(document))
    done = run.invoke(app, ["import", "frigate", str(tmp_path / "config.yml"), "--write", str(tmp_path / "out")])
    assert done.exit_code == 0, done.output
    assert len(cameras(tmp_path / "out")) == 2


def test_files_that_are_there_stay_unless_told(tmp_path: Path) -> None:
    imported("motioneye", MOTIONEYE, tmp_path, "--write", str(tmp_path / "out"))
    (tmp_path / "out" / "cameras.toml").write_text("mine")
    again = ["import", "motioneye", str(tmp_path / "camera-1.conf"), "--write", str(tmp_path / "out")]
    refused = run.invoke(app, again)
    assert refused.exit_code == 2
    assert "--replace" in refused.output
    assert (tmp_path / "out" / "cameras.toml").read_text() == "mine"
    assert run.invoke(app, [*again, "--replace"]).exit_code == 0
    assert len(cameras(tmp_path / "out")) == 1


def test_no_camera_at_all_is_told_by_the_exit_code(tmp_path: Path) -> None:
    (tmp_path / "config.yml").write_text("cameras: {a: {ffmpeg: {inputs: [{path: 'http://10.0.0.3/x'}]}}}")
    done = run.invoke(app, ["import", "frigate", str(tmp_path / "config.yml"), "--write", str(tmp_path / "out")])
    assert done.exit_code == 1
    assert not (tmp_path / "out").exists()


def test_what_was_dropped_in_silence_is_told(tmp_path: Path) -> None:
    (file := tmp_path / "config.yml").write_text("""
record: {enabled: true, retain: {days: -5}}
cameras:
  yard:
    ffmpeg:
      hwaccel_args: preset-vaapi
      inputs:
        - {path: "rtsp://10.0.0.8/a", roles: [record, audio], input_args: preset-rtsp}
        - {path: "{FRIGATE_SUB}", roles: [detect]}
""")
    done = CliRunner().invoke(app, ["import", "frigate", str(file), "--json"])
    told = {note["where"]: (note["fate"], note["why"]) for note in json.loads(done.stdout)["notes"]}
    for where, why in (
        ("record.retain.days", "is no number of days"),
        ("cameras.yard.ffmpeg.hwaccel_args", "no arguments are needed"),
        ("cameras.yard.ffmpeg.inputs[0].input_args", "no arguments are needed"),
        ("cameras.yard.ffmpeg.inputs[0].roles", "audio: sound is never recorded"),
        ("cameras.yard.ffmpeg.inputs[1]", "its whole address is {FRIGATE_SUB}"),
    ):
        assert told[where][0] == "left out"
        assert why in told[where][1]
    (conf := tmp_path / "camera-1.conf").write_text("netcam_url rtsp://10.0.0.8/a\nthreshold abc\nwidth x\n")
    notes = json.loads(CliRunner().invoke(app, ["import", "motioneye", str(conf), "--json"]).stdout)["notes"]
    assert [note["fate"] for note in notes if note["where"] == "camera-1.conf threshold"] == ["left out"]


def test_another_kind_of_file_is_named_with_what_is_read(tmp_path: Path) -> None:
    folder = CliRunner().invoke(app, ["import", "frigate", str(tmp_path)])
    assert (folder.exit_code, f"{tmp_path.name} is a folder: give its config.yml" in folder.stderr) == (2, True)
    (other := tmp_path / "x.yml").write_text("cameras: {}\n")
    refused = CliRunner().invoke(app, ["import", "motioneye", str(other)])
    assert (refused.exit_code, "x.yml is not what is read: a folder with camera-1.conf" in refused.stderr) == (2, True)
