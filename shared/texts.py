"""Sentences that a person may be shown: a stable code with parameters, and its English."""

from typing import Self

from shared.english import ENGLISH, Code

Param = str | int | float


class Text(str):
    """An English sentence that knows its code and parameters, so that a page can say it in another language."""

    __slots__ = ("code", "params")

    code: Code
    params: dict[str, Param]

    def __new__(cls, code: Code, params: dict[str, Param]) -> Self:
        text = super().__new__(cls, ENGLISH[code].format(**params))
        text.code, text.params = code, params
        return text

    def __reduce__(self) -> tuple[type["Text"], tuple[Code, dict[str, Param]]]:
        return Text, (self.code, self.params)


def say(code: Code, **params: Param) -> Text:
    """The sentence of `code`; every placeholder of its English needs its parameter."""
    return Text(code, params)


def said(text: str | None) -> dict[str, object] | None:
    """Code and parameters of a sentence, as they travel beside its English; None of any other text."""
    return {"code": text.code, "params": text.params} if isinstance(text, Text) else None
