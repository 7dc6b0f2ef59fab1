"""Puts rules in force: checked as a whole by core, then replaced in one step; says what will probably never alarm."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from controller.core import notices, regulations
from controller.core.records import Rule
from controller.core.rulebook import Rulebook, parse_rulebook
from controller.core.surroundings import Surroundings
from controller.ports import Bell, State
from shared.errors import Rejected
from shared.ids import CameraId, parse_camera
from shared.texts import Text, said, say


class RulesStore(Protocol):
    """The site's rules."""

    async def all(self) -> State: ...

    async def in_force(self) -> tuple[tuple[Rule, ...], tuple[str, ...]]:
        """Every rule, and the cameras that nodes have told of."""
        ...

    async def surroundings(self) -> tuple[int, Surroundings]:
        """The version in force, and what its rules refer to."""
        ...

    async def history(self, before: int | None) -> list[State]: ...

    async def document(self, version: int) -> State | None: ...

    async def replace(
        self,
        rules: Sequence[Rule],
        *,
        camera: CameraId | None,
        expected_version: int | None,
        who: str,
        around: Surroundings,
    ) -> State:
        """`Conflict` when the rules are at another version than expected."""
        ...


class ModelNote(Protocol):
    """What the worker says of its model."""

    def classes(self) -> tuple[str, tuple[str, ...]] | None:
        """Its name and the classes that it knows; None before a worker has loaded it here."""
        ...


@dataclass(frozen=True, slots=True)
class PutRules:
    """The site's rules: read them, replace them. Without a `bell` whoever watches hears of it a second later."""

    _store: RulesStore
    bell: Bell | None
    mint: Callable[[], str]
    model: ModelNote
    scored: Collection[str] = ()  # cameras for which an anomaly model is named

    async def all(self) -> State:
        """RulesOut."""
        return {**await self._store.all(), "warnings": notices_out(await self.notices())}

    async def notices(self) -> tuple[Text, ...]:
        """What is in force and can not come true as things are now."""
        rules, cameras = await self._store.in_force()
        _, around = await self._store.surroundings()
        return self._of(rules, cameras, around)

    async def lacking(self, model: str, classes: Sequence[str]) -> tuple[Text, ...]:
        """What rules in force need that a model with these classes does not know."""
        rules, _ = await self._store.in_force()
        return notices.of_classes(rules, model, classes)

    async def check(
        self, document: object, *, camera: str | None, field: str = "camera", strict: bool = False
    ) -> State:
        """RulesCheckOut: what `replace` would refuse is refused, what it would warn of is said; nothing changes."""
        _, book, only, stranger, cameras = await self._checked(document, camera, field, strict=strict)
        rules = book.rules if only is None else [replace(rule, camera=only) for rule in book.rules]
        told = notices_out([] if stranger is None else [stranger])
        told += [one for one in notices_out(self._of(rules, cameras, book.around)) if one not in told]
        return {"rules": len(rules), "warnings": told}

    async def history(self, before: int | None = None) -> list[State]:
        """RulesVersionOut, newest first."""
        return await self._store.history(before)

    async def document(self, version: int) -> State:
        """The rule file of a version; `Rejected` when there is none."""
        found = await self._store.document(version)
        if found is None:
            raise Rejected("version", say("unknown", key=str(version)))
        return found

    async def regulations(self) -> State:
        """Every regulation that a rule may name: id to text by language; the site's own come first."""
        _, around = await self._store.surroundings()
        return {name: dict(texts) for name, texts in ({**regulations.KOREA} | {**around.regulations}).items()}

    async def replace(
        self,
        document: object,
        *,
        camera: str | None,
        expected_version: int | None,
        who: str,
        strict: bool = False,
        field: str = "camera",
    ) -> State:
        """Replace all rules, or one camera's; the first faulty key is named by a `Rejected`.

        A camera that no node has told of is warned of; with `strict` it is a fault.
        """
        version, book, only, stranger, _ = await self._checked(document, camera, field, strict=strict)
        begun_with = version if expected_version is None else expected_version
        await self._store.replace(book.rules, camera=only, expected_version=begun_with, who=who, around=book.around)
        if self.bell is not None:
            await self.bell.ring("feed")
        state = await self.all()
        if stranger is not None:
            told = notices_out([stranger])
            state["warnings"] = told + [one for one in state["warnings"] if one not in told]
        return state

    async def _checked(
        self, document: object, camera: str | None, field: str, *, strict: bool
    ) -> tuple[int, Rulebook, CameraId | None, Text | None, tuple[str, ...]]:
        """The version that it was read against, the rules, their only camera, what is odd of that, known cameras."""
        only: CameraId | None = None if camera is None else parse_camera(camera, field)
        version, known = await self._store.surroundings()
        book = parse_rulebook(document, self.mint, known)
        notices.check_cameras(book.rules, only)
        _, cameras = await self._store.in_force()
        stranger = None if only is None else notices.unknown_camera(only, cameras)
        if strict:
            _refuse_strangers(book.rules, stranger, cameras, field)
        return version, book, only, stranger, cameras

    def _of(self, rules: Sequence[Rule], cameras: Sequence[str], around: Surroundings) -> tuple[Text, ...]:
        known = self.model.classes()
        return (
            *notices.of_cameras(rules, cameras),
            *notices.of_zones(rules),
            *notices.of_ground(rules, cameras, around),
            *notices.of_scores(rules, cameras, self.scored),
            *(() if known is None else notices.of_classes(rules, *known)),
            *notices.of_regulations(rules, around),
        )


def notices_out(told: Sequence[Text]) -> list[State]:
    """NoticeOut of each."""
    return [{"text": str(text), "said": said(text)} for text in told]


def _refuse_strangers(rules: Sequence[Rule], stranger: Text | None, cameras: Sequence[str], field: str) -> None:
    if stranger is not None:
        raise Rejected(field, stranger)
    for index, rule in enumerate(rules):
        told = None if rule.camera is None else notices.unknown_camera(rule.camera, cameras)
        if told is not None:
            raise Rejected(f"rules[{index}].camera", told)
