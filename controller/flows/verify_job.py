"""One live job's growing verdicts, and how they are saved under its fencing token."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from controller.core.anomaly import PictureScore
from controller.core.records import FrameBoxes, Job, Occurrence, PersonTime
from controller.core.verdict import STRETCH_MS, Draft
from controller.ports import JudgingStore, ModelInfo
from shared.ids import VerdictId

_UNSAVED_MS = 10_000


@dataclass(slots=True)
class LiveJob:
    """A leased job that is judged live. `pending`: occurrences that the database does not know as they are now."""

    job: Job
    mint: Callable[[], str]
    renewed_ms: int  # monotonic
    draft: Draft = field(init=False)
    ended: list[Draft] = field(default_factory=list)
    pending: dict[str, Occurrence] = field(default_factory=dict)
    closed_ms: int | None = None  # monotonic, when the event was seen to have ended
    saved_ms: int = 0  # monotonic
    first_ms: int | None = None  # media time of the first frame judged here
    known: set[str] = field(default_factory=set)  # occurrences that the database has
    begun_ms: int = 0  # wall clock
    left_open: bool = False  # a worker before may have left something lasting that nobody saw since

    def __post_init__(self) -> None:
        self.draft = self._begin()
        self.saved_ms = self.renewed_ms
        self.left_open = self.watches and self.job.judged_ms is not None

    @property
    def watches(self) -> bool:
        """It goes on whether something moves or not."""
        return self.job.kind == "watch"

    def covers(self, pts_ms: int) -> bool:
        return self.job.start_ms <= pts_ms and (self.job.end_ms is None or pts_ms <= self.job.end_ms)

    def add(
        self,
        frame: FrameBoxes,
        attributes: Callable[[int], tuple[tuple[str, str], ...]],
        score: PictureScore | None = None,
        person_time: Sequence[PersonTime] = (),
        model: ModelInfo | None = None,
    ) -> bool:
        """Take a judged frame in; True when a new verdict begins: after a hole, a minute of watching, by another."""
        self.first_ms = frame.pts_ms if self.first_ms is None else self.first_ms
        fresh = not self.draft.takes(frame.pts_ms, model)
        if fresh:
            self.ended.append(self.draft)
            self.draft = self._begin()
        self.draft.add(frame, attributes, score, person_time, model)
        return fresh

    def due(self, now_ms: int) -> bool:
        """Whether there is something to save now: a verdict of quiet watching grows in larger steps."""
        quiet = self.watches and not self.pending and not self.ended
        return not quiet or now_ms - self.saved_ms >= _UNSAVED_MS

    async def save(
        self,
        store: JudgingStore,
        model: ModelInfo,
        thresholds: tuple[tuple[str, float], ...],
        pictures: Mapping[str, str],
        *,
        final: bool,
    ) -> tuple[Occurrence, ...]:
        """Save what is new; returns the occurrences that were not known before.

        Whether one raised an alarm or joined it, it has a clip of its own that somebody will want.

        A stale token raises `Rejected`; a database that is away `Transient`, and then everything is still pending.
        """
        while self.ended:
            ended = self.ended[0].build(self.job, model, final=True, thresholds=thresholds)
            await store.save_judgement(self.job, ended, ())
            del self.ended[0]
        if not self.draft.frames or not (self.draft.changed or self.pending or final):
            return ()
        sent = dict(self.pending)
        verdict = self.draft.build(self.job, model, final=final, thresholds=thresholds)
        try:
            await store.save_judgement(self.job, verdict, with_pictures(sent.values(), pictures))
        except BaseException:
            self.draft.changed = True
            raise
        for key, occurrence in sent.items():
            if self.pending.get(key) is occurrence:
                del self.pending[key]
        fresh = tuple(occurrence for key, occurrence in sent.items() if key not in self.known)
        self.known.update(sent)
        return fresh

    def _begin(self) -> Draft:
        return Draft(VerdictId(self.mint()), STRETCH_MS if self.watches else None)


def with_pictures(occurrences: Iterable[Occurrence], pictures: Mapping[str, str]) -> tuple[Occurrence, ...]:
    """The same occurrences with the pictures that are stored by now."""
    return tuple(replace(o, picture_key=pictures.get(o.id, o.picture_key)) for o in occurrences)
