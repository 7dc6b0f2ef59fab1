"""What a stream that took a camera's process over would try, in its cage; for tests only."""

import json
import socket
import sys
import threading
from pathlib import Path

from edge_agent.adapters.camera_cage import CameraCage
from tests.fakes.reader_run_over import attempts, outcome


def main(folder: Path, port: int, how: str) -> None:
    """Say what came of it before and after connecting; another thread, as those that record, tries the same."""
    cage = CameraCage(folder, connects_again=how == "sub")
    cage.enter()
    open_one = socket.create_connection(("127.0.0.1", port))
    before = attempts(folder)
    done, after = threading.Event(), {}

    def later() -> None:
        done.wait()
        after.update(attempts(folder))

    other = threading.Thread(target=later)
    other.start()
    cage.shut()
    done.set()
    other.join()
    spoken = outcome(lambda: open_one.sendall(b"x"))
    sys.stdout.write(json.dumps({"before": before, "after": after, "the open connection": spoken}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3])
