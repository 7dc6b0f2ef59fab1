"""Trains the detector on rendered frames and writes it as ONNX; the same seed and data give the same steps."""

from __future__ import annotations

import argparse
import copy
import math
import time
from pathlib import Path

import cv2
import numpy as np
import onnx
import torch
from dataset import CLASSES, IGNORED, INPUT_H, INPUT_W
from detector import STRIDES, Detector, Exported, grid
from losses import detection_loss
from numpy.typing import NDArray
from torch import Tensor

U8 = NDArray[np.uint8]
F32 = NDArray[np.float32]
WHOLE = INPUT_W, INPUT_H
CROP, CLOSE = (320, 192), (160, 128)  # views around something; the close ones cost little and are full of people
CLOSE_SHARE = 0.65  # of the steps on crops
ABOUT_SOMEBODY = 0.7  # share of the crops; the others are anywhere, and teach what is nobody
GREY = 114


class Frames:
    """The data set in memory, and random views of it."""

    def __init__(self, files: list[Path], seed: int) -> None:
        self.rng = np.random.default_rng(seed)
        images, labels, first = [], [], 0
        for file in files:
            with np.load(file) as data:
                images.append(data["images"])
                rows = data["labels"].copy()
            rows[:, 0] += first
            first += len(images[-1])
            labels.append(rows)
        self.images: U8 = np.concatenate(images)
        every: F32 = np.concatenate(labels)
        bounds = np.searchsorted(every[:, 0], np.arange(len(self.images) + 1))
        self.labels = [every[bounds[n] : bounds[n + 1], 1:] for n in range(len(self.images))]

    def batch(self, size: int, view: tuple[int, int]) -> tuple[Tensor, list[Tensor]]:
        """Random views of a size (width, height): cropped around something, or whole."""
        views = [self._view(*view) for _ in range(size)]
        pixels = np.stack([image for image, _ in views]).transpose(0, 3, 1, 2)
        images = torch.from_numpy(np.ascontiguousarray(pixels)).float() / 255
        return images.contiguous(memory_format=torch.channels_last), [torch.from_numpy(rows) for _, rows in views]

    def _view(self, width: int, height: int) -> tuple[U8, F32]:
        rng = self.rng
        n = int(rng.integers(len(self.images)))
        image, rows = self.images[n], self.labels[n]
        crop = (width, height) != WHOLE
        zoom = float(rng.uniform(0.7, 1.5)) if crop else float(rng.choice((1.0, rng.uniform(0.8, 1.25))))
        centre = INPUT_W / 2, INPUT_H / 2
        wanted = rows[rows[:, 0] == (0 if rng.random() < 0.85 else 3), 1:]
        if crop and len(wanted) and rng.random() < ABOUT_SOMEBODY:
            x1, y1, x2, y2 = wanted[int(rng.integers(len(wanted)))]
            centre = (x1 + x2) / 2, y1 + float(rng.uniform(0.1, 0.6)) * (y2 - y1)
        elif crop:
            centre = rng.uniform(60, INPUT_W - 60), rng.uniform(40, INPUT_H - 40)
        spread = (0.3 * width / zoom, 0.3 * height / zoom) if crop else (16.0, 12.0)
        left = centre[0] - width / zoom / 2 + float(rng.uniform(-1, 1)) * spread[0]
        top = centre[1] - height / zoom / 2 + float(rng.uniform(-1, 1)) * spread[1]
        if not crop and zoom == 1.0:
            left, top = 0.0, 0.0
        flip = rng.random() < 0.5
        matrix = np.asarray([[zoom, 0, -left * zoom], [0, zoom, -top * zoom]], np.float32)
        if flip:
            matrix[0] = [-zoom, 0, width - 1 + left * zoom]
        seen = cv2.warpAffine(image, matrix, (width, height), flags=cv2.INTER_LINEAR, borderValue=(GREY,) * 3)
        return self._tint(np.asarray(seen, np.uint8)), _moved_boxes(rows, zoom, left, top, width, height, flip=flip)

    def _tint(self, image: U8) -> U8:
        rng = self.rng
        saturation = rng.uniform(0.75, 1.25)
        mix = np.full((3, 3), (1 - saturation) / 3) + saturation * np.eye(3)
        mix *= rng.uniform(0.75, 1.25) * rng.uniform(0.94, 1.06, (3, 1))
        matrix = np.concatenate((mix, rng.uniform(-14, 14, (1, 1)).repeat(3, 0)), 1)
        out = np.asarray(cv2.transform(image, matrix), np.uint8)
        if rng.random() < 0.2:
            noise = rng.normal(0, rng.uniform(1, 5), image.shape).astype(np.int16)
            out = np.clip(out + noise, 0, 255).astype(np.uint8)
        if rng.random() < 0.12:
            out = np.asarray(cv2.GaussianBlur(out, (3, 3), float(rng.uniform(0.3, 0.9))), np.uint8)
        return out


def _moved_boxes(rows: F32, zoom: float, left: float, top: float, width: int, height: int, *, flip: bool) -> F32:
    """Labels in a view; what the view cuts off too far is ignored, what is outside is dropped."""
    out = rows.astype(np.float32).copy()
    out[:, (1, 3)] = (out[:, (1, 3)] - left) * zoom
    out[:, (2, 4)] = (out[:, (2, 4)] - top) * zoom
    if flip:
        out[:, (1, 3)] = width - out[:, (3, 1)]
    area = (out[:, 3] - out[:, 1]) * (out[:, 4] - out[:, 2])
    out[:, (1, 3)] = out[:, (1, 3)].clip(0, width)
    out[:, (2, 4)] = out[:, (2, 4)].clip(0, height)
    w, h = out[:, 3] - out[:, 1], out[:, 4] - out[:, 2]
    share = w * h / np.maximum(area, 1e-6)
    least = np.where(out[:, 0] == 0, 0.3, 0.5)
    out[(share < least) | (np.minimum(w, h) < 2.5), 0] = IGNORED
    return out[(w > 0.5) & (h > 0.5)]


def places(width: int, height: int) -> tuple[Tensor, Tensor]:
    """All anchors' middles and strides for an input size."""
    points = [grid(height // stride, width // stride, stride) for stride in STRIDES]
    strides = [torch.full((len(level),), float(stride)) for level, stride in zip(points, STRIDES, strict=True)]
    return torch.cat(points), torch.cat(strides)


def train(
    frames: Frames, steps: int, whole_steps: int, batch: int, rate: float, start: Path | None, snapshot: Path
) -> Detector:
    """Train with crops, then with whole frames; returns the averaged weights, and saves them now and then."""
    model = Detector(len(CLASSES))
    model.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    if start is not None:
        model.load_state_dict(torch.load(start, weights_only=True))
    mean: Detector = copy.deepcopy(model)
    mean.eval()
    decayed = [p for p in model.parameters() if p.ndim > 1]
    plain = [p for p in model.parameters() if p.ndim <= 1]
    groups = [{"params": decayed, "weight_decay": 0.02}, {"params": plain, "weight_decay": 0.0}]
    optimizer = torch.optim.AdamW(groups, lr=rate, betas=(0.9, 0.98))
    total, began = steps + whole_steps, time.monotonic()
    for step in range(total):
        crop = step < steps
        warm, done = min(1.0, (step + 1) / 100), step / total
        for group in optimizer.param_groups:
            group["lr"] = rate * warm * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * done)))
        view = (CLOSE if torch.rand(()) < CLOSE_SHARE else CROP) if crop else WHOLE
        images, truths = frames.batch(batch if crop else max(4, batch // 2), view)
        points, strides = places(images.shape[3], images.shape[2])
        boxes, logits = model(images)
        loss, parts = detection_loss(boxes, logits, points, strides, truths)
        optimizer.zero_grad()
        torch.autograd.backward(loss)
        torch.nn.utils.clip_grad_norm_(model.parameters(), 10.0)
        optimizer.step()
        keep = min(0.998, (1 + step) / (10 + step))
        with torch.no_grad():
            for old, new in zip(mean.state_dict().values(), model.state_dict().values(), strict=True):
                if old.dtype.is_floating_point:
                    old.lerp_(new, 1 - keep)
                else:
                    old.copy_(new)
        if step % 50 == 0:
            torch.save(mean.state_dict(), snapshot)
            spent = time.monotonic() - began
            print(f"step {step}/{total} loss {float(loss.detach()):.3f} {parts} {spent:.0f} s", flush=True)
    return mean


def export(model: Detector, path: Path, description: str) -> None:
    """Write the detector as ONNX with a dynamic batch and the metadata that says what it is."""
    example = torch.zeros(2, 3, INPUT_H, INPUT_W)
    torch.onnx.export(
        Exported(model).eval(),
        (example,),
        str(path),
        opset_version=17,
        input_names=["images"],
        output_names=["output0"],
        dynamic_axes={"images": {0: "batch"}, "output0": {0: "batch"}},
        dynamo=False,
    )
    proto = onnx.load(str(path))
    proto.producer_name, proto.doc_string = "", ""
    onnx.helper.set_model_props(
        proto,
        {
            "names": repr(dict(enumerate(CLASSES))),
            "stride": str(max(STRIDES)),
            "imgsz": repr([INPUT_H, INPUT_W]),
            "batch": "1",
            "task": "detect",
            "license": "Apache-2.0",
            "description": description,
        },
    )
    for node in proto.graph.node:
        node.doc_string = ""
    onnx.checker.check_model(proto, full_check=True)
    onnx.save(proto, str(path))


def main() -> None:
    """Train and export."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, nargs="+")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--steps", type=int, default=2000, help="steps on crops")
    parser.add_argument("--whole-steps", type=int, default=300, help="steps on whole frames, at the end")
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--rate", type=float, default=2e-3)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--start", type=Path, help="weights to go on from")
    options = parser.parse_args()
    torch.manual_seed(options.seed)
    torch.set_num_threads(options.threads)
    cv2.setNumThreads(0)
    frames = Frames(options.data, options.seed)
    print(f"{len(frames.images)} frames, {sum(map(len, frames.labels))} labels", flush=True)
    weights = options.out.with_suffix(".pt")
    model = train(frames, options.steps, options.whole_steps, options.batch, options.rate, options.start, weights)
    torch.save(model.state_dict(), weights)
    description = "SHT-CCTV demo detector, trained on rendered scenes only: person, helmet, vest, vehicle"
    export(model, options.out, description)
    count = sum(p.numel() for p in model.parameters())
    print(f"{options.out}: {count} parameters, {options.out.stat().st_size} bytes")


if __name__ == "__main__":
    main()
