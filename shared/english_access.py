"""The English of who may do what, and of logging in."""

from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from shared.english import Code

AccessCode = Literal[
    "address_refused",
    "admin_sees_all",
    "csrf",
    "foreign_origin",
    "last_admin",
    "log_in_first",
    "logged_out",
    "login_refused",
    "needs_all_cameras",
    "needs_right",
    "needs_role",
    "password_wrong",
    "sees_no_camera",
    "set_password_first",
]

ACCESS: dict["Code", str] = {
    "address_refused": "connects from an address that may not (listen.allow_from)",
    "admin_sees_all": "an administrator may do everything with every camera",
    "csrf": "the header {header} is missing or wrong",
    "foreign_origin": "is another site's page",
    "last_admin": "somebody with a password has to be left who administers this site",
    "log_in_first": "log in first",
    "logged_out": "logged out",
    "login_refused": "the name, the password or the code is wrong",
    "needs_all_cameras": "only for those who see every camera of the site",
    "needs_right": "needs the right {right} to a camera",
    "needs_role": "needs the role {role}",
    "password_wrong": "is not your password",
    "sees_no_camera": "{name} sees no camera of this alarm",
    "set_password_first": "set a password first",
}
