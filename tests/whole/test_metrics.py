"""The metrics of the four services: what their labels may hold, and that operators find each of them explained."""

import ast
import re
from collections.abc import Iterator, Mapping

import grpc
import pytest
from prometheus_client.parser import text_string_to_metric_families
from werkzeug.test import Client

from servicekit.metrics import UNMATCHED, Gauge, MetricsPage, counted
from servicekit.rpc import ChannelOptions, open_channel
from tests.architecture.tree import ROOT, own_python
from tests.promises import promise
from tests.whole.house import SERVICES, Whole

PLANTED = ("7K4Q-2M9D", "1234567890123", "anne.leroy@mairie.example", "dupont", "%2e%2e", "<script>", "a" * 3000)
METHODS = ("GET", "POST", "PUT", "DELETE", "OPTIONS", "HEAD", "PATCH", "BREW", "leroy@mairie.example")
ODD_PATHS = tuple(f"/{word}" for word in PLANTED) + tuple(f"/organisations/{word}/users" for word in PLANTED)
METHOD_LABELS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "other"}


def _samples(whole: Whole) -> Iterator[tuple[str, Mapping[str, str], float]]:
    for family in text_string_to_metric_families(whole.exposition()):
        for sample in family.samples:
            yield sample.name, sample.labels, sample.value


def _labels(whole: Whole, metric: str, label: str) -> set[str]:
    return {labels[label] for name, labels, _ in _samples(whole) if name == metric}


def _rules(whole: Whole) -> set[str]:
    """Every rule that the pages of a service declare."""
    web = whole.process.web
    app = getattr(web, "_pages", web)
    hot = set(getattr(web, "_served", ()))
    return {rule.rule for rule in app.url_map.iter_rules()} | hot | {UNMATCHED}  # type: ignore[union-attr]


@promise("metrics:labels-hold-nothing-that-somebody-sent")
@pytest.mark.parametrize("service", SERVICES)
def test_odd_paths_and_methods_make_no_new_label(house: dict[str, Whole], service: str) -> None:
    whole = house[service]
    assert whole.process.web is not None
    client = Client(counted(whole.process.web))
    paths = [*ODD_PATHS, *(re.sub(r"<[^>]+>", "7K4Q-2M9D", rule) for rule in _rules(whole))]
    for path in paths:
        for method in METHODS:
            client.open(path, method=method, query_string={"matricule": PLANTED[1], "q": PLANTED[2]}).close()
    every = set().union(*(_rules(one) for one in house.values()))
    assert _labels(whole, "partenaire_page_seconds_count", "route") <= every
    assert _labels(whole, "partenaire_page_seconds_count", "method") <= METHOD_LABELS
    assert _labels(whole, "partenaire_page_seconds_count", "status") <= {"2xx", "3xx", "4xx", "5xx"}
    assert not [word for word in PLANTED if word in whole.exposition()]


@promise("metrics:labels-hold-nothing-that-somebody-sent")
@pytest.mark.parametrize("service", SERVICES)
def test_odd_calls_make_no_new_label(house: dict[str, Whole], service: str) -> None:
    whole = house[service]
    caller = next(name for name in SERVICES if name != service)
    options = ChannelOptions.to(service, f"localhost:{whole.settings.rpc_port}", house[caller].settings)
    before = _labels(whole, "partenaire_rpc_seconds_count", "method")
    with open_channel(options) as channel:
        for word in ("leroy", "7K4Q-2M9D", "x" * 500):
            ask = channel.current().unary_unary(f"/partenaire.{service}.v1.{word}/{word}")  # type: ignore[attr-defined]
            with pytest.raises(grpc.RpcError):
                ask(b"", timeout=5)
    assert _labels(whole, "partenaire_rpc_seconds_count", "method") - before <= _methods()
    codes = {code.name for code in grpc.StatusCode}
    assert _labels(whole, "partenaire_rpc_seconds_count", "code") <= codes


def _methods() -> set[str]:
    """Every method of the contracts."""
    found = set()
    for path in (ROOT / "protos/schema").rglob("*.proto"):
        text = path.read_text()
        package = re.search(r"^package ([\w.]+);", text, re.MULTILINE)
        assert package is not None
        for service, body in re.findall(r"^service (\w+) \{(.*?)^\}", text, re.MULTILINE | re.DOTALL):
            found |= {f"/{package[1]}.{service}/{method}" for method in re.findall(r"\brpc (\w+)\(", body)}
    return found


@promise("metrics:each-is-explained")
def test_operators_find_every_metric_explained_and_no_other(house: dict[str, Whole]) -> None:
    shown = frozenset().union(*(whole.running.metrics.names() for whole in house.values()))
    text = (ROOT / "docs/operate.md").read_text()
    explained = re.findall(r"^\| `((?:partenaire|process)_\w+)` \|", text, re.MULTILINE)
    assert sorted(explained) == sorted(shown)


@pytest.mark.parametrize("service", SERVICES)
def test_every_gauge_of_a_service_that_is_well_can_be_read(house: dict[str, Whole], service: str) -> None:
    unreadable = [
        labels["gauge"]
        for name, labels, value in _samples(house[service])
        if name == "partenaire_gauge_unreadable" and value
    ]
    assert unreadable == []


def test_a_gauge_that_cannot_be_read_hides_no_other_and_is_named() -> None:
    def broken() -> float:
        raise ValueError("the row says Anne Leroy")

    page = MetricsPage([Gauge("partenaire_broken", "x", broken), Gauge("partenaire_whole", "x", lambda: 7.0)])
    environ = {"PATH_INFO": "/metrics", "REQUEST_METHOD": "GET"}
    text = b"".join(page(environ, lambda *_: lambda _data: None)).decode()
    assert "partenaire_whole 7.0" in text
    assert 'partenaire_gauge_unreadable{gauge="partenaire_broken"} 1.0' in text
    assert "Leroy" not in text


def test_metrics_are_made_in_the_one_registry() -> None:
    """Another registry would be shown nowhere, and the one of the library would be shared with everybody's."""
    made = [
        str(path)
        for path in own_python()
        if path.parts[0] in {"libs", "services", "deploy"}
        and "prometheus_client" in (ROOT / path).read_text()
        and any(
            isinstance(node, ast.Import | ast.ImportFrom) and "prometheus_client" in ast.unparse(node)
            for node in ast.walk(ast.parse((ROOT / path).read_text()))
        )
    ]
    assert made == ["libs/servicekit/src/servicekit/metrics.py"]
