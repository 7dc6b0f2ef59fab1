"""What deploys the system fits schemas and linters, and names only what the system has."""

import json
import os
import platform
import re
import shutil
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import check_jsonschema
import kubernetes_validate
import pytest
import yaml
from jsonschema import Draft202012Validator
from jsonschema.validators import validator_for

from controller.app.role import ROLES
from controller.cli import COMMANDS
from controller.core.figures import FIGURES
from controller.settings import Settings
from tests.repo.tree import ROOT, matching, text_of
from tests.servers.image_tree import context, read, words_of
from tests.servers.processes import program
from tests.unit.controller.core.test_figures import QUIET

HOME = ROOT / "deploy"
DOCKERFILES = sorted((HOME / "images").glob("*.Dockerfile"))
COMPOSE: dict[str, Any] = yaml.safe_load((HOME / "compose.yaml").read_text("utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
BASE = HOME / "kubernetes" / "base"
MANIFESTS: list[dict[str, Any]] = [
    document
    for file in sorted(BASE.glob("*.yaml"))
    if file.name != "kustomization.yaml"
    for document in yaml.safe_load_all(file.read_text("utf-8"))
]
OWN_USER = "10001:10001"


def schema(name: str) -> dict[str, Any]:
    """One that the package check-jsonschema carries."""
    folder = Path(check_jsonschema.__file__).parent / "builtin_schemas" / "vendor"
    found: dict[str, Any] = json.loads((folder / f"{name}.json").read_text("utf-8"))
    return found


def faults(document: object, by: dict[str, Any]) -> list[str]:
    checker = validator_for(by, default=Draft202012Validator)(by)
    return [f"{list(one.absolute_path)}: {one.message}"[:300] for one in checker.iter_errors(document)]


def pods() -> list[tuple[str, dict[str, Any]]]:
    """The pod specs of the manifests, by what makes them."""
    made = [one for one in MANIFESTS if one["kind"] in {"Deployment", "StatefulSet", "Job"}]
    return [(one["metadata"]["name"], one["spec"]["template"]["spec"]) for one in made]


def containers() -> list[dict[str, Any]]:
    return [one for _, pod in pods() for one in [*pod.get("initContainers", []), *pod["containers"]]]


def test_dockerfiles_pass_the_linter() -> None:
    if platform.machine() != "x86_64":
        pytest.skip("the linter's package has no program for this machine")
    linter = program("hadolint", what="hadolint")
    done = subprocess.run([linter, *DOCKERFILES], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("file", DOCKERFILES, ids=lambda file: file.stem)
def test_an_image_is_pinned_closed_and_watches_itself(file: Path) -> None:
    stages = read(file)
    named = {stage.name for stage in stages}
    bases = {stage.base for stage in stages} - named
    assert bases
    assert all(re.search(r"@sha256:[0-9a-f]{64}$", base) for base in bases)
    last = stages[-1]
    assert last.all_of("USER") == [OWN_USER]
    assert last.all_of("HEALTHCHECK"), "nothing says whether it is well"
    assert not any(stage.all_of("ADD") for stage in stages)
    installed = " ".join(last.all_of("RUN"))
    assert not re.search(r"-dev|gcc|build-essential|python3-(pip|venv)|git", installed)
    assert words_of(last, "ENTRYPOINT")[0] in {"cctv", "cctv-edge"}
    if words_of(last, "ENTRYPOINT") == ["cctv"]:
        assert words_of(last, "CMD")[0] in COMMANDS


def test_what_images_run_is_in_files_and_every_run_of_them_is_a_script() -> None:
    commands = [text for file in DOCKERFILES for stage in read(file) for text in stage.all_of("RUN")]
    scripts = {part.split()[0] for text in commands for part in text.split("&&")}
    assert {Path(script).name for script in scripts} == {file.name for file in (HOME / "images").glob("*.sh")}
    for script in matching(".sh", under="deploy/"):
        assert text_of(script).startswith("#!/bin/sh\n# "), f"{script} does not say what it does"
        assert (ROOT / script).stat().st_mode & 0o100 or script.endswith("store.sh")
        subprocess.run(["sh", "-n", ROOT / script], check=True)


def test_a_build_is_given_what_it_needs_and_no_secret() -> None:
    given = set(context())
    assert {"pyproject.toml", "hatch_build.py", "LICENSE", "README.md", "scripts/setup.py"} <= given
    assert {name for name in matching(".py") if name.split("/")[0] in {"shared", "controller", "edge_agent"}} <= given
    for name in given:
        assert not name.startswith(("deploy/compose", "tests/", "docs/", ".git")), name


def test_compose_fits_its_schema_and_so_does_the_workflow() -> None:
    assert faults(COMPOSE, schema("compose-spec")) == []
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "ci.yml").read_text("utf-8"))
    workflow["on"] = workflow.pop(True)  # YAML 1.1 reads the word as a truth
    assert faults(workflow, schema("github-workflows")) == []
    assert faults({"services": {"x": {"imagee": "y"}}}, schema("compose-spec")) != []


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_of_compose_is_closed(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]
    assert not {"privileged", "cap_add", "pid", "userns_mode"} & set(service)
    own = service["image"].startswith("sht-cctv/")
    assert own or (service["user"].split(":")[0] != "0" and "healthcheck" in service)
    tag = service["image"].partition("@")[0].rpartition(":")[2]
    assert re.fullmatch(r"v?\d+\.\d+(\.\d+)?(-alpine)?", tag), "not an exact version"
    if own:
        assert (ROOT / service["build"]["dockerfile"]).is_file()
    for volume in service.get("volumes", []):
        source = re.sub(r"\$\{\w+:-(.*?)\}", r"\1", volume).split(":")[0]
        made = {"./compose/footage", "./compose/acme"}  # by prepare.sh
        assert source in COMPOSE["volumes"] or source in made or (HOME / source).exists(), source
    for words in service.get("environment", {}).items():
        assert "PASSWORD" not in words[0] or words[1].startswith("/run/secrets/")


def test_what_compose_keeps_apart_meets_nowhere_else() -> None:
    in_network = {
        network: {name for name, one in SERVICES.items() if network in one.get("networks", {})}
        for network in COMPOSE["networks"]
    }
    assert in_network["inside"] == {"controller", "proxy"}
    assert "edge" not in in_network["data"] | in_network["watch"]
    assert all(COMPOSE["networks"][name]["internal"] for name in ("inside", "data", "watch"))
    published = {port for one in SERVICES.values() for port in one.get("ports", [])}
    assert published == {"8883:8883", "8884:8884", "443:443", "80:80", "8444:8444", "127.0.0.1:3000:3000"}


def test_each_secret_of_compose_is_made_by_its_script_and_kept_out_of_the_tree() -> None:
    script = (HOME / "compose" / "prepare.sh").read_text("utf-8")
    for name, one in COMPOSE["secrets"].items():
        assert one["file"] == f"./compose/secrets/{name}"
        assert name in script
    used = {name for service in SERVICES.values() for name in service.get("secrets", [])}
    assert used == set(COMPOSE["secrets"])
    assert not matching("", under="deploy/compose/secrets/")


@pytest.mark.parametrize("file", [HOME / "compose" / "cctv.toml", BASE / "cctv.toml"], ids=["compose", "kubernetes"])
def test_the_settings_are_settings(file: Path) -> None:
    text = file.read_text("utf-8")
    settings = Settings.model_validate(tomllib.loads(text))
    assert settings.reached_secure
    if "# [store]" in text:
        head, _, other = text.partition("# With `--profile s3`")
        kept = head.partition("[store]")[0]
        wished = "\n".join(line[2:] for line in other.splitlines()[1:])
        assert Settings.model_validate(tomllib.loads(kept + wished)).store.kind == "s3"


def test_the_proxy_that_compose_names_is_the_one_that_is_believed() -> None:
    settings = tomllib.loads((HOME / "compose" / "cctv.toml").read_text("utf-8"))
    address = SERVICES["proxy"]["networks"]["inside"]["ipv4_address"]
    assert settings["listen"]["proxies"] == [f"{address}/32"]
    target = f"controller:{settings['listen']['port']}"
    assert f"server {target} " in (HOME / "compose" / "nginx" / "controllers.conf").read_text("utf-8")
    scraped = yaml.safe_load((HOME / "compose" / "prometheus.yml").read_text("utf-8"))
    assert scraped["scrape_configs"][0]["static_configs"][0]["targets"] == [target]


@pytest.mark.parametrize("manifest", MANIFESTS, ids=lambda one: f"{one['kind']}-{one['metadata']['name']}")
def test_a_manifest_fits_the_schema_of_its_kind(manifest: dict[str, Any]) -> None:
    kubernetes_validate.validate(manifest, "1.34", strict=True)


def test_a_manifest_with_an_unknown_key_would_be_found() -> None:
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(
            {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "x"}, "spek": {}}, "1.34", strict=True
        )


@pytest.mark.parametrize(("name", "pod"), pods(), ids=[name for name, _ in pods()])
def test_a_pod_runs_as_nobody_in_particular(name: str, pod: dict[str, Any]) -> None:
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert pod["automountServiceAccountToken"] is False
    volumes = {one["name"] for one in pod["volumes"]}
    for one in [*pod.get("initContainers", []), *pod["containers"]]:
        closed = one["securityContext"]
        assert closed["readOnlyRootFilesystem"] is True
        assert closed["allowPrivilegeEscalation"] is False
        assert closed["capabilities"] == {"drop": ["ALL"]}
        assert "memory" in one["resources"]["limits"], f"{name}: {one['name']}"
        assert {mount["name"] for mount in one["volumeMounts"]} <= volumes


def test_roles_commands_figures_and_ports_of_the_manifests_are_the_applications() -> None:
    served = {one["args"][2] for one in containers() if one.get("args", [""])[0] == "serve"}
    commands = {one["args"][0] for one in containers() if "args" in one}
    assert served <= set(ROLES)
    assert served | {"worker", "broker", "enrich"} == set(ROLES), (
        "the broker is yours, enrich is for who switched it on"
    )
    assert commands <= set(COMMANDS)
    scaled = next(one for one in MANIFESTS if one["kind"] == "HorizontalPodAutoscaler")
    metric = scaled["spec"]["metrics"][0]["external"]["metric"]
    figure = next(one for one in FIGURES if one.name == metric["name"])
    wanted = metric["selector"]["matchLabels"]
    told = [dict(zip(figure.labels, labels, strict=True)) for labels, _ in figure.read(QUIET)]
    assert any(wanted.items() <= one.items() for one in told), wanted
    settings = Settings.model_validate(tomllib.loads((BASE / "cctv.toml").read_text("utf-8")))
    front = next(pod for name, pod in pods() if name == "front")
    assert front["containers"][0]["ports"][0]["containerPort"] == settings.listen.port
    beside = (BASE / "nginx" / "relay.conf").read_text("utf-8")
    assert f"listen {settings.relay.host}:{settings.relay.port};" in beside


def test_everything_is_denied_first_and_everybody_who_may_be_away_has_a_budget() -> None:
    denied = next(one for one in MANIFESTS if one["metadata"]["name"] == "default-deny")
    assert denied["spec"] == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    budgets = {one["metadata"]["name"] for one in MANIFESTS if one["kind"] == "PodDisruptionBudget"}
    assert budgets == {name for name, _ in pods()} - {"prepare"}


def test_kustomize_reads_every_file_that_there_is() -> None:
    kinds = ("overlays", "components")
    folders = [folder for kind in kinds for folder in sorted((HOME / "kubernetes" / kind).iterdir())]
    for folder in (BASE, *folders, HOME / "nginx"):
        known = yaml.safe_load((folder / "kustomization.yaml").read_text("utf-8"))
        for name in known.get("resources", []):
            assert (folder / name).exists(), f"{folder.name}: {name}"
        files = [name for one in known.get("configMapGenerator", []) for name in one["files"]]
        assert all((folder / name).is_file() for name in files)
    listed = set(yaml.safe_load((BASE / "kustomization.yaml").read_text("utf-8"))["resources"])
    assert {file.name for file in BASE.glob("*.yaml")} - {"kustomization.yaml"} <= listed


def built(folder: Path) -> list[dict[str, Any]]:
    """What kustomize makes of a folder, each part fit for its schema."""
    tool = shutil.which("kubectl")
    if tool is None:
        pytest.skip("kubectl is not installed: no Debian package has it")
    done = subprocess.run([tool, "kustomize", str(folder)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    made = list(yaml.safe_load_all(done.stdout))
    for one in made:
        kubernetes_validate.validate(one, "1.34", strict=True)
    return made


@pytest.mark.parametrize("overlay", ["base", "overlays/small", "overlays/gpu"])
def test_what_kustomize_makes_fits_the_schemas(overlay: str) -> None:
    made = built(HOME / "kubernetes" / overlay)
    worker = next(one for one in made if one["kind"] == "Deployment" and one["metadata"]["name"] == "worker")
    limits = worker["spec"]["template"]["spec"]["containers"][0]["resources"]["limits"]
    assert ("nvidia.com/gpu" in limits) == (overlay == "overlays/gpu")


def test_what_is_switched_on_finds_its_pod_and_its_way(tmp_path: Path) -> None:
    """As somebody's own overlay names the components, beside the base."""
    home = os.path.relpath(HOME / "kubernetes", tmp_path.resolve())
    own = {"resources": [f"{home}/base"], "components": [f"{home}/components/{name}" for name in ("enrich", "traces")]}
    (tmp_path / "kustomization.yaml").write_text(json.dumps(own), "utf-8")
    made = {(one["kind"], one["metadata"]["name"]): one for one in built(tmp_path)}
    duties = made["Deployment", "duties"]["spec"]["template"]
    asked, beside = (
        next(one for one in duties["spec"]["containers"] if one["name"] == name) for name in ("enrich", "notify")
    )
    assert asked == beside | {"name": "enrich", "args": ["serve", "--role", "enrich", *beside["args"][3:]]}
    assert asked["args"][2] in ROLES
    for name, port in (("language-model", 8000), ("collector", 4318)):
        way = made["NetworkPolicy", name]
        assert way["metadata"]["namespace"] == made["Deployment", "duties"]["metadata"]["namespace"]
        assert way["spec"]["podSelector"]["matchLabels"].items() <= duties["metadata"]["labels"].items()
        assert port in [one["port"] for rule in way["spec"]["egress"] for one in rule["ports"]]
