"""Monitoring: rules fire when they should and only then, every figure that they and the dashboards name exists."""

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from controller.core.figures import FIGURES
from scripts import grafana
from tests.servers.processes import program

HOME = Path(__file__).resolve().parents[2] / "deploy" / "monitoring"
RULES: list[dict[str, Any]] = yaml.safe_load((HOME / "cctv.rules.yml").read_text("utf-8"))["groups"][0]["rules"]
KNOWN = {figure.name: set(figure.labels) for figure in FIGURES}


def promtool(*words: str, cwd: Path = HOME) -> str:
    tool = program("promtool", what="promtool")
    done = subprocess.run([tool, *words], cwd=cwd, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def figures_of(query: str) -> set[str]:
    return set(re.findall(r"\bcctv_\w+", query))


def test_each_rule_fires_when_it_should_and_none_on_a_site_that_is_well() -> None:
    promtool("test", "rules", "cctv.rules.test.yml")
    promtool("check", "config", "--syntax-only", "prometheus.yml")
    tested = (HOME / "cctv.rules.test.yml").read_text("utf-8")
    assert [rule["alert"] for rule in RULES if rule["alert"] not in tested] == []


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_a_rule_names_figures_that_there_are_and_says_what_to_do(rule: dict[str, Any]) -> None:
    figures = figures_of(rule["expr"])
    assert figures <= set(KNOWN) or rule["alert"] == "CctvAway"
    assert rule["labels"]["severity"] in {"page", "ticket"}
    told = rule["annotations"]
    assert set(told) == {"summary", "summary_ko", "action"}
    assert re.search("[가-힣]", told["summary_ko"])
    assert all(text.endswith((".", "다.", "음.")) for text in told.values())
    named = set(re.findall(r"\$labels\.(\w+)", told["summary"]))
    assert all(named & KNOWN[figure] == named or "with" in told["summary"] for figure in figures)


def test_the_dashboards_are_what_their_table_says_and_name_figures_that_there_are(tmp_path: Path) -> None:
    for name in grafana.DASHBOARDS:
        assert (grafana.HOME / f"{name}.json").read_text("utf-8") == grafana.dashboard(name), (
            "python -m scripts.grafana"
        )
        made = json.loads(grafana.dashboard(name))
        assert len({panel["title"] for panel in made["panels"]}) == len(made["panels"])
    assert {file.stem for file in grafana.HOME.glob("*.json")} == set(grafana.DASHBOARDS)
    asked = grafana.queries()
    assert {figure for query in asked for figure in figures_of(query)} <= set(KNOWN)
    rules = [{"record": f"dashboard:{place}", "expr": query} for place, query in enumerate(asked)]
    (tmp_path / "all.yml").write_text(yaml.safe_dump({"groups": [{"name": "all", "rules": rules}]}), "utf-8")
    promtool("check", "rules", "all.yml", cwd=tmp_path)


def test_what_a_legend_names_its_figure_tells() -> None:
    for _, panels in grafana.DASHBOARDS.values():
        for panel in panels:
            for query, legend in panel.queries:
                labels = set.union(*(KNOWN[figure] for figure in figures_of(query)))
                assert set(re.findall(r"{{(\w+)}}", legend)) <= labels, panel.title
