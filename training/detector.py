"""The network: a small anchor-free detector with three strides, and its ONNX form in the Ultralytics 8/11 layout."""

from __future__ import annotations

import torch
from torch import Tensor, nn

STRIDES = (8, 16, 32)


class Conv(nn.Sequential):
    """Convolution, batch norm and SiLU; depthwise-separable where `light`."""

    def __init__(self, c_in: int, c_out: int, kernel: int = 1, stride: int = 1, *, light: bool = False) -> None:
        layers: list[nn.Module] = []
        if light:
            layers += [
                nn.Conv2d(c_in, c_in, kernel, stride, kernel // 2, groups=c_in, bias=False),
                nn.BatchNorm2d(c_in),
                nn.SiLU(),
                nn.Conv2d(c_in, c_out, 1, bias=False),
            ]
        else:
            layers += [nn.Conv2d(c_in, c_out, kernel, stride, kernel // 2, bias=False)]
        super().__init__(*layers, nn.BatchNorm2d(c_out), nn.SiLU())


class Split(nn.Module):
    """Half of the channels pass, half go through residual 3x3 pairs; all are mixed at the end."""

    def __init__(self, c_in: int, c_out: int, depth: int, *, residual: bool = True) -> None:
        super().__init__()
        half = c_out // 2
        self.enter = Conv(c_in, 2 * half)
        self.steps = nn.ModuleList(nn.Sequential(Conv(half, half, 3), Conv(half, half, 3)) for _ in range(depth))
        self.leave = Conv((2 + depth) * half, c_out)
        self.residual = residual

    def forward(self, x: Tensor) -> Tensor:
        parts = list(self.enter(x).chunk(2, 1))
        for step in self.steps:
            out = step(parts[-1])
            parts.append(parts[-1] + out if self.residual else out)
        mixed: Tensor = self.leave(torch.cat(parts, 1))
        return mixed


class Detector(nn.Module):
    """Images (N, 3, H, W; RGB 0..1) to boxes (N, A, 4; cx cy w h in pixels) and class logits (N, A, C)."""

    def __init__(self, classes: int) -> None:
        super().__init__()
        self.classes = classes
        b, c, d, e = 32, 48, 80, 112
        self.early = nn.Sequential(Conv(3, b, 7, 4), Conv(b, c, 3, 2), Split(c, c, 2))
        self.middle = nn.Sequential(Conv(c, d, 3, 2), Split(d, d, 1))
        self.late = nn.Sequential(Conv(d, e, 3, 2), Split(e, e, 1))
        self.pool = nn.MaxPool2d(5, 1, 2)
        self.pooled = Conv(e * 3, e)
        self.grow = nn.Upsample(scale_factor=2, mode="nearest")
        self.down_middle = Split(e + d, d, 1, residual=False)
        self.down_early = Split(d + c, c, 1, residual=False)
        self.shrink_early = Conv(c, c, 3, 2)
        self.up_middle = Split(c + d, d, 1, residual=False)
        self.shrink_middle = Conv(d, d, 3, 2)
        self.up_late = Split(d + e, e, 1, residual=False)
        self.box = nn.ModuleList(
            nn.Sequential(Conv(n, c, 3), Conv(c, c, 3, light=True), nn.Conv2d(c, 4, 1)) for n in (c, d, e)
        )
        self.kind = nn.ModuleList(
            nn.Sequential(Conv(n, c, 3, light=True), Conv(c, c, 3, light=True), nn.Conv2d(c, classes, 1))
            for n in (c, d, e)
        )
        for head in self.kind:
            nn.init.constant_(head.get_parameter("2.bias"), -4.6)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        early = self.early(x)
        middle = self.middle(early)
        late = self.late(middle)
        pooled = self.pool(late)
        late = self.pooled(torch.cat((late, pooled, self.pool(pooled)), 1))
        middle = self.down_middle(torch.cat((self.grow(late), middle), 1))
        early = self.down_early(torch.cat((self.grow(middle), early), 1))
        middle = self.up_middle(torch.cat((self.shrink_early(early), middle), 1))
        late = self.up_late(torch.cat((self.shrink_middle(middle), late), 1))
        boxes, kinds = [], []
        for n, level in enumerate((early, middle, late)):
            boxes.append(self._decode(self.box[n](level), STRIDES[n]))
            kinds.append(self.kind[n](level).flatten(2).transpose(1, 2))
        return torch.cat(boxes, 1), torch.cat(kinds, 1)

    def _decode(self, raw: Tensor, stride: int) -> Tensor:
        points = grid(raw.shape[2], raw.shape[3], stride).to(raw.device)
        flat = raw.flatten(2).transpose(1, 2)
        centre = flat[..., :2] * stride + points
        size = torch.exp(flat[..., 2:].clamp(-4, 6)) * stride
        return torch.cat((centre, size), -1)


def grid(rows: int, columns: int, stride: int) -> Tensor:
    """The centres (x, y) of a level's cells, in pixels."""
    ys, xs = torch.meshgrid(torch.arange(rows), torch.arange(columns), indexing="ij")
    return (torch.stack((xs, ys), -1).reshape(-1, 2) + 0.5) * stride


class Exported(nn.Module):
    """The detector with one output (N, 4 + C, A): cx, cy, w, h in input pixels, then class scores 0..1."""

    def __init__(self, detector: Detector) -> None:
        super().__init__()
        self.detector = detector

    def forward(self, images: Tensor) -> Tensor:
        boxes, kinds = self.detector(images)
        return torch.cat((boxes, kinds.sigmoid()), -1).transpose(1, 2)
