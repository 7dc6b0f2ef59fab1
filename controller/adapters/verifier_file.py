"""Puts the parts of the checker together into the one file that lies in bundles and runs alone."""

import ast
from functools import cache
from pathlib import Path

from controller.adapters import verify_bundle
from shared.errors import Broken

_FOLDER = Path(verify_bundle.__file__).parent
_PACKAGE = verify_bundle.__name__
_HEAD = '''"""Checks an evidence bundle, alone and offline: Python 3.9 or newer and nothing else.

    python3 verify.py FOLDER|ZIP --key FINGERPRINT [--ca FINGERPRINT] [--language ko] [--json]

Ends with 0: all of it is as the key that you named signed it; 1: something is not, and each place is named; 2: it
cannot be checked; 4: all of it is as it was signed, and without --key nobody knows by whom.
Take this file from somebody you trust: a copy that lies inside a bundle says what whoever made the bundle wants.
"""

from __future__ import annotations

'''
_TAIL = """

if __name__ == "__main__":
    sys.exit(main())
"""


@cache
def verifier_file() -> bytes:
    """The same bytes for the same parts; `Broken` where two of them have names in common."""
    bodies: dict[str, str] = {}
    imports: set[str] = {"import sys"}
    _gather("command", bodies, imports)
    names = [name for body in bodies.values() for name in _names(ast.parse(f"# {body}"))]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise Broken(f"two parts of the checker have the same names: {', '.join(twice)}")
    modules = sorted(imports, key=lambda line: (line.startswith("from"), line))
    parts = [f"\n\n# {name}: {body}" for name, body in bodies.items()]
    return "".join((_HEAD, "\n".join(modules), "\n", *parts, _TAIL)).encode()


def _gather(name: str, bodies: dict[str, str], imports: set[str]) -> None:
    """A part after all that it needs: its first line becomes a comment, its imports join those of the others."""
    text = (_FOLDER / f"{name}.py").read_text(encoding="utf-8")
    tree = ast.parse(text)
    heads = [one for one in tree.body if isinstance(one, ast.Import | ast.ImportFrom)]
    for one in heads:
        module = (one.module or "") if isinstance(one, ast.ImportFrom) else ""
        if module.startswith(_PACKAGE):
            part = module.removeprefix(f"{_PACKAGE}.")
            if part not in bodies:
                _gather(part, bodies, imports)
        elif module != "__future__":
            imports.update(_lines(one))
    after = max(one.end_lineno or 0 for one in heads)
    body = "\n".join(text.splitlines()[after:]).strip()
    bodies[name] = f"{ast.get_docstring(tree)}\n\n{body}\n"


def _lines(one: ast.Import | ast.ImportFrom) -> list[str]:
    if isinstance(one, ast.Import):
        return [f"import {name.name}" for name in one.names]
    return [f"from {one.module} import {name.name}" for name in one.names]


def _names(tree: ast.Module) -> list[str]:
    """What a part defines for all."""
    found: list[str] = []
    for one in tree.body:
        if isinstance(one, ast.FunctionDef | ast.ClassDef):
            found.append(one.name)
        elif isinstance(one, ast.Assign):
            found += [name.id for target in one.targets for name in ast.walk(target) if isinstance(name, ast.Name)]
    return found
