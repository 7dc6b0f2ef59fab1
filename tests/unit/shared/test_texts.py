"""Every sentence has a code, an English and the parameters that it needs."""

import pickle
import string

import pytest

from shared.english import CODES, ENGLISH, Code
from shared.texts import Text, said, say


def _placeholders(code: Code) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(ENGLISH[code]) if name}


def test_every_code_has_one_english_sentence() -> None:
    assert set(CODES) == set(ENGLISH)
    assert list(CODES) == sorted(set(CODES))
    assert len(set(ENGLISH.values())) == len(CODES)


@pytest.mark.parametrize("code", CODES)
def test_a_sentence_is_text_and_travels_by_its_code(code: Code) -> None:
    text = say(code, **dict.fromkeys(_placeholders(code), 7))
    assert isinstance(text, str)
    assert "{" not in text
    assert said(text) == {"code": code, "params": dict.fromkeys(_placeholders(code), 7)}
    again = pickle.loads(pickle.dumps(text))  # noqa: S301 - our own
    assert (again, said(again)) == (text, said(text))


def test_a_parameter_that_is_forgotten_is_an_error() -> None:
    with pytest.raises(KeyError):
        say("not_one_of", value="x")


def test_other_text_has_no_code() -> None:
    assert said("plain") is None
    assert said(None) is None
    assert not isinstance("plain", Text)
