"""The rules: what a site forbids or wants to know, judged frame by frame over tracks. One module per family."""

from controller.core.rules.engine import RuleEngine
from controller.core.rules.scene import Scene, TrackState

__all__ = ["RuleEngine", "Scene", "TrackState"]
