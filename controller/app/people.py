"""Wires people and rules for the command line: straight to the database of a local site."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from controller.adapters.database import Database
from controller.adapters.own_processes import OwnProcesses
from controller.adapters.people_store import PeopleStore, User
from controller.adapters.rule_store import RuleStore
from controller.adapters.session_store import SqlSessions
from controller.app.login import build_login
from controller.app.site import Site
from controller.core.access import role_of
from controller.core.grants import RIGHTS, Given, parse_given, rights_of_role
from controller.errors import Missing
from controller.flows.login import LogIn
from controller.flows.manage_sessions import ManageSessions
from controller.flows.put_rules import PutRules
from controller.ports import State
from shared.clock import SystemClock
from shared.errors import Rejected
from shared.ids import SiteId, parse_name
from shared.mint import uuid7
from shared.texts import say


@asynccontextmanager
async def _people(site: Site) -> AsyncIterator[PeopleStore]:
    database = Database(site.settings.database())
    try:
        yield PeopleStore(database, SystemClock())
    finally:
        await database.close()


@asynccontextmanager
async def _login(site: Site) -> AsyncIterator[LogIn]:
    database = Database(site.settings.database())
    try:
        yield build_login(site, database, SystemClock())[0]
    finally:
        await database.close()


@asynccontextmanager
async def _sessions(site: Site) -> AsyncIterator[ManageSessions]:
    database = Database(site.settings.database())
    try:
        yield ManageSessions(SqlSessions(database, SystemClock(), site.settings.login.lasting))
    finally:
        await database.close()


async def add_person(
    site: Site, name: str, role: str, who: str, cameras: Sequence[str] = (), rights: Sequence[str] | None = None
) -> str:
    """Add someone without a password, kept to `cameras` if any; the one-time code that lets them choose one.

    `rights`: None: those that their role has here.
    """
    parse_name("name", name)
    role_of(role)
    given = _given(site, role, cameras, rights) if cameras else None
    async with _login(site) as login:
        return await login.add(name, role, who, given)


async def new_code(site: Site, name: str, who: str) -> str:
    """A one-time code for someone who is known; their password and their sessions end."""
    async with _login(site) as login:
        return await login.add_code(name, who)


async def list_sessions(site: Site, name: str) -> list[State]:
    """Where somebody is logged in, the last used first; `Missing` without such a user."""
    async with _sessions(site) as sessions:
        return [
            {
                "id": one.id,
                "address": one.address,
                "agent": one.agent,
                "created_at": one.created_at.isoformat(timespec="seconds"),
                "seen_at": one.seen_at.isoformat(timespec="seconds"),
            }
            for one in await sessions.of(name)
        ]


async def end_sessions(site: Site, name: str, who: str) -> int:
    """Log somebody out everywhere; how many sessions that were."""
    async with _sessions(site) as sessions:
        return await sessions.end_all(name, who, "")


async def unlock(site: Site, who: str, by: str) -> int:
    """Let a name, or an address, try to log in again at once; how many counts were forgotten."""
    async with _login(site) as login:
        return await login.slow.forgive(who, by)


async def reset_factor(site: Site, name: str, who: str) -> None:
    """Take the second factor from somebody who has lost it; their sessions end. `Missing` where there is none."""
    database = Database(site.settings.database())
    try:
        _, factors = build_login(site, database, SystemClock())
        await factors.remove(name, who, "")
    finally:
        await database.close()


async def switch_person(site: Site, name: str, who: str, *, enabled: bool) -> None:
    """Shut someone out or let them in again; their sessions end. `Missing` without such a user."""
    async with _people(site) as people:
        await people.change(name, who, role=None, enabled=enabled)


async def give_role(site: Site, name: str, role: str, who: str) -> None:
    """Give someone another role; their sessions end. `Rejected` where nobody would administer any more."""
    wanted = role_of(role)
    async with _people(site) as people:
        await people.change(name, who, role=wanted, enabled=None)


async def show_person(site: Site, name: str) -> State:
    """Name, role, whether they may log in, and what they may do with which cameras; `Missing` without such a user."""
    async with _people(site) as people:
        person = await people.user(name)
    if person is None:
        raise Missing("username", say("unknown", key=name))
    return _told(person, site)


async def give_rights(site: Site, name: str, cameras: Sequence[str], rights: Sequence[str] | None, who: str) -> State:
    """Keep someone to cameras, or nodes, with these rights beside those that they were given before.

    `rights`: None: those that their role has here.
    """
    async with _people(site) as people:
        person = await people.user(name)
        if person is None:
            raise Missing("username", say("unknown", key=name))
        fresh = _given(site, person.role, cameras, rights)
        return _told(await people.regive(name, lambda before: {**before, **fresh}, who), site)


async def take_rights(site: Site, name: str, cameras: Sequence[str], who: str) -> State:
    """Take cameras, or nodes, from someone who was given them; `Rejected` for one who was not."""

    def left(before: Given) -> Given:
        for camera in cameras:
            if camera not in before:
                raise Rejected("--camera", say("unknown", key=camera))
        return {one: before[one] for one in before if one not in cameras}

    async with _people(site) as people:
        return _told(await people.regive(name, left, who), site)


async def give_all(site: Site, name: str, who: str) -> State:
    """Let someone do with every camera what their role may."""
    async with _people(site) as people:
        return _told(await people.give(name, None, who), site)


def _given(site: Site, role: str, cameras: Sequence[str], rights: Sequence[str] | None) -> Given:
    usual = rights_of_role(role, site.settings.privacy.roles) if rights is None else rights
    return parse_given({camera: list(usual) for camera in cameras})


def _told(person: User, site: Site) -> State:
    given = None if person.given is None else {target: list(person.given[target]) for target in sorted(person.given)}
    every = [right for right in RIGHTS if right in rights_of_role(person.role, site.settings.privacy.roles)]
    return {
        "name": person.name, "role": person.role, "enabled": person.enabled,
        "must_set_password": person.must_set_password, "second_factor": person.second_factor, "provider": person.issuer,
        "rights": every if given is None else [], "cameras": given,
    }  # fmt: skip


async def list_people(site: Site) -> list[tuple[str, str, str]]:
    """Name, role and what is special, of everyone."""
    async with _login(site) as login:
        found = await login.everybody()
    return [
        (
            person.name,
            person.role,
            "disabled"
            if not person.enabled
            else "must set a password"
            if person.must_set_password
            else f"logs in by {person.issuer}"
            if person.issuer
            else "",
        )
        for person in found
    ]


async def apply_rules(site: Site, document: object, camera: str | None, who: str, *, strict: bool = False) -> State:
    """Check a rule document and put it in force; RulesOut, with what to warn of."""
    async with _rules(site) as rules:
        return await rules.replace(
            document, camera=camera, expected_version=None, who=who, strict=strict, field="--camera"
        )


async def check_rules(site: Site, document: object, camera: str | None, *, strict: bool = False) -> State:
    """RulesCheckOut: what `apply_rules` would refuse or warn of; nothing changes."""
    async with _rules(site) as rules:
        return await rules.check(document, camera=camera, strict=strict, field="--camera")


async def read_rules(site: Site) -> State:
    """The rules in force."""
    async with _rules(site) as rules:
        return await rules.all()


async def rules_history(site: Site) -> list[State]:
    """Who put which versions in force, newest first."""
    async with _rules(site) as rules:
        return await rules.history()


async def rules_document(site: Site, version: int) -> State:
    """The rule file of a version; `Rejected` when there is none."""
    async with _rules(site) as rules:
        return await rules.document(version)


async def read_regulations(site: Site) -> State:
    """Every regulation that a rule may name."""
    async with _rules(site) as rules:
        return await rules.regulations()


@asynccontextmanager
async def _rules(site: Site) -> AsyncIterator[PutRules]:
    settings, database = site.settings, Database(site.settings.database())
    try:
        store = RuleStore(database, SystemClock(), SiteId(settings.site))
        processes = OwnProcesses(site.roles_file, site.model_file, settings.model)
        yield PutRules(store, None, uuid7, processes, settings.anomaly.cameras)
    finally:
        await database.close()
