"""The English of what is wrong with a value that somebody sent: its form, its length, its bounds."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from shared.english import Code

FORMS: dict["Code", str] = {
    "bad_form": "does not have the form that is expected",
    "control_characters": "has control characters",
    "missing": "is missing",
    "not_date": "{value!r} is not a date like 2026-12-25",
    "not_flag": "{value!r} is not true or false",
    "not_json": "is not JSON",
    "not_list": "is not a list",
    "not_map": "is not a map",
    "not_moment": "is not a time with its zone like 2026-12-25T09:00:00Z",
    "not_number": "{value!r} is not a number",
    "not_one_of": "{value!r} is not one of {choices}",
    "not_text": "is not text",
    "not_time": "{value!r} is not a time from 00:00 to 24:00",
    "not_unicode": "has half of a character",
    "not_valid": "is not valid",
    "not_whole": "is not a whole number",
    "out_of_range": "{value} is not between {least:.15g} and {most:.15g}",
    "text_length": "has {length} characters ({least} to {most})",
    "too_few": "has fewer than {least} entries",
    "too_large": "is over {most} bytes",
    "too_little": "has to be {least} or more",
    "too_long": "has more than {most} characters",
    "too_many": "{count} are more than {most}",
    "too_many_tries": "too many wrong tries",
    "too_much": "has to be {most} or less",
    "too_often": "too many requests at once",
    "too_short": "has fewer than {least} characters",
    "unknown": "{key} is not known",
    "unknown_field": "is not a known field",
    "unknown_key": "is not a known key (known: {known})",
}
