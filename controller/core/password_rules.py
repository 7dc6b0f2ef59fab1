"""What is taken as a password: long, and none that is easily guessed; nothing is asked of its letters. Pure.

After NIST SP 800-63B-4: 15 characters where nothing else is asked for at the login, 8 beside a second factor, any
Unicode, no composition rules, no expiry, and a list of what is too common.
"""

import itertools
import re
import unicodedata
from collections.abc import Collection, Sequence

from shared.errors import Rejected
from shared.texts import say

LEAST_ALONE, LEAST_BESIDE = 15, 8
"""Characters."""
_LEFT_LEAST = 6
_VARIED_LEAST = 5
_PRODUCT = ("cctv", "sht", "password", "비밀번호")
_OWN_LEAST = 3
_ALONG = ({1}, {-1}, {1, -9}, {-1, 9})
"""Steps of 12345, edcba, 89012 and 21098."""


def plain(password: str) -> str:
    """The same however its letters were composed."""
    return unicodedata.normalize("NFC", password)


def _syllables(vowels: Sequence[int], *, by_consonant: bool) -> str:
    """가나다… or 가갸거…: Hangul in the order in which it is learnt, by the numbers of Unicode's jamo."""
    consonants = (0, 2, 3, 5, 6, 7, 9, 11, 12, 14, 15, 16, 17, 18)
    pairs = [(one, vowel) for vowel in vowels for one in consonants]
    return "".join(chr(0xAC00 + (one * 21 + vowel) * 28) for one, vowel in (sorted(pairs) if by_consonant else pairs))


_ROWS = (
    "1234567890qwertyuiopasdfghjklzxcvbnm" * 4,
    _syllables((0, 2, 4, 6, 8, 12, 13, 17, 18, 20), by_consonant=False) * 2,
    _syllables((0, 4, 8, 13, 18, 20), by_consonant=False) * 2,
    _syllables((0, 2, 4, 6, 8, 12, 13, 17, 18, 20), by_consonant=True) * 2,
)
"""Keys as they lie beside each other, row after row, and syllables as they are learnt."""


def least_chars(*, second_factor: bool) -> int:
    """How many characters it must have."""
    return LEAST_BESIDE if second_factor else LEAST_ALONE


def check_password(password: str, own: Sequence[str], common: Collection[str], *, second_factor: bool) -> None:
    """`Rejected` says what is wrong with a new one. `own`: names that who guesses would try first."""
    text, least = plain(password), least_chars(second_factor=second_factor)
    if len(text) < least:
        raise Rejected("new", say("password_short", least=least))
    folded = text.casefold()
    if folded in common or _regular(folded):
        raise Rejected("new", say("password_common"))
    left = folded
    for word in sorted((*_PRODUCT, *(one.casefold() for one in own if len(one) >= _OWN_LEAST)), key=len, reverse=True):
        left = left.replace(word, "")
    if left != folded and len(re.sub(r"[\W\d_]", "", left)) < _LEFT_LEAST:
        raise Rejected("new", say("password_own"))


def _regular(text: str) -> bool:
    """Whether it is a few letters again and again, or one after another."""
    if any(text in row or text in row[::-1] for row in _ROWS):
        return True
    steps = {ord(after) - ord(before) for before, after in itertools.pairwise(text)}
    return len(set(text)) < _VARIED_LEAST or steps in _ALONG or re.fullmatch(r"(.{1,10}?)\1+.{0,9}", text) is not None
