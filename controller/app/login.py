"""Wires logging in: for the API, for the command line, and for the first start."""

from controller.adapters.common_passwords import common_passwords
from controller.adapters.database import Database
from controller.adapters.factor_store import SqlFactors
from controller.adapters.passwords import Argon2Passwords
from controller.adapters.people_store import PeopleStore
from controller.adapters.try_store import SqlTries
from controller.app.site import Site
from controller.flows.login import LogIn
from controller.flows.slow_down import SlowDown
from shared.clock import Clock


def build_login(site: Site, database: Database, clock: Clock) -> tuple[LogIn, SqlFactors]:
    """The login of a site, and where its second factors are kept."""
    factors = SqlFactors(database, clock, site.session_key())
    slow = SlowDown(SqlTries(database, clock), clock)
    people = PeopleStore(database, clock)
    return LogIn(people, Argon2Passwords(), clock, slow, factors, common_passwords, site.settings.site), factors
