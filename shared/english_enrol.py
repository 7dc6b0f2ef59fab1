"""The English of what is said of letting nodes in, and of certificates."""

from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from shared.english import Code

EnrolCode = Literal[
    "enrol_broker_external",
    "enrol_expired",
    "enrol_fingerprint",
    "enrol_key",
    "enrol_no_authority",
    "enrol_not_waiting",
    "enrol_rejected",
    "enrol_request",
    "enrol_reserved",
    "enrol_token",
    "enrol_unknown",
    "enrol_used",
    "enrol_void",
    "server_certificate_ends",
    "server_certificate_stays",
]

ENROL: dict["Code", str] = {
    "enrol_key": "is for another key than the one that the node was let in with",
    "enrol_request": "is no request for a certificate of an Ed25519 key that its key signed",
    "enrol_broker_external": (
        "the broker is yours: set broker.node_port to where it takes nodes by certificate, "
        "and give it what `cctv broker config` writes"
    ),
    "enrol_fingerprint": "is not the fingerprint of the node that waits: compare what both sides show",
    "enrol_no_authority": "the site has no CA of its own: nodes check this server as browsers do",
    "enrol_not_waiting": "no node called {node} waits for approval",
    "enrol_expired": "the invitation ran out: ask for a new one with `cctv node invite`",
    "enrol_rejected": "the node was turned away: ask whoever runs the site",
    "enrol_unknown": "there is no such invitation",
    "enrol_used": "another node used this invitation: ask for a new one, and see who that was",
    "enrol_void": "this invitation does not count any more: a newer one took its place, or the node was cut off",
    "enrol_reserved": "{name} is reserved: choose another name",
    "enrol_token": "the token of no node that is let in",
    "server_certificate_ends": (
        "this server's certificate ends in {days} days: put a renewed one where tls.cert and tls.key point to; "
        "it is taken up within a minute"
    ),
    "server_certificate_stays": (
        "this server's certificate ends in {days} days and was not renewed: the log of the role api says why"
    ),
}
