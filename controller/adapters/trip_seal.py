"""Seals what a browser keeps while somebody logs in at an identity provider, and what is kept to log out there."""

import base64
import binascii
from datetime import datetime

from controller.adapters.seal import Seal
from controller.core.oidc import Trip
from shared.errors import Rejected

_NAME = "trip"


class TripSeal:
    """`TripBag`: under the site's key, so that nobody makes one up."""

    def __init__(self, key: str) -> None:
        self._seal = Seal(key, b"identity provider")

    def close(self, trip: Trip) -> str:
        """As a cookie may hold it."""
        document = {
            "state": trip.state,
            "nonce": trip.nonce,
            "verifier": trip.verifier,
            "began_at": trip.began_at.isoformat(),
            "username": trip.username,
            "session": trip.session,
        }
        return base64.urlsafe_b64encode(self._seal.close(_NAME, document).encode()).decode().rstrip("=")

    def open(self, text: str) -> Trip | None:
        """None: it is none of ours."""
        try:
            sealed = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode()
            found = self._seal.open(_NAME, sealed)
        except (binascii.Error, ValueError, Rejected):
            return None
        return Trip(
            found["state"],
            found["nonce"],
            found["verifier"],
            datetime.fromisoformat(found["began_at"]),
            found["username"],
            found["session"],
        )

    def close_token(self, session: str, token: str) -> str:
        """An ID token as it is kept beside its session."""
        return self._seal.close(session, {"id_token": token})

    def open_token(self, session: str, sealed: str) -> str | None:
        """None: it was sealed under another key."""
        try:
            return self._seal.open(session, sealed)["id_token"]
        except Rejected:
            return None
