"""One live job's growing verdicts, and how they are saved under its fencing token."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

from controller.core.records import FrameBoxes, Job, Occurrence
from controller.core.verdict import Draft
from controller.ports import JudgingStore, ModelInfo
from shared.ids import VerdictId


@dataclass(slots=True)
class LiveJob:
    """A leased live job. `pending`: occurrences that the database does not know yet in their present state."""

    job: Job
    mint: Callable[[], str]
    renewed_ms: int  # monotonic
    draft: Draft = field(init=False)
    ended: list[Draft] = field(default_factory=list)
    pending: dict[str, Occurrence] = field(default_factory=dict)
    closed_ms: int | None = None  # monotonic, when the event was seen to have ended

    def __post_init__(self) -> None:
        self.draft = Draft(VerdictId(self.mint()))

    def covers(self, pts_ms: int) -> bool:
        return self.job.start_ms <= pts_ms and (self.job.end_ms is None or pts_ms <= self.job.end_ms)

    def add(self, frame: FrameBoxes, attributes: Callable[[int], tuple[tuple[str, str], ...]]) -> None:
        """Take a judged frame in; after a hole in time a new verdict begins."""
        if not self.draft.takes(frame.pts_ms):
            self.ended.append(self.draft)
            self.draft = Draft(VerdictId(self.mint()))
        self.draft.add(frame, attributes)

    async def save(
        self, store: JudgingStore, model: ModelInfo, pictures: Mapping[str, str], *, final: bool
    ) -> tuple[Occurrence, ...]:
        """Save what is new; returns the saved occurrences if alarms were raised by them.

        A stale token raises `Rejected`; a database that is away `Transient`, and then everything is still pending.
        """
        while self.ended:
            await store.save_judgement(self.job, self.ended[0].build(self.job, model, final=True), ())
            del self.ended[0]
        if not self.draft.frames or not (self.draft.changed or self.pending or final):
            return ()
        sent = dict(self.pending)
        verdict = self.draft.build(self.job, model, final=final)
        try:
            raised = await store.save_judgement(self.job, verdict, with_pictures(sent.values(), pictures))
        except BaseException:
            self.draft.changed = True
            raise
        for key, occurrence in sent.items():
            if self.pending.get(key) is occurrence:
                del self.pending[key]
        return tuple(sent.values()) if raised else ()


def with_pictures(occurrences: Iterable[Occurrence], pictures: Mapping[str, str]) -> tuple[Occurrence, ...]:
    """The same occurrences with the pictures that are stored by now."""
    return tuple(replace(o, picture_key=pictures.get(o.id, o.picture_key)) for o in occurrences)
