"""Wires logging in: for the API, for the command line, and for the first start."""

from controller.adapters.common_passwords import common_passwords
from controller.adapters.database import Database
from controller.adapters.factor_store import SqlFactors
from controller.adapters.oidc_provider import OidcProvider
from controller.adapters.passwords import Argon2Passwords
from controller.adapters.people_store import PeopleStore
from controller.adapters.provided_people import SqlProvidedPeople
from controller.adapters.provided_sessions import SqlProvidedSessions
from controller.adapters.spent_store import SqlSpent
from controller.adapters.trip_seal import TripSeal
from controller.adapters.try_store import SqlTries
from controller.app.site import Site
from controller.app.ways import provider_door
from controller.core.oidc import CALLBACK
from controller.flows.log_in_elsewhere import LogInElsewhere
from controller.flows.login import LogIn
from controller.flows.slow_down import SlowDown
from controller.settings import read_secret
from shared.clock import Clock


def build_login(site: Site, database: Database, clock: Clock) -> tuple[LogIn, SqlFactors]:
    """The login of a site, and where its second factors are kept."""
    factors = SqlFactors(database, clock, site.session_key())
    slow = SlowDown(SqlTries(database, clock), clock)
    people = PeopleStore(database, clock)
    return LogIn(people, Argon2Passwords(), clock, slow, factors, common_passwords, site.settings.site), factors


def build_elsewhere(site: Site, database: Database, clock: Clock) -> LogInElsewhere | None:
    """The login by the site's identity provider; None: it has none."""
    oidc, bag = site.settings.oidc, TripSeal(site.session_key())
    if oidc.issuer is None or oidc.client_id is None or oidc.client_secret_file is None:
        return None
    file = oidc.client_secret_file
    provider = OidcProvider(
        oidc.issuer,
        oidc.client_id,
        lambda: read_secret(file, "oidc.client_secret_file"),
        clock,
        provider_door(site, database, clock),
        hosts=oidc.hosts,
        ca_file=oidc.ca_file,
    )
    return LogInElsewhere(
        shown=oidc.shown,
        here=site.settings.base_url,
        callback=CALLBACK,
        longest=oidc.longest,
        demands=oidc.demands,
        scopes=oidc.scopes,
        provider=provider,
        bag=bag,
        spent=SqlSpent(database, clock),
        arrivals=SqlProvidedPeople(database, clock, sees_all=oidc.sees_at_first == "every"),
        sessions=SqlProvidedSessions(database, clock, bag),
        clock=clock,
    )
