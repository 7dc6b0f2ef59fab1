"""How well alarms match what really happened in rendered scenes: episodes found and episodes made up, per rule.

`python -m bench.episodes --yards 34 --gates 16 --kept FOLDER` draws seeds that training never saw, sends them through
H.264, the shipped model, tracker and rules, and compares occurrences with the scene's own truth. `--kept` holds
detections, so that another tracker or rule is judged in seconds.
"""

import argparse
import itertools
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import av

from controller.adapters.detector import load_detector
from controller.adapters.frames import to_picture
from controller.core.judge import CameraJudge, pixel_scale
from controller.core.records import CLEAR_MS, Detection, Occurrence, Rule
from controller.flows.verify_file import CAMERA
from controller.ports import Detector, ModelInfo
from edge_agent.adapters.encoder import X264Encoder
from edge_agent.core.scene import ActorTruth, Scene
from shared.geometry import Box, Polygon, contains
from shared.ids import RuleId

FIRST_SEED = 1001
"""Training begins at 100 000, the demo and the model's card judge below 1000."""
WIDTH_PX, HEIGHT_PX = 1280, 720
STEP_MS = 200
"""The worker judges five pictures a second."""
BITRATE_BPS = 1_250_000
"""A camera's 2.5 Mbit/s at 15 pictures a second, for a third of the pictures."""
PERSISTENCE_S = 2.0
VISIBLE = 0.5
"""Share of a person that must be in sight to count: of one who is hidden further nobody could tell."""
SLACK_MS = 2000
"""A breach that begins so late that the film ends before it could be told is not asked for."""


@dataclass(frozen=True, slots=True)
class Span:
    """An episode, in ms of the scene's time."""

    start_ms: int
    end_ms: int

    def meets(self, others: Sequence["Span"]) -> bool:
        """Whether it has time in common with one of them."""
        return any(self.start_ms <= other.end_ms and other.start_ms <= self.end_ms for other in others)


@dataclass(frozen=True, slots=True)
class Seen:
    """One picture: what the model found and what is there."""

    pts_ms: int
    found: tuple[Detection, ...]
    truth: tuple[ActorTruth, ...]


@dataclass(slots=True)
class Score:
    """Counted over scenes."""

    episodes: int = 0
    found: int = 0
    raised: int = 0
    right: int = 0

    def add(self, truth: Sequence[Span], raised: Sequence[Span], film_ms: int) -> list[str]:
        """Count one scene; what went wrong, in words."""
        wanted = [t for t in truth if t.start_ms + PERSISTENCE_S * 1000 + SLACK_MS <= film_ms]
        missed = [t for t in wanted if not t.meets(raised)]
        false = [r for r in raised if not r.meets(truth)]
        self.episodes += len(wanted)
        self.found += len(wanted) - len(missed)
        self.raised += len(raised)
        self.right += len(raised) - len(false)
        return [
            f"{word} {span.start_ms / 1000:.1f}-{span.end_ms / 1000:.1f} s"
            for word, spans in (("missed", missed), ("false", false))
            for span in spans
        ]

    @property
    def precision(self) -> float:
        return self.right / self.raised if self.raised else 1.0

    @property
    def recall(self) -> float:
        return self.found / self.episodes if self.episodes else 1.0


def rules_for(zone: Polygon) -> tuple[Rule, ...]:
    """The demo's rules and a vest."""
    return (
        Rule(RuleId("zone"), "zone", "zone_intrusion", zone=zone, persistence_s=PERSISTENCE_S),
        Rule(RuleId("helmet"), "helmet", "ppe_missing", required=("helmet",), persistence_s=PERSISTENCE_S),
        Rule(RuleId("vest"), "vest", "ppe_missing", required=("vest",), persistence_s=PERSISTENCE_S),
    )


def breaks(actor: ActorTruth, rule: Rule) -> bool:
    """Whether this actor breaks the rule at this moment, by the scene's own truth."""
    if actor.kind != "person" or actor.visible < VISIBLE:
        return False
    if rule.zone is not None:
        return contains(rule.zone, Box(*actor.box).foot)
    return not (actor.helmet if "helmet" in rule.required else actor.vest)


def true_episodes(rule: Rule, scene: Sequence[Seen]) -> tuple[Span, ...]:
    """When somebody broke the rule for longer than its persistence; less than 2 s apart is one, as for the rules."""
    moments: dict[int, list[int]] = {}
    for seen in scene:
        for actor in seen.truth:
            if breaks(actor, rule):
                moments.setdefault(actor.id, []).append(seen.pts_ms)
    stays = [span for times in moments.values() for span in joined([Span(at, at) for at in times])]
    lasting = [span for span in stays if span.end_ms - span.start_ms > rule.persistence_s * 1000]
    return joined(lasting)


def joined(spans: Sequence[Span]) -> tuple[Span, ...]:
    """Spans that are less than 2 s apart as one."""
    found: list[Span] = []
    for span in sorted(spans, key=lambda s: s.start_ms):
        if found and span.start_ms - found[-1].end_ms < CLEAR_MS:
            found[-1] = Span(found[-1].start_ms, max(found[-1].end_ms, span.end_ms))
        else:
            found.append(span)
    return tuple(found)


def raised_episodes(rules: Sequence[Rule], model: ModelInfo, scene: Sequence[Seen]) -> dict[str, list[Span]]:
    """What the tracker and the rules make of it, by the rule's name."""
    numbers = itertools.count()
    judge = CameraJudge(CAMERA, rules, model.classes, lambda: str(next(numbers)))
    aspect = WIDTH_PX / HEIGHT_PX
    scale = pixel_scale(HEIGHT_PX, aspect, [model])
    occurrences: dict[str, Occurrence] = {}
    for seen in scene:
        tracks = judge.track(seen.pts_ms, seen.found, aspect)
        occurrences |= {o.id: o for o in judge.decide(seen.pts_ms, tracks, seen.found, scale).occurrences}
    occurrences |= {o.id: o for o in judge.finish()}
    raised: dict[str, list[Span]] = {rule.name: [] for rule in rules}
    for o in occurrences.values():
        raised[o.rule.name].append(Span(o.start_ms, o.condition_ms if o.end_ms is None else o.end_ms))
    return raised


def watch(scene: Scene, detector: Detector, from_ms: int, to_ms: int) -> Iterator[Seen]:
    """The scene through an encoder, a decoder and the model."""
    encoder = X264Encoder(WIDTH_PX, HEIGHT_PX, 1000 / STEP_MS, BITRATE_BPS)
    decoder = av.CodecContext.create("h264", "r")
    decoder.thread_count = 1
    for pts_ms in range(from_ms, to_ms, STEP_MS):
        frame = av.VideoFrame.from_ndarray(scene.luma_chroma(pts_ms), format="yuv420p")
        for packet in encoder.encode(frame, pts_ms):
            for decoded in decoder.decode(av.Packet(packet.data)):
                yield Seen(pts_ms, detector.detect([to_picture(decoded)])[0], scene.truth(pts_ms))


def kept_scene(kept: Path | None, name: str, seed: int, detector: Detector, film_ms: int) -> tuple[Seen, ...]:
    """As `watch` from the scene's begin, from an earlier run's file where there is one."""
    file = None if kept is None else kept / f"{name}-{seed}-{film_ms}-{detector.info.sha256[:8]}.json"
    if file is not None and file.is_file():
        return tuple(_read(row) for row in json.loads(file.read_text(encoding="utf-8")))
    seen = tuple(watch(Scene(name, seed, WIDTH_PX, HEIGHT_PX), detector, 0, film_ms))
    if file is not None:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps([asdict(one) for one in seen]), encoding="utf-8")
    return seen


def _read(row: dict[str, Any]) -> Seen:
    found = tuple(Detection(d["class_name"], d["confidence"], Box(**d["box"])) for d in row["found"])
    return Seen(row["pts_ms"], found, tuple(ActorTruth(**a) for a in row["truth"]))


def main() -> None:
    """Print the figures as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--yards", type=int, default=34)
    parser.add_argument("--gates", type=int, default=16)
    parser.add_argument("--first-seed", type=int, default=FIRST_SEED)
    parser.add_argument("--seconds", type=int, default=64)
    parser.add_argument("--model", default="yard")
    parser.add_argument("--kept", type=Path)
    given = parser.parse_args()
    detector = load_detector(given.model, provider="cpu")
    scores = {rule.name: Score() for rule in rules_for(())}
    names = ["yard"] * given.yards + ["gate"] * given.gates
    for seed, name in enumerate(names, given.first_seed):
        scene = kept_scene(given.kept, name, seed, detector, given.seconds * 1000)
        rules = rules_for(Scene(name, seed, WIDTH_PX, HEIGHT_PX).danger_zone)
        raised = raised_episodes(rules, detector.info, scene)
        sys.stderr.write(f"{name} {seed}\n")
        for rule in rules:
            for wrong in scores[rule.name].add(true_episodes(rule, scene), raised[rule.name], given.seconds * 1000):
                sys.stderr.write(f"  {rule.name} {wrong}\n")
    figures = {
        name: asdict(score) | {"precision": round(score.precision, 4), "recall": round(score.recall, 4)}
        for name, score in scores.items()
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
