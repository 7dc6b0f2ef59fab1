"""Puts rules in force: checked as a whole by core, then replaced in one step; says what will probably never alarm."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

from controller.core import notices, regulations
from controller.core.records import Rule
from controller.core.rulebook import parse_rulebook
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

    store: RulesStore
    bell: Bell | None
    mint: Callable[[], str]
    model: ModelNote
    scored: Collection[str] = ()  # cameras for which an anomaly model is named

    async def all(self) -> State:
        """RulesOut."""
        return {**await self.store.all(), "warnings": notices_out(await self.notices())}

    async def notices(self) -> tuple[Text, ...]:
        """What is in force and can not come true as things are now."""
        rules, cameras = await self.store.in_force()
        _, around = await self.store.surroundings()
        known = self.model.classes()
        deaf = () if known is None else notices.of_classes(rules, *known)
        unscored = notices.of_scores(rules, cameras, self.scored)
        return (*notices.of_cameras(rules, cameras), *notices.of_ground(rules, cameras, around), *unscored, *deaf)

    async def history(self, before: int | None = None) -> list[State]:
        """RulesVersionOut, newest first."""
        return await self.store.history(before)

    async def document(self, version: int) -> State:
        """The rule file of a version; `Rejected` when there is none."""
        found = await self.store.document(version)
        if found is None:
            raise Rejected("version", say("unknown", key=str(version)))
        return found

    async def regulations(self) -> State:
        """Every regulation that a rule may name: id to text by language; the site's own come first."""
        _, around = await self.store.surroundings()
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
        only: CameraId | None = None if camera is None else parse_camera(camera, field)
        version, known = await self.store.surroundings()
        book = parse_rulebook(document, self.mint, known)
        checked = book.rules
        notices.check_cameras(checked, only)
        _, cameras = await self.store.in_force()
        stranger = None if only is None else notices.unknown_camera(only, cameras)
        if strict:
            _refuse_strangers(checked, stranger, cameras, field)
        begun_with = version if expected_version is None else expected_version
        await self.store.replace(checked, camera=only, expected_version=begun_with, who=who, around=book.around)
        if self.bell is not None:
            await self.bell.ring("feed")
        state = await self.all()
        if stranger is not None:
            told = notices_out([stranger])
            state["warnings"] = told + [one for one in state["warnings"] if one not in told]
        return state


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
