"""A key's fingerprint as people compare it: the same short groups on the node, in the command line and on the page."""

import hmac

_SHOWN = 32  # hex digits, 128 bits: nobody finds a second key for them
_GROUP = 4


def shown_mark(fingerprint: str) -> str:
    """`ab12 cd34 …`: eight groups of a fingerprint in hex."""
    shown = fingerprint[:_SHOWN]
    return " ".join(shown[at : at + _GROUP] for at in range(0, len(shown), _GROUP))


def same_mark(given: str, fingerprint: str) -> bool:
    """Whether somebody named this key, by what is shown of it or by all of it; spaces do not count."""
    word = "".join(given.split()).lower()
    if not word.isascii():
        return False
    return any(hmac.compare_digest(word, whole) for whole in (fingerprint, fingerprint[:_SHOWN]))
