"""Whatever a service writes into a payload, the page shows words: no key and no code as a program writes it."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from audit.adapters.web.labels import TYPES
from audit.adapters.web.payload_words import VALUES
from audit.adapters.web.wording import FIELDS, told_fields
from tests.architecture.tree import ROOT, SERVICES
from tests.audit.adapters.auditor_pages import Pages, text_of
from tests.audit.builders import FakeProducer
from tests.promises import promise

CODE = re.compile(r"\b([a-z][a-z0-9]*(_[a-z0-9]+)+|[A-Z][A-Z0-9]*(_[A-Z0-9]+)+)\b")
MAKERS = frozenset(("done", "granted", "refused", "_event", "auditor_act", "canonical_json", "AuditEvent", "Note"))
HOLDERS = frozenset(("what", "where", "told", "payload", "details", "content", "named", "more"))
COLUMNS = frozenset(
    ("event_id", "type", "occurred_at", "occurred_at_us", "decision", "owner", "actor_id", "organisation_id")
) | frozenset(
    ("subject", "policy", "reason", "rights_revision", "revision", "payload", "details", "reference", "label")
)
AS_TYPED = frozenset(("accepted_because", "accepted_by", "author", "job_title", "label", "motive", "name")) | frozenset(
    ("problems", "searched", "username")
)
OF_OTHER_LISTS = frozenset(("act", "type", "subject"))  # types of events and subjects have names of their own


def keys_of(node: ast.AST) -> Iterator[str]:
    for inner in ast.walk(node):
        if isinstance(inner, ast.Dict):
            for key in inner.keys:
                if isinstance(key, ast.Constant) and isinstance(key.value, str):
                    yield key.value


def keys_in(tree: ast.AST) -> Iterator[str]:
    """The keys of dictionaries that become payloads, and the named arguments of what makes events."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name in MAKERS:
                yield from (one.arg for one in node.keywords if one.arg and one.arg not in COLUMNS)
                for argument in (*node.args, *(one.value for one in node.keywords)):
                    yield from keys_of(argument)
            yield from (key for one in node.keywords if one.arg in HOLDERS for key in keys_of(one.value))
        targets = (
            node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
        )
        if any(isinstance(one, ast.Name) and one.id in HOLDERS for one in targets):
            yield from keys_of(node)


def written(service: str) -> set[str]:
    found: set[str] = set()
    for path in (ROOT / "services" / service / "src" / service).rglob("use_cases/*.py"):
        found |= set(keys_in(ast.parse(Path(path).read_text(encoding="utf-8"))))
    return found


@promise("audit:an-auditor-reads-words")
@pytest.mark.parametrize("service", SERVICES)
def test_every_key_that_a_service_writes_has_a_name(service: str) -> None:
    found = written(service)
    assert len(found) >= 5, "the sources are read as they are written"
    assert found - set(FIELDS) == set()


@promise("audit:an-auditor-reads-words")
def test_no_key_and_no_code_of_a_payload_is_shown_as_a_program_writes_it(pages: Pages) -> None:
    values = ("NOT_NAMED_YET", "not_named_yet", ["not_named_yet"], {"inner_key": "NOT_NAMED"}, *VALUES)
    with pages.app.test_request_context("/"):
        for key in ("brand_new_key", *sorted(set(FIELDS) - OF_OTHER_LISTS)):
            for value in values:
                shown = told_fields({key: value}) + told_fields({key: value}, technical=True)
                said = [label for label, _ in shown]
                if key not in AS_TYPED:
                    said += [line for _, lines in shown for line in lines]
                assert [one for one in said if CODE.search(one)] == []


@promise("audit:an-auditor-reads-words")
def test_days_months_and_states_are_words(pages: Pages) -> None:
    payload = {
        "convention_state": "draft",
        "departs_on": "-",
        "ends_on": "2026-12-31",
        "reference_month": "2026-11",
        "purpose": "calcul_participation_familiale_eaje",
        "fields": ["address", "aeeh_children"],
    }
    with pages.app.test_request_context("/"):
        assert dict(told_fields(payload)) == {
            "État de la convention": ["Projet"],
            "Date de départ": ["Aucune"],
            "Fin": ["jeudi 31 décembre 2026"],
            "Mois de référence": ["novembre 2026"],
            "Finalité": ["Calcul de la participation des familles en crèche"],
            "Informations montrées": ["Adresse", "Enfants qui ouvrent droit à l’AEEH"],
        }


def test_every_type_of_event_opens_in_words(signed_in: Pages) -> None:
    types = [name for name in TYPES if name.startswith("cdap.")]
    cdap = FakeProducer()
    signed_in.journal.append(*(cdap.event(type=name) for name in types))
    for name in types:
        _, page = signed_in.results(type=name)
        assert str(TYPES[name]) in page


@promise("auditor:consultations-to-examine")
def test_consultations_to_examine_are_counted_with_a_link_to_them(signed_in: Pages) -> None:
    assert "Aucune depuis le" in text_of(signed_in.browser.get("/"))
    cdap = FakeProducer()
    signed_in.journal.append(*cdap.events(2, type="cdap.consultation.suspicious"), cdap.event())
    signed_in.journal.append(cdap.event(type="cdap.consultation.suspicious", owner="751"))
    page = signed_in.browser.get("/")
    assert "2 consultations à examiner" in text_of(page)
    assert "/recherche?sorte=cdap.consultation.suspicious" in page.text
    form = signed_in.browser.get("/recherche?sorte=cdap.consultation.suspicious").text
    assert re.search(r'<option selected value="cdap.consultation.suspicious"', form)


@promise("auditor:readings-are-recorded")
def test_results_are_exported_with_number_and_hash_and_the_export_is_an_event(signed_in: Pages) -> None:
    cdap = FakeProducer()
    receipts = signed_in.journal.append(*cdap.events(3))
    where, _ = signed_in.results()
    answer = signed_in.browser.post(f"{where}/export")
    assert answer.mimetype == "text/csv"
    heading, *lines = answer.get_data().decode("utf-8-sig").splitlines()
    assert heading.startswith("Numéro dans le journal;")
    assert len(lines) == 3
    for line, receipt in zip(reversed(lines), receipts, strict=True):
        assert line.startswith(f"{receipt.index + 1};")
        assert line.endswith(f";{receipt.event_id};{receipt.leaf_hash.hex()}")
    _, page = signed_in.results(type="audit.results.exported")
    assert "Résultats d'une recherche exportés" in page
    signed_in.sign_in_for("751")
    assert signed_in.browser.post(f"{where}/export").status_code == 404
