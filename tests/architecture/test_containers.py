"""The container file and the Kubernetes base of each service fit what the service needs."""

import re
import shutil
import subprocess
from typing import Any

import pytest
import yaml

from tests.architecture.test_deployment import web_ports
from tests.architecture.test_documents import commands_of, variables
from tests.architecture.tree import ROOT, SERVICES
from tests.promises import promise

BASE = ROOT / "deploy" / "kubernetes"


def _objects(service: str) -> dict[str, Any]:
    """The objects of the folder as they stand, by kind."""
    documents = [yaml.safe_load(path.read_text()) for path in sorted((BASE / service).glob("*.yaml"))]
    return {str(one["kind"]): one for one in documents}


def _containers(service: str) -> list[dict[str, Any]]:
    pod = _objects(service)["StatefulSet"]["spec"]["template"]["spec"]
    return [*pod["initContainers"], *pod["containers"]]


def test_every_service_has_its_folder_and_every_file_is_named() -> None:
    assert {path.name for path in BASE.iterdir()} == set(SERVICES)
    for service in SERVICES:
        named = set(_objects(service)["Kustomization"]["resources"])
        assert named == {path.name for path in (BASE / service).glob("*.yaml")} - {"kustomization.yaml"}


@promise("operators:containers-are-confined")
@pytest.mark.parametrize("service", SERVICES)
def test_a_container_is_nobody_and_may_write_its_folder_alone(service: str) -> None:
    pod = _objects(service)["StatefulSet"]["spec"]["template"]["spec"]
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["automountServiceAccountToken"] is False
    assert pod["terminationGracePeriodSeconds"] > 30
    for container in _containers(service):
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }
        assert set(container["args"]) <= commands_of(service)
        assert {one["name"] for one in container["env"]} <= variables()


@pytest.mark.parametrize("service", SERVICES)
def test_ports_and_probes_are_those_of_the_service(service: str) -> None:
    template = _objects(service)["StatefulSet"]["spec"]["template"]
    (serve,) = template["spec"]["containers"]
    pages = web_ports()[service]
    opened = {one["name"]: one["containerPort"] for one in serve["ports"]}
    assert opened == {"pages": pages, "grpc": pages + 1000, "metrics": pages + 1040}
    said = {one["name"]: one["value"] for one in serve["env"]}
    assert said[f"{service.upper()}_METRICS_PORT"] == str(opened["metrics"])
    assert template["metadata"]["annotations"]["prometheus.io/port"] == str(opened["metrics"])
    offered = {one["targetPort"]: one["port"] for one in _objects(service)["Service"]["spec"]["ports"]}
    assert offered == {"pages": pages, "grpc": pages + 1000}
    assert serve["readinessProbe"]["httpGet"] == {"path": "/healthz", "port": "pages"}
    assert "httpGet" not in serve["livenessProbe"], "a restart does not bring back what a service waits for"


@pytest.mark.parametrize("service", SERVICES)
def test_one_process_owns_the_file_of_sqlite(service: str) -> None:
    found = _objects(service)["StatefulSet"]["spec"]
    assert found["replicas"] == 1
    assert found["volumeClaimTemplates"][0]["spec"]["accessModes"] == ["ReadWriteOncePod"]


@pytest.mark.parametrize("service", SERVICES)
def test_kustomize_takes_the_folder(service: str) -> None:
    if shutil.which("kubectl") is None:
        pytest.skip("kubectl is not here")
    command = ["kubectl", "kustomize", str(BASE / service)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    assert {one["kind"] for one in yaml.safe_load_all(done.stdout)} == {"Service", "StatefulSet"}


def test_the_container_file_runs_as_nobody_from_locked_packages() -> None:
    text = (ROOT / "deploy" / "Containerfile").read_text()
    assert re.findall(r"^FROM (\S+)", text, re.MULTILINE) == ["${BASE}", "${BASE}"]
    base = re.search(r"^ARG BASE=(\S+)", text, re.MULTILINE)
    assert base is not None
    assert "/" not in base[1], "a bare name: no registry"
    assert "--require-hashes -r requirements.txt" in text
    last = text.rsplit("FROM ", 1)[1]
    assert re.search(r"^USER [1-9]\d*$", last, re.MULTILINE)
    assert "gcc" not in last
