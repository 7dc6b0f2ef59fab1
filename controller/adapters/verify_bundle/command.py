"""The command line of the checker, and what it says to people."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from controller.adapters.verify_bundle.bundle import UNREADABLE, code_of, verify
from controller.adapters.verify_bundle.terms import Told
from controller.adapters.verify_bundle.words import line_of, say

SAYS = "Checks an evidence bundle, alone and offline: Python 3.9 or newer and nothing else."


def report(found: dict[str, Any], language: str) -> list[str]:
    """The same for people."""
    lines = [line_of(one, language) for one in found["faults"]]
    if found["why"]:
        lines.append(f"{say('unfit', language)}: {found['why']}")
    common = [name for name, count in Counter(one["what"] for one in found["notes"]).items() if count > 5]
    lines += [f"  {line_of(one, language)}" for one in found["notes"] if one["what"] not in common]
    for name in common:
        lines.append(f"  {sum(one['what'] == name for one in found['notes'])} x {say(name, language)}")
    if found["key"]:
        lines += [say("counts", language, **found["counts"]), say("content", language, content=found["content"])]
        who = "trusted" if found["trusted"] else "asked" if found["asked"] else "untrusted"
        lines += say(who, language, key=found["key"]).split("\n")
    if found["verdict"] != UNREADABLE:
        lines.append(say(found["verdict"], language, count=len(found["faults"])))
    return lines


def teller() -> Told:
    """Progress on a terminal."""

    def tell(name: str, done: int, total: int) -> None:
        if sys.stderr.isatty():
            sys.stderr.write(f"\r\x1b[K{name} {100 * done // max(total, 1)} %\r")

    return tell


def main(words: list[str] | None = None) -> int:
    spoken = "ko" if os.environ.get("LC_ALL", os.environ.get("LANG", "")).startswith("ko") else "en"
    parser = argparse.ArgumentParser(description=SAYS)
    parser.add_argument("bundle", type=Path, help="a folder, or a ZIP of one")
    parser.add_argument("--key", help="fingerprint of the site's key, from the site itself (cctv evidence key)")
    parser.add_argument("--ca", help="fingerprint of the site's CA, from the site itself (the same command)")
    parser.add_argument("--language", choices=["ko", "en"], default=spoken)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args(words)
    found = verify(given.bundle, given.key, teller(), given.ca)
    text = json.dumps(found, ensure_ascii=False, indent=1) if given.json else "\n".join(report(found, given.language))
    sys.stdout.buffer.write(f"{text}\n".encode("utf-8", "replace"))
    return code_of(found)
