"""Becomes `cctv demo`, with VIDEO, MODEL and ARGS taken from the environment or as NAME=value arguments."""

import os
import shlex
import sys
from pathlib import Path

NAMES = ("VIDEO", "MODEL", "ARGS")


def options(arguments: list[str], environment: dict[str, str]) -> list[str]:
    """The command line for `cctv demo`; values stay one argument whatever they contain."""
    given = {name: environment.get(name, "") for name in NAMES}
    rest = []
    for argument in arguments:
        name, separator, value = argument.partition("=")
        if separator and name in NAMES:
            given[name] = value
        else:
            rest.append(argument)
    line = [f"--video={given['VIDEO']}"] if given["VIDEO"] else []
    line += [f"--model={given['MODEL']}"] if given["MODEL"] else []
    return line + shlex.split(given["ARGS"]) + rest


if __name__ == "__main__":
    cctv = Path(__file__).resolve().parent.parent / ".venv" / "bin" / "cctv"
    command = [str(cctv), "demo", *options(sys.argv[1:], dict(os.environ))]
    for name in NAMES:
        os.environ.pop(name, None)
    os.execv(cctv, command)  # noqa: S606  a list and no shell: values stay what they are
