"""An agent that only records loads nothing of FFmpeg: its cameras' processes do, and who asks for a picture."""

import subprocess
import sys

SCRIPT = """
import sys
import edge_agent.cli
import edge_agent.app.run
import edge_agent.adapters.pictures
print(sorted({"av", "cv2", "PIL"} & sys.modules.keys()))
"""


def test_the_agent_loads_no_codecs() -> None:
    done = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
