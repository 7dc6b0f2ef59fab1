"""Text as TOML takes it."""

_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def toml_string(text: str) -> str:
    """A TOML basic string: every control sign escaped."""
    shown = "".join(_ESCAPES.get(sign, sign if sign.isprintable() else f"\\U{ord(sign):08X}") for sign in text)
    return f'"{shown}"'
