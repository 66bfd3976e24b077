"""The manifests fit the schemas of Kubernetes, and start the program as it wants to be started."""

from collections.abc import Iterator
from pathlib import Path

import kubernetes_validate
import pytest
import yaml

from app.settings import PREFIX, Settings

# The oldest release that is still supported somewhere, and the newest that the schemas know.
RELEASES = ("1.30", "1.37")
KUSTOMIZE = "kustomize.config.k8s.io/v1beta1"


def manifests(root: Path) -> Iterator[tuple[Path, dict]]:
    for path in sorted((root / "deploy/kubernetes").rglob("*.yaml")):
        for manifest in yaml.safe_load_all(path.read_text()):
            yield path, manifest


@pytest.fixture(scope="module")
def by_name(root: Path) -> dict[tuple[str, str], dict]:
    return {
        (each["kind"], each["metadata"]["name"]): each
        for _, each in manifests(root)
        if each["apiVersion"] != KUSTOMIZE
    }


@pytest.fixture(scope="module")
def pods(by_name: dict) -> dict[str, dict]:
    return {
        name: each["spec"]["template"]["spec"]
        for (_, name), each in by_name.items()
        if "template" in each.get("spec", {})
    }


@pytest.mark.parametrize("release", RELEASES)
def test_every_manifest_fits_the_schema(root: Path, release: str):
    checked = []
    for _, manifest in manifests(root):
        if manifest["apiVersion"] == KUSTOMIZE:
            continue
        # Strict: a field that the schema does not know is an error, too.
        kubernetes_validate.validate(manifest, release, strict=True)
        checked.append(manifest["kind"])
    assert {"Deployment", "Job", "NetworkPolicy", "HorizontalPodAutoscaler"} <= set(checked)


def test_the_schema_finds_a_mistake(by_name: dict):
    wrong = by_name["Deployment", "pigeonhole-api"] | {"replica": 2}
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(wrong, RELEASES[-1], strict=True)


def test_the_base_has_all_of_its_files(root: Path):
    for place in (root / "deploy/kubernetes").rglob("kustomization.yaml"):
        kustomization = yaml.safe_load(place.read_text())
        assert all((place.parent / name).exists() for name in kustomization["resources"]), place
    base = root / "deploy/kubernetes/base"
    listed = set(yaml.safe_load((base / "kustomization.yaml").read_text())["resources"])
    assert listed == {path.name for path in base.glob("*.yaml")} - {"kustomization.yaml"}


def test_pods_meet_the_restricted_standard(pods: dict[str, dict]):
    assert set(pods) == {"pigeonhole-api", "pigeonhole-worker", "pigeonhole-migrate"}
    for pod in pods.values():
        assert pod["automountServiceAccountToken"] is False
        assert pod["securityContext"]["runAsNonRoot"] is True
        assert pod["securityContext"]["runAsUser"] == 10001
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        (container,) = pod["containers"]
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }
        assert {mount["mountPath"] for mount in container["volumeMounts"]} == {"/data", "/tmp"}
        assert "memory" in container["resources"]["limits"]


def test_pods_run_the_verbs_of_the_program(pods: dict[str, dict]):
    assert {name: pod["containers"][0]["args"][0] for name, pod in pods.items()} == {
        "pigeonhole-api": "serve",
        "pigeonhole-worker": "worker",
        "pigeonhole-migrate": "migrate",
    }


def test_only_the_api_answers_probes(pods: dict[str, dict]):
    (api,) = pods["pigeonhole-api"]["containers"]
    assert api["livenessProbe"]["httpGet"]["path"] == "/livez"
    assert api["startupProbe"]["httpGet"]["path"] == "/livez"
    assert api["readinessProbe"]["httpGet"]["path"] == "/readyz"
    (worker,) = pods["pigeonhole-worker"]["containers"]
    assert not any(name.endswith("Probe") for name in worker)


def test_pods_have_time_to_finish_what_is_in_work(pods: dict[str, dict], by_name: dict):
    drain = float(by_name["ConfigMap", "pigeonhole"]["data"]["PIGEONHOLE_DRAIN_SECONDS"])
    for name in ("pigeonhole-api", "pigeonhole-worker"):
        assert pods[name]["terminationGracePeriodSeconds"] > drain + 5


def test_selectors_find_the_pods(by_name: dict):
    labels = {
        name: each["spec"]["template"]["metadata"]["labels"]
        for (kind, name), each in by_name.items()
        if kind == "Deployment"
    }
    for name, own in labels.items():
        assert by_name["Deployment", name]["spec"]["selector"]["matchLabels"] == own
        assert by_name["PodDisruptionBudget", name]["spec"]["selector"]["matchLabels"] == own
    assert by_name["Service", "pigeonhole"]["spec"]["selector"] == labels["pigeonhole-api"]
    scaled = by_name["HorizontalPodAutoscaler", "pigeonhole-worker"]["spec"]["scaleTargetRef"]
    assert ("Deployment", scaled["name"]) in by_name


def test_config_and_secret_make_a_production_server(by_name: dict, monkeypatch: pytest.MonkeyPatch):
    config = by_name["ConfigMap", "pigeonhole"]["data"]
    secret = by_name["Secret", "pigeonhole"]["stringData"]
    assert set(config) | set(secret) <= {
        f"{PREFIX}{name.upper()}" for name in Settings.model_fields
    }
    assert not any(name.endswith(("KEY", "URL")) for name in set(config) - {"PIGEONHOLE_BLOB_URL"})
    for name, value in (config | secret).items():
        own = value.replace("change-me", "own") if value else "x" * 40
        monkeypatch.setenv(name, own if name in secret else value)
    assert not Settings().is_embedded
