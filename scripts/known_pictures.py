"""Renders the known pictures that a provider is compared on: frames of unseen seeds, with what is in them."""

import json
import sys
from pathlib import Path

import cv2

from edge_agent.core.scene import Scene

FOLDER = Path(__file__).resolve().parent.parent / "controller" / "models" / "known"
WIDTH_PX, HEIGHT_PX = 768, 432
SEEDS = range(61, 69)
TIMES_MS = range(3_000, 60_000, 1_500)
LEAST_SHARE = 0.0006  # of the picture, for a thing that has to be found
LEAST_VISIBLE = 0.7
QUALITY = 88


def main() -> None:
    """Write the pictures of the busiest moments, no two of them near each other."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    told = []
    for seed in SEEDS:
        for name in ("yard", "gate"):
            scene = Scene(name, seed, WIDTH_PX, HEIGHT_PX)
            at = max(TIMES_MS, key=lambda t_ms: sum(t.visible >= LEAST_VISIBLE for t in scene.truth(t_ms)))
            file = f"{name}-{seed}.jpg"
            picture = cv2.cvtColor(scene.luma_chroma(at), cv2.COLOR_YUV2BGR_I420)
            if not cv2.imwrite(str(FOLDER / file), picture, [cv2.IMWRITE_JPEG_QUALITY, QUALITY]):
                sys.exit(f"{file} cannot be written")
            things = []
            for truth in scene.truth(at):
                hidden = truth.visible < LEAST_VISIBLE
                for kind, box in ((truth.kind, truth.box), ("helmet", truth.helmet_box), ("vest", truth.vest_box)):
                    if box is not None:
                        small = (box[2] - box[0]) * (box[3] - box[1]) < LEAST_SHARE
                        place = [round(float(value), 4) for value in box]
                        things.append({"class": kind, "box": place, "ignored": bool(hidden or small)})
            told.append({"file": file, "things": things})
    text = json.dumps({"pictures": told}) + "\n"
    (FOLDER / "truth.json").write_text(text, encoding="utf-8")
    print(f"{len(told)} pictures, {sum(len(p['things']) for p in told)} things")


if __name__ == "__main__":
    main()
