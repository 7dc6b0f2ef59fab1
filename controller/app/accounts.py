"""Wires accounts of third parties at our own broker."""

from controller.adapters.broker_users import mint_password
from controller.adapters.database import Database
from controller.adapters.people_store import PeopleStore
from controller.app.site import Site
from controller.errors import Missing
from shared.clock import SystemClock
from shared.errors import Rejected
from shared.ids import parse_name
from shared.texts import say
from shared.topics import ACCOUNT_KINDS, AccountKind, account_acl


async def add_account(site: Site, kind: AccountKind, name: str, who: str) -> tuple[str, str]:
    """Make an account or give it a new password: login and password, shown this once."""
    _check_broker(site)
    parse_name("name", name)
    login, password = f"{kind}.{name}", mint_password()
    site.users.set(login, password)
    await _audit(site, who, "broker.account.add", login)
    return login, password


async def remove_account(site: Site, login: str, who: str) -> None:
    """Shut an account out at once; `Missing` when there is none."""
    _check_broker(site)
    if account_acl(login) is None or login not in site.users.read():
        raise Missing("login", say("unknown", key=login))
    site.users.remove(login)
    await _audit(site, who, "broker.account.remove", login)


def list_accounts(site: Site) -> list[str]:
    """The logins of third parties."""
    return sorted(user for user in site.users.read() if user.partition(".")[0] in ACCOUNT_KINDS and "." in user)


def _check_broker(site: Site) -> None:
    if site.settings.broker.kind == "external":
        raise Rejected("broker.kind", "is external: make the account there, with the topics of docs/third-parties.md")


async def _audit(site: Site, who: str, what: str, login: str) -> None:
    database = Database(site.settings.database())
    try:
        await PeopleStore(database, SystemClock()).audit(who, what, subject=login)
    finally:
        await database.close()
