"""Renders training and judging frames: many places and people, through H.264 as any camera sends it."""

from __future__ import annotations

import argparse
import math
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from edge_agent.core.scene_actors import Actor, Schedule
from edge_agent.core.scene_figures import CLOTHES, Pose, make_look
from edge_agent.core.scene_layout import NAMES, Dice, Layout, make_layout
from edge_agent.core.scene_stage import ActorTruth, Stage

INPUT_W, INPUT_H = 512, 288
CLASSES = ("person", "helmet", "vest", "vehicle")
IGNORED = -1
TRAINING_SEEDS = range(100_000, 4_000_000_000)
"""Seeds below are never trained on: they are for judging, demos and tests."""
CROWDED, DESERTED = 0.6, 0.15  # shares of the bursts with a crowd, and with nobody; the rest is as scheduled
STEP_MS = 66
BURST = 3  # frames that show the same people moving; the last one is kept

U8 = NDArray[np.uint8]
F32 = NDArray[np.float32]
Label = tuple[int, float, float, float, float]  # class, then x1, y1, x2, y2 in input pixels


@dataclass(frozen=True, slots=True)
class Sample:
    """A frame as the detector sees it (RGB, INPUT_H x INPUT_W) and what is in it."""

    image: U8
    labels: tuple[Label, ...]


def through_h264(frames: list[U8], *, crf: int, preset: str, gop: int) -> list[av.VideoFrame]:
    """Encode planar yuv420p frames and decode them again."""
    height, width = frames[0].shape[0] * 2 // 3, frames[0].shape[1]
    encoder = av.CodecContext.create("libx264", "w")
    encoder.width, encoder.height, encoder.pix_fmt = width, height, "yuv420p"
    encoder.time_base, encoder.framerate = Fraction(1, 15), Fraction(15)
    encoder.thread_count = 1
    encoder.options = {
        "preset": preset, "tune": "zerolatency", "crf": str(crf), "g": str(gop), "sc_threshold": "0",
    }  # fmt: skip
    decoder = av.CodecContext.create("h264", "r")
    decoder.thread_count = 1
    decoded: list[av.VideoFrame] = []
    for n, array in enumerate([*frames, None]):
        frame = None
        if array is not None:
            frame = av.VideoFrame.from_ndarray(array, format="yuv420p")
            frame.pts = n
        for packet in encoder.encode(frame):
            decoded += decoder.decode(packet)
    return decoded + list(decoder.decode(None))


def letterbox(frame: av.VideoFrame, interpolation: int = cv2.INTER_AREA) -> tuple[U8, float, float, float]:
    """The detector's input from a frame, and the scale and shift (x, y) from frame to input pixels."""
    rgb = frame.to_ndarray(format="rgb24")
    height, width = rgb.shape[:2]
    scale = min(INPUT_W / width, INPUT_H / height)
    size = round(width * scale), round(height * scale)
    left, top = (INPUT_W - size[0]) // 2, (INPUT_H - size[1]) // 2
    image = np.full((INPUT_H, INPUT_W, 3), 114, np.uint8)
    image[top : top + size[1], left : left + size[0]] = cv2.resize(rgb, size, interpolation=interpolation)
    return image, scale, left, top


def labels_of(
    truths: tuple[ActorTruth, ...], width_px: int, height_px: int, fit: tuple[float, float, float]
) -> list[Label]:
    """Truth as labels; what is too small or too hidden to ask for is marked as ignored."""
    scale, left, top = fit
    found: list[Label] = []
    for truth in truths:
        parts = (
            ("vehicle" if truth.kind == "vehicle" else "person", truth.box, 8.0),
            ("helmet", truth.helmet_box, 3.0),
            ("vest", truth.vest_box, 4.0),
        )
        for name, box, least_px in parts:
            if box is None:
                continue
            x1, x2 = (box[n] * width_px * scale + left for n in (0, 2))
            y1, y2 = (box[n] * height_px * scale + top for n in (1, 3))
            clear = min(x2 - x1, y2 - y1) >= least_px and (truth.visible >= 0.25 or name in {"helmet", "vest"})
            found.append((CLASSES.index(name) if clear else IGNORED, x1, y1, x2, y2))
    return found


def crowd(dice: Dice, layout: Layout) -> list[Actor]:
    """People and perhaps a vehicle anywhere on the floor, in any pose: more variety than a schedule gives."""
    actors: list[Actor] = []
    for n in range(dice.some(1, 7)):
        z = 6.4 + 10.2 * dice.pick(0, 1) ** 1.2
        reach = layout.lens.centre_x_px / layout.lens.scale(z) + 0.1
        x = dice.pick(-reach, reach)
        look = make_look(dice, helmet=dice.chance(0.5), vest=dice.chance(0.5))
        walking = dice.chance(0.6)
        pose = Pose(
            x=x,
            z=z,
            yaw=dice.pick(-math.pi, math.pi),
            phase=dice.pick(0, 2 * math.pi),
            stride=dice.pick(0.3, 1) if walking else 0.0,
            work=0.0 if walking else dice.pick(0, 1),
        )
        actors.append(Actor(n, "worker", x, z, look=look, pose=pose))
    if dice.chance(0.4):
        kind = "forklift" if dice.chance(0.6) else "truck"
        z = dice.pick(9, 16.5)
        reach = layout.lens.centre_x_px / layout.lens.scale(z) + 1
        colour = (dice.some(40, 230), dice.some(40, 200), dice.some(30, 200)) if dice.chance(0.7) else dice.one(CLOTHES)
        actors.append(Actor(99, kind, dice.pick(-reach, reach), z, 1 if dice.chance(0.5) else -1, colour))
    return actors


def moved(actor: Actor, by_s: float) -> Actor:
    """The actor a moment later."""
    if actor.pose is None:
        return Actor(actor.id, actor.kind, actor.x + actor.heading * 2.3 * by_s, actor.z, actor.heading, actor.colour)
    pose = actor.pose
    step = 1.4 * by_s * pose.stride
    x, z = pose.x + math.sin(pose.yaw) * step, pose.z + math.cos(pose.yaw) * step
    later = Pose(x, z, pose.yaw, pose.phase + step * 2 * math.pi / 1.45, pose.stride, pose.work)
    return Actor(actor.id, actor.kind, x, z, look=actor.look, pose=later)


def repainted(layout: Layout, dice: Dice) -> Layout:
    """The same place with some of its things in other colours, lest their colours are learnt by heart."""
    things = tuple(
        replace(thing, colour=(dice.some(30, 220), dice.some(30, 210), dice.some(30, 200)))
        if dice.chance(0.4)
        else thing
        for thing in layout.things
    )
    return replace(layout, things=things)


def render_place(seed: int, bursts: int) -> list[Sample]:
    """The training samples of one place."""
    dice = Dice(seed, 9)
    name = NAMES[dice.some(0, len(NAMES) - 1)]
    width, height = ((1280, 720), (1280, 720), (960, 540), (640, 360), (1024, 768))[dice.some(0, 4)]
    layout = repainted(make_layout(name, seed, width, height), dice)
    stage, schedule = Stage(layout, seed, width, height), Schedule(layout, seed)
    frames: list[U8] = []
    truths: list[tuple[ActorTruth, ...]] = []
    for _ in range(bursts):
        t_ms = dice.some(0, 3_600_000)
        kind = dice.pick(0, 1)
        people = crowd(dice, layout) if kind < CROWDED else []
        for n in range(BURST):
            at_ms = t_ms + n * STEP_MS
            crowded = tuple(moved(actor, n * STEP_MS / 1000) for actor in people)
            now = crowded or (schedule.actors(at_ms) if kind < 1 - DESERTED else ())
            frames.append(stage.picture(now, at_ms))
        truths.append(stage.truth(now))
    preset = ("ultrafast", "veryfast")[dice.some(0, 1)]
    decoded = through_h264(frames, crf=dice.some(19, 33), preset=preset, gop=BURST)
    samples: list[Sample] = []
    for n, truth in enumerate(truths):
        interpolation = (cv2.INTER_LINEAR, cv2.INTER_AREA, cv2.INTER_LINEAR)[dice.some(0, 2)]
        image, *fit = letterbox(decoded[n * BURST + BURST - 1], interpolation)
        samples.append(Sample(image, tuple(labels_of(truth, width, height, (fit[0], fit[1], fit[2])))))
    return samples


def main() -> None:
    """Render the data set into an .npz file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--places", type=int, default=220)
    parser.add_argument("--bursts", type=int, default=16)
    parser.add_argument("--first-seed", type=int, default=TRAINING_SEEDS.start)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    images: list[U8] = []
    rows: list[tuple[float, ...]] = []
    for n in range(options.places):
        for sample in render_place(options.first_seed + n, options.bursts):
            rows += [(len(images), *label) for label in sample.labels]
            images.append(sample.image)
        print(f"{n + 1}/{options.places} places, {len(images)} frames", flush=True)
    labels: F32 = np.asarray(rows, np.float32).reshape(-1, 6)
    np.savez(options.out, images=np.stack(images), labels=labels)


if __name__ == "__main__":
    main()
