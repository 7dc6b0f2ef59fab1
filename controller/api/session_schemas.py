"""What logging in takes and answers."""

from typing import Annotated

from pydantic import Field

from controller.api.grant_schemas import Rights
from controller.api.schemas import Model
from controller.core.access import Role
from controller.core.grants import Right


class LoginIn(Model):
    """Name and password, or the one-time code of the first start."""

    username: Annotated[str, Field(max_length=64)] = ""
    password: Annotated[str, Field(max_length=256)] = ""
    code: Annotated[str, Field(max_length=64)] = ""
    second: Annotated[str, Field(max_length=64)] = ""  # of who has a second factor: what it tells, or a recovery code


class PasswordIn(Model):
    """A new password for oneself; `current` is not needed after a one-time login."""

    current: Annotated[str, Field(max_length=256)] = ""
    new: Annotated[str, Field(max_length=256)]
    second: Annotated[str, Field(max_length=64)] = ""  # after a one-time login, of who has a second factor


class SessionOut(Model):
    username: str
    role: Role
    csrf: str  # send as X-CSRF-Token with every POST, PUT, DELETE
    must_set_password: bool
    must_set_factor: bool = False  # an authenticator, before anything else
    second_factor: bool = False  # there is one that counts
    provider: str | None = None  # an identity provider that logs them in: there is no password here
    site: str
    demo: bool
    time_zone: str  # the site's: pages tell and ask times in it
    rights: list[Right]  # what the role may do with every camera, where `cameras` is none
    cameras: Rights | None = None  # what was given by camera or node instead


class LoggedOutOut(Model):
    """The session here has ended."""

    url: str | None = None  # where a browser goes to log out at the identity provider, too
