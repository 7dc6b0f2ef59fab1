"""What happens in rendered scenes that the model never saw is alarmed and nothing else: every step but the network."""

import pytest

from bench.episodes import HEIGHT_PX, WIDTH_PX, Score, Span, joined, raised_episodes, rules_for, true_episodes, watch
from controller.adapters.detector import load_detector
from controller.ports import Detector
from edge_agent.core.scene import Scene

pytestmark = [pytest.mark.integration, pytest.mark.timeout(120)]
FILM_MS = 9_400


@pytest.fixture(scope="module")
def yard() -> Detector:
    return load_detector("yard", provider="cpu")


def scores_of(name: str, seed: int, film_ms: int, detector: Detector, scores: dict[str, Score]) -> list[str]:
    """Count one scene; what went wrong."""
    scene = Scene(name, seed, WIDTH_PX, HEIGHT_PX)
    seen = tuple(watch(scene, detector, 0, film_ms))
    rules = rules_for(scene.danger_zone)
    raised = raised_episodes(rules, detector.info, seen)
    return [
        f"{name} {seed} {rule.name} {wrong}"
        for rule in rules
        for wrong in scores.setdefault(rule.name, Score()).add(true_episodes(rule, seen), raised[rule.name], film_ms)
    ]


def test_two_places_show_who_is_in_the_zone_and_who_wears_nothing_near_and_far(yard: Detector) -> None:
    scores: dict[str, Score] = {}
    wrong = [told for seed in (1012, 1027) for told in scores_of("yard", seed, FILM_MS, yard, scores)]
    assert wrong == []
    assert {name: score.episodes for name, score in scores.items()} == {"zone": 2, "helmet": 2, "vest": 2}
    assert all(score.raised >= 2 for score in scores.values())


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_fifty_places(yard: Detector) -> None:
    scores: dict[str, Score] = {}
    names = ["yard"] * 34 + ["gate"] * 16
    wrong = [told for seed, name in enumerate(names, 1001) for told in scores_of(name, seed, 64_000, yard, scores)]
    for name, score in scores.items():
        assert score.precision >= 0.95, (name, wrong)
        assert score.recall >= 0.90, (name, wrong)


def test_episodes_are_joined_and_counted_by_their_time() -> None:
    assert joined([Span(5000, 6000), Span(0, 1000), Span(2900, 4000)]) == (Span(0, 6000),)
    assert joined([Span(0, 1000), Span(3000, 4000)]) == (Span(0, 1000), Span(3000, 4000))
    score = Score()
    wrong = score.add(
        [Span(0, 5000), Span(20_000, 25_000), Span(58_000, 60_000)], [Span(4000, 9000), Span(12_000, 13_000)], 60_000
    )
    assert wrong == ["missed 20.0-25.0 s", "false 12.0-13.0 s"]
    assert (score.episodes, score.found, score.raised, score.right) == (2, 1, 2, 1)
    assert (score.precision, score.recall) == (0.5, 0.5)
