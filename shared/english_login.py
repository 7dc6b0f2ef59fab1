"""The English of what is said of logging in: passwords, second factors, saying again who one is."""

from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from shared.english import Code

LoginCode = Literal[
    "factor_none",
    "factor_required",
    "factor_there",
    "key_not_here",
    "key_rests",
    "key_rights_alone",
    "password_common",
    "password_own",
    "password_short",
    "prove_again",
    "second_needed",
    "second_wrong",
    "set_factor_first",
]
LOGIN: "dict[Code, str]" = {
    "factor_none": "has no second factor",
    "factor_required": "is required of this role by the site's settings",
    "factor_there": "there is a second factor already: turn it off first",
    "key_not_here": "is nothing that a key may do: log in",
    "key_rests": "rests: its owner has to log in by the identity provider, as once in {days} days",
    "key_rights_alone": "are rights to cameras: name those, too",
    "password_common": "many people choose this: take several words that have nothing to do with one another",
    "password_own": "is little more than the name of a person, the site or the product",
    "password_short": "needs {least} characters or more",
    "prove_again": "say again who you are: it is more than ten minutes ago",
    "second_needed": "the code of the authenticator is needed, too",
    "second_wrong": "the code is wrong, was used already or is too old",
    "set_factor_first": "set up an authenticator first",
}
