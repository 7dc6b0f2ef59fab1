"""Judges a model on seeds that training never sees: H.264 at 15 frames a second, every third frame judged."""

from __future__ import annotations

import argparse
import json
import time
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import onnxruntime
from dataset import CLASSES, IGNORED, STEP_MS, Label, labels_of, letterbox, through_h264
from numpy.typing import NDArray

from edge_agent.core.scene import Scene
from edge_agent.core.scene_stage import ActorTruth

F32 = NDArray[np.float32]
WIDTH_PX, HEIGHT_PX = 1280, 720
EVERY = 3
IOU_MATCH = 0.5
IOU_NMS = 0.6
CLEAR = 0.6  # share of a person that must be visible for the head to be judged
LEAST_FRAMES = 5  # that a visit needs to be voted on
HEAD_SHARE = 0.3  # of the person's height, from the top
ITEM_CONFIDENCES = (0.25, 0.4, 0.5)  # from where on a helmet counts as worn when heads are judged


@dataclass(slots=True)
class Tally:
    """What was counted over all frames."""

    hit: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    false: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    missed: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    heads: dict[bool, list[float]] = field(default_factory=lambda: {True: [], False: []})
    visits: dict[tuple[str, int, bool], list[float]] = field(default_factory=lambda: defaultdict(list))
    frames: int = 0
    empty_frames: int = 0
    empty_with_person: int = 0
    infer_cpu_s: float = 0.0


def iou(box: F32, others: F32) -> F32:
    """Overlap of a box (x1, y1, x2, y2) with others."""
    inner = np.minimum(box[2:], others[:, 2:]) - np.maximum(box[:2], others[:, :2])
    area = np.clip(inner, 0, None).prod(1)
    both = (box[2:] - box[:2]).prod() + (others[:, 2:] - others[:, :2]).prod(1) - area
    return np.asarray(area / np.maximum(both, 1e-6), np.float32)


def detections(output: F32, confidence: float) -> list[tuple[int, float, F32]]:
    """(class, score, box) after suppression, from one image's (4 + C, A)."""
    scores = output[4:]
    found: list[tuple[int, float, F32]] = []
    for kind in range(len(scores)):
        rows = np.flatnonzero(scores[kind] >= confidence)
        rows = rows[np.argsort(-scores[kind, rows])]
        centre, size = output[:2, rows].T, output[2:4, rows].T
        boxes: F32 = np.concatenate((centre - size / 2, centre + size / 2), 1)
        left = np.ones(len(rows), bool)
        for n in range(len(rows)):
            if left[n]:
                found.append((kind, float(scores[kind, rows[n]]), boxes[n]))
                left &= iou(boxes[n], boxes) < IOU_NMS
    return found


def count(tally: Tally, found: list[tuple[int, float, F32]], labels: list[Label]) -> None:
    """Match one frame's detections with its labels, best score first."""
    boxes: F32 = np.asarray([label[1:] for label in labels], np.float32).reshape(-1, 4)
    kinds = np.asarray([label[0] for label in labels], int)
    used = np.zeros(len(labels), bool)
    for kind, _, box in sorted(found, key=lambda one: -one[1]):
        overlaps = iou(box, boxes)
        mine = np.where((kinds == kind) & ~used, overlaps, 0)
        if mine.size and mine.max() >= IOU_MATCH:
            used[int(mine.argmax())] = True
            tally.hit[CLASSES[kind]] += 1
        elif not (overlaps[kinds == IGNORED] > 0.1).any():
            tally.false[CLASSES[kind]] += 1
    for kind in kinds[~used]:
        if kind != IGNORED:
            tally.missed[CLASSES[kind]] += 1


def judge_heads(tally: Tally, scene: str, found: list[tuple[int, float, F32]], truths: tuple[ActorTruth, ...]) -> None:
    """How surely a helmet was found on each clearly seen head."""
    fit = 512 / WIDTH_PX
    helmets = [
        ((box[0] + box[2]) / 2, (box[1] + box[3]) / 2, score) for kind, score, box in found if CLASSES[kind] == "helmet"
    ]
    for truth in truths:
        x1, y1, x2, y2 = (truth.box[n] * (WIDTH_PX, HEIGHT_PX)[n % 2] * fit for n in range(4))
        if truth.kind != "person" or truth.visible < CLEAR or (truth.helmet and truth.helmet_box is None):
            continue
        bottom = y1 + HEAD_SHARE * (y2 - y1)
        on = max((score for x, y, score in helmets if x1 <= x <= x2 and y1 - 4 <= y <= bottom), default=0.0)
        if len([t for t in truths if _covers(t, truth)]) > 1:
            continue
        tally.heads[truth.helmet].append(on)
        tally.visits[scene, truth.id, truth.helmet].append(on)


def _covers(other: ActorTruth, truth: ActorTruth) -> bool:
    a, b = other.box, truth.box
    return other.kind == "person" and a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def judge_scene(
    session: onnxruntime.InferenceSession, tally: Tally, name: str, seed: int, seconds: int, confidence: float
) -> None:
    """Run the model over one scene."""
    scene = Scene(name, seed, WIDTH_PX, HEIGHT_PX)
    times = range(0, seconds * 1000, STEP_MS)
    for start in range(0, len(times), 60):
        part = times[start : start + 60]
        preset, crf = ("ultrafast", 24) if seed % 2 else ("veryfast", 29)
        frames = through_h264([scene.luma_chroma(t_ms) for t_ms in part], crf=crf, preset=preset, gop=15)
        for n in range(0, len(part), EVERY):
            image, scale, left, top = letterbox(frames[n])
            truths = scene.truth(part[n])
            began = time.process_time()
            pixels = np.ascontiguousarray(image.transpose(2, 0, 1)[None], np.float32) / 255
            output = session.run(None, {"images": pixels})[0][0]
            tally.infer_cpu_s += time.process_time() - began
            faint = detections(output, min(confidence, *ITEM_CONFIDENCES))
            found = [one for one in faint if one[1] >= confidence]
            tally.frames += 1
            count(tally, found, labels_of(truths, WIDTH_PX, HEIGHT_PX, (scale, left, top)))
            judge_heads(tally, f"{name}{seed}", faint, truths)
            if not truths:
                tally.empty_frames += 1
                tally.empty_with_person += any(CLASSES[kind] == "person" for kind, _, _ in found)


def report(tally: Tally) -> dict[str, object]:
    """The figures."""
    classes = {}
    for name in CLASSES:
        hit, false, missed = tally.hit[name], tally.false[name], tally.missed[name]
        classes[name] = {
            "truths": hit + missed,
            "precision": round(hit / max(1, hit + false), 4),
            "recall": round(hit / max(1, hit + missed), 4),
        }
    return {
        "frames": tally.frames,
        "classes": classes,
        "helmets": {str(least): _helmets(tally, least) for least in ITEM_CONFIDENCES},
        "heads_judged": {"helmeted": len(tally.heads[True]), "bare": len(tally.heads[False])},
        "empty_frames": tally.empty_frames,
        "empty_frames_with_a_person_found": tally.empty_with_person,
        "infer_cpu_ms": round(1000 * tally.infer_cpu_s / max(1, tally.frames), 2),
    }


def _helmets(tally: Tally, least: float) -> dict[str, object]:
    """The share of heads on which a helmet this sure was found, and the visits that its majority got right."""
    votes: dict[bool, list[bool]] = {True: [], False: []}
    for (_, _, helmet), seen in tally.visits.items():
        if len(seen) >= LEAST_FRAMES:
            votes[helmet].append((sum(score >= least for score in seen) * 2 > len(seen)) == helmet)
    return {
        "found_on_helmeted_heads": round(float(np.mean([score >= least for score in tally.heads[True]])), 4),
        "found_on_bare_heads": round(float(np.mean([score >= least for score in tally.heads[False]])), 4),
        "visits_right_helmeted": f"{sum(votes[True])}/{len(votes[True])}",
        "visits_right_bare": f"{sum(votes[False])}/{len(votes[False])}",
    }


def main() -> None:
    """Print the figures of a model as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", type=Path)
    parser.add_argument("--yards", type=int, default=12, help="how many yards, by consecutive seeds")
    parser.add_argument("--gates", type=int, default=6, help="how many gates, by consecutive seeds")
    parser.add_argument("--first-seed", type=int, default=51)
    parser.add_argument("--seconds", type=int, default=64)
    parser.add_argument("--confidence", type=float, default=0.5)
    options = parser.parse_args()
    settings = onnxruntime.SessionOptions()
    settings.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(options.model), settings, providers=["CPUExecutionProvider"])
    tally = Tally()
    for name, seeds in (("yard", options.yards), ("gate", options.gates)):
        for seed in range(options.first_seed, options.first_seed + seeds):
            judge_scene(session, tally, name, seed, options.seconds, options.confidence)
    print(json.dumps(report(tally), indent=2))


if __name__ == "__main__":
    main()
