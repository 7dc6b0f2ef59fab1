"""What is asked of an identity provider, and what of its answer counts."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.core.access import ROLES
from controller.core.oidc import (
    LOGOUT_EVENT,
    Demands,
    Trip,
    asked,
    called,
    challenge,
    check_sender,
    identity_of,
    logged_out,
    numbered,
    role_of_groups,
)
from shared.errors import Rejected
from shared.ids import parse_name

NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)
AT = NOW.timestamp()
ISSUER = "https://id.example/realms/yard"
DEMANDS = Demands(ISSUER, "cctv", "groups", {"admins": "admin", "guards": "operator", "guests": "viewer"})
TRIP = Trip("s", "n", "v", NOW)
AGAIN = replace(TRIP, username="kim", session="0f")
CLAIMS: dict[str, Any] = {
    "iss": ISSUER, "aud": "cctv", "sub": "4711", "nonce": "n", "iat": AT, "exp": AT + 300, "groups": ["guards"],
    "auth_time": AT, "preferred_username": "Kim.Lee@example.test", "sid": "s-1",
}  # fmt: skip
LOGOUT: dict[str, Any] = {
    "iss": ISSUER,
    "aud": ["cctv"],
    "sub": "4711",
    "iat": AT,
    "jti": "j",
    "events": {LOGOUT_EVENT: {}},
}


def test_a_token_that_adds_up_says_who_it_is() -> None:
    found = identity_of(CLAIMS, DEMANDS, TRIP, NOW)
    assert (found.issuer, found.subject, found.role, found.name) == (ISSUER, "4711", "operator", "kim-lee")
    assert (found.sid, found.proven_at) == ("s-1", NOW)


json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)


@pytest.mark.parametrize("key", ["iss", "aud", "nonce"])
@given(value=json)
def test_no_other_value_of_what_it_was_made_for_counts(key: str, value: Any) -> None:
    if value == CLAIMS[key] or (key == "aud" and value == ["cctv"]):
        return
    with pytest.raises(Rejected):
        identity_of(CLAIMS | {key: value}, DEMANDS, TRIP, NOW)


@given(claims=st.dictionaries(st.sampled_from([*CLAIMS, "azp", "nbf", "acr", "amr", "email", "events", "jti"]), json))
def test_whatever_a_token_says_it_counts_or_is_refused(claims: dict[str, Any]) -> None:
    for read in (
        lambda: identity_of(CLAIMS | claims, DEMANDS, TRIP, NOW),
        lambda: logged_out(LOGOUT | claims, DEMANDS, NOW),
    ):
        try:
            read()
        except Rejected as fault:
            assert str(fault)


@pytest.mark.parametrize(
    ("changed", "counts"),
    [
        ({"exp": AT - 59}, True),
        ({"exp": AT - 60}, False),
        ({"iat": AT + 60}, True),
        ({"iat": AT + 61}, False),
        ({"nbf": AT + 61}, False),
        ({"nbf": AT + 60}, True),
        ({"auth_time": AT + 61}, False),
        ({"aud": ["cctv", "other"]}, False),
        ({"aud": ["cctv", "other"], "azp": "cctv"}, True),
        ({"azp": "other"}, False),
        ({"iat": True}, False),
        ({"iat": 1e300}, False),
        ({"sub": "x" * 256}, False),
    ],
)
def test_clocks_may_be_a_minute_off_and_the_audience_not_at_all(changed: dict[str, Any], counts: bool) -> None:
    try:
        identity_of(CLAIMS | changed, DEMANDS, TRIP, NOW)
    except Rejected:
        assert not counts
    else:
        assert counts


@pytest.mark.parametrize(("auth_time", "counts"), [(AT, True), (AT - 60, True), (AT - 61, False), (None, False)])
def test_who_says_again_who_they_are_did_so_on_this_trip(auth_time: float | None, counts: bool) -> None:
    claims = {name: one for name, one in (CLAIMS | {"auth_time": auth_time}).items() if one is not None}
    if counts:
        assert identity_of(claims, DEMANDS, AGAIN, NOW).proven_at is not None
        return
    with pytest.raises(Rejected) as fault:
        identity_of(claims, DEMANDS, AGAIN, NOW)
    assert getattr(fault.value.fault, "code", "") == "oidc_stale"


@given(groups=st.lists(st.sampled_from(["admins", "guards", "guests", "others", "Admins"])))
def test_the_highest_role_of_ones_groups_counts(groups: list[str]) -> None:
    roles = [DEMANDS.roles[one] for one in groups if one in DEMANDS.roles]
    found = role_of_groups(groups, DEMANDS)
    assert found == (max(roles, key=ROLES.index) if roles else None)
    least = role_of_groups(groups, replace(DEMANDS, default_role="viewer"))
    assert least is not None
    assert ROLES.index(least) >= ROLES.index(found or "viewer")


@given(st.text(max_size=300), st.integers(2, 999))
def test_whatever_somebody_is_called_there_is_a_name(text: str, number: int) -> None:
    name = called({"preferred_username": text})
    assert parse_name("name", name) == name
    assert parse_name("name", numbered(name, number)).endswith(f"-{number}")


def test_who_answers_is_who_was_asked() -> None:
    check_sender(ISSUER, ISSUER, promised=True)
    check_sender(None, ISSUER, promised=False)
    for told, promised in ((None, True), ("https://evil.example", False), ("", False)):
        with pytest.raises(Rejected):
            check_sender(told, ISSUER, promised=promised)


def test_the_way_there_holds_no_secret() -> None:
    trip = Trip("state", "nonce", "a-verifier-that-nobody-knows", NOW)
    url = asked("https://id.example/auth?tenant=1", "cctv", "https://site/back", ("email", "openid"), ("gold",), trip)
    query = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
    assert query == {
        "tenant": "1", "response_type": "code", "client_id": "cctv", "redirect_uri": "https://site/back",
        "scope": "openid email", "state": "state", "nonce": "nonce", "acr_values": "gold",
        "code_challenge": challenge(trip.verifier), "code_challenge_method": "S256",
    }  # fmt: skip
    assert trip.verifier not in url
    assert challenge("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk") == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


@pytest.mark.parametrize(
    ("changed", "counts"),
    [
        ({}, True),
        ({"sid": "s-1"}, True),
        ({"exp": AT - 60}, False),
        ({"iat": AT - 299}, True),
        ({"iat": AT - 300}, False),
        ({"events": {LOGOUT_EVENT: 1}}, False),
        ({"events": []}, False),
        ({"nonce": "n"}, False),
    ],
)
def test_a_logout_token_is_one_and_young(changed: dict[str, Any], counts: bool) -> None:
    try:
        assert logged_out(LOGOUT | changed, DEMANDS, NOW).subject == "4711"
    except Rejected:
        assert not counts
    else:
        assert counts


@pytest.mark.parametrize("hours", [0, 5])
def test_the_time_of_login_is_told_as_it_is(hours: int) -> None:
    at = NOW - timedelta(hours=hours)
    assert identity_of(CLAIMS | {"auth_time": at.timestamp()}, DEMANDS, TRIP, NOW).proven_at == at
