"""What VIDEO, MODEL and ARGS become on the demo's command line."""

import pytest

from scripts.start_demo import options


def test_nothing_given_is_the_plain_demo() -> None:
    assert options([], {"VIDEO": "", "PATH": "/bin"}) == []


@pytest.mark.parametrize("video", ["two words.mp4", "it's.mp4", "$(id).mp4", "a;b.mp4", "--json", "rtsp://a/b?c&d"])
def test_a_value_stays_one_argument(video: str) -> None:
    assert options([], {"VIDEO": video}) == [f"--video={video}"]


def test_named_arguments_win_over_the_environment_and_the_rest_goes_on() -> None:
    line = options(["VIDEO=new.mp4", "--json", "MODEL=m=1.onnx"], {"VIDEO": "old.mp4", "ARGS": "--timeout 9 --x 'y z'"})
    assert line == ["--video=new.mp4", "--model=m=1.onnx", "--timeout", "9", "--x", "y z", "--json"]
