"""A process that should score pictures and does something else: which, is its argument's `model`."""

import json
import sys
import time


def main(act: str) -> None:
    ready = {"name": act, "sha256": "0" * 64, "size": [64, 64], "placing": "stretch"}
    answers = {
        "huge": "x" * 200_000,
        "garbage": "\x00{]",
        "list": "[1]",
        "nan": '{"score": NaN}',
        "two": '{"score": 2.0}',
        "true": '{"score": true}',
        "text": '{"score": "0.5"}',
        "nothing": "{}",
        "refuses": '{"fault": "score: is beyond its range"}',
    }
    if act == "no start":
        sys.stdout.write("{}\n")
        sys.stdout.flush()
        return
    sys.stdout.write(json.dumps(ready) + "\n")
    sys.stdout.flush()
    if act == "dies":
        sys.stdin.buffer.read(100)
        return
    if act == "hangs":
        time.sleep(600)
    while sys.stdin.buffer.read(8 + 64 * 64 * 3):
        sys.stdout.write(answers[act] + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(json.loads(sys.argv[1])["model"])
