"""Measures the verifier on video files: ms per judged frame of every stage, and real-time streams per core.

`python bench/verify.py VIDEO… --model MODEL [--threads N] [--provider P]` prints one JSON line per video.
"""

import argparse
import json
import sys
import time
from pathlib import Path

from controller.app.offline import judge_file

_FPS = 5.0


def main() -> None:
    """Run the offline verifier on every video and print its times per judged frame."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("videos", nargs="+", type=Path)
    parser.add_argument("--model", default="yard")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--provider", default="auto")
    given = parser.parse_args()
    for video in given.videos:
        cpu_s = time.process_time()
        report, duration_ms = judge_file(
            video,
            models=[given.model],
            model_folders=[],
            rule_file=None,
            sample_fps=_FPS,
            provider=given.provider,
            threads=given.threads,
            timer=time.perf_counter,
            terminal=sys.stderr,
        )
        cpu_s = time.process_time() - cpu_s
        frames = max(1, len(report.frames))
        times = report.times
        line = {
            "video": video.name,
            "model": report.models[0].name,
            "provider": report.models[0].provider,
            "frames_judged": len(report.frames),
            "decode_ms": round(times.decode_ms / frames, 2),
            "infer_ms": round(times.infer_ms / frames, 2),
            "track_ms": round(times.track_ms / frames, 3),
            "rules_ms": round(times.rules_ms / frames, 3),
            "cpu_ms_per_frame": round(cpu_s * 1000 / frames, 2),
            "streams_per_core": round(duration_ms / 1000 / cpu_s, 1),
        }
        print(json.dumps(line))


if __name__ == "__main__":
    main()
