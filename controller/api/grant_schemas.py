"""Rights by camera in the API's words."""

from controller.core.grants import RIGHTS, Given, Right

Rights = dict[str, list[Right]]
"""Rights by camera, or by node for all of its cameras."""


def rights_out(given: Given | None) -> Rights | None:
    """What was given, as the API tells it."""
    return None if given is None else {name: [one for one in RIGHTS if one in given[name]] for name in sorted(given)}
