"""What the detector is trained towards: task-aligned assignment, GIoU for boxes, quality-weighted scores."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

TOP = 10
CENTRE_CELLS = 1.5  # a cell this near to a small object's middle may answer for it


def corners(boxes: Tensor) -> Tensor:
    """(cx, cy, w, h) to (x1, y1, x2, y2)."""
    half = boxes[..., 2:] / 2
    return torch.cat((boxes[..., :2] - half, boxes[..., :2] + half), -1)


def overlap(a: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
    """IoU and GIoU of boxes given by corners, elementwise with broadcasting."""
    inner = (torch.minimum(a[..., 2:], b[..., 2:]) - torch.maximum(a[..., :2], b[..., :2])).clamp(min=0).prod(-1)
    outer = (torch.maximum(a[..., 2:], b[..., 2:]) - torch.minimum(a[..., :2], b[..., :2])).clamp(min=0).prod(-1)
    both = (a[..., 2:] - a[..., :2]).prod(-1) + (b[..., 2:] - b[..., :2]).prod(-1) - inner
    iou = inner / (both + 1e-6)
    return iou, iou - (outer - both) / (outer + 1e-6)


def assign(boxes: Tensor, scores: Tensor, points: Tensor, strides: Tensor, truth: Tensor) -> tuple[Tensor, Tensor]:
    """For one image, which truth (row, or -1) each anchor answers for, and how well it should score (0..1)."""
    count = len(points)
    owner = torch.full((count,), -1, dtype=torch.long)
    target = torch.zeros(count)
    wanted = truth[truth[:, 0] >= 0]
    if not len(wanted):
        return owner, target
    gt = wanted[:, 1:]
    middle = (gt[:, None, :2] + gt[:, None, 2:]) / 2
    inside = ((points > gt[:, None, :2]) & (points < gt[:, None, 2:])).all(-1)
    near = ((points - middle).abs() < (CENTRE_CELLS * strides)[:, None]).all(-1)
    small = (gt[:, 2:] - gt[:, :2]).amax(-1, keepdim=True) < 3 * strides
    allowed = inside | (near & small)
    iou = overlap(corners(boxes)[None], gt[:, None])[0].clamp(min=0)
    chosen = scores[:, wanted[:, 0].long()].T
    quality = chosen.sqrt() * iou.pow(4) * allowed + 1e-9 * allowed / (1 + (points - middle).norm(dim=-1))
    best, index = quality.topk(min(TOP, count), dim=1)
    picked = torch.zeros_like(quality).scatter_(1, index, (best > 0).float()) * allowed
    contested = (iou + 1e-6) * picked
    value, row = contested.max(0)
    taken = value > 0
    owner[taken] = row[taken]
    aligned = quality * picked
    peak = aligned.amax(1, keepdim=True)
    reach = (iou * picked).amax(1, keepdim=True)
    strength = (aligned / (peak + 1e-12) * (0.5 + 0.5 * reach)).amax(0)
    target[taken] = strength[taken]
    full = torch.nonzero(truth[:, 0] >= 0)[:, 0]
    owner[taken] = full[owner[taken]]
    return owner, target


def detection_loss(
    boxes: Tensor, logits: Tensor, points: Tensor, strides: Tensor, truths: list[Tensor]
) -> tuple[Tensor, dict[str, float]]:
    """The loss of a batch; truths are (class or -1 for ignored, x1, y1, x2, y2) per image."""
    wanted = torch.zeros_like(logits)
    weight = torch.ones_like(logits)
    box_loss = boxes.sum() * 0
    total = torch.tensor(0.0)
    for n, truth in enumerate(truths):
        owner, target = assign(boxes[n].detach(), logits[n].detach().sigmoid(), points, strides, truth)
        hidden = truth[truth[:, 0] < 0, 1:]
        if len(hidden):
            covered = ((points > hidden[:, None, :2] - 4) & (points < hidden[:, None, 2:] + 4)).all(-1).any(0)
            weight[n, covered & (owner < 0)] = 0
        mine = owner >= 0
        if mine.any():
            rows = truth[owner[mine]]
            wanted[n, mine, rows[:, 0].long()] = target[mine]
            giou = overlap(corners(boxes[n, mine]), rows[:, 1:])[1]
            box_loss = box_loss + ((1 - giou) * target[mine]).sum()
            total = total + target[mine].sum()
    chance = logits.sigmoid().detach()
    focus = torch.where(wanted > 0, torch.ones_like(wanted), 0.3 + chance.square())
    kind = functional.binary_cross_entropy_with_logits(logits, wanted, reduction="none") * weight * focus
    scale = total.clamp(min=1)
    kind_loss, box_loss = kind.sum() / scale, box_loss / scale
    return kind_loss + 2.5 * box_loss, {"class": float(kind_loss.detach()), "box": float(box_loss.detach())}
