"""The pages: form, result, refusals; what is not found looks the same whatever the reason."""

import re
from datetime import timedelta
from importlib.resources import files
from pathlib import Path
from types import SimpleNamespace

import pytest
from flask import g

import cdap.adapters.web
from cdap.adapters.web.labels import PURPOSES as PURPOSE_LABELS
from cdap.adapters.web.values import TABLES
from habpps.adapters.files.catalogue import load_catalogue
from habpps.adapters.files.imports import read_extranets
from rights.decision import helpers_of
from rights.facts import Administrator
from rights.snapshot import Snapshot
from tests.cdap.adapters.conftest import NO_JOURNAL, Pages
from tests.cdap.builders import ORGANISATION, PURPOSES, the_document, the_facts, the_snapshot
from tests.promises import promise
from tests.servicekit.web.catalogue_check import untranslated, unused
from tests.servicekit.web.forms_check import answering_with_pages


def references(text: str) -> list[str]:
    """Every number of the page that somebody could read out on the telephone; no other identifier is on it."""
    assert not re.search(r"[0-9a-f]{8}-[0-9a-f]{4}-", text)
    return re.findall(r"<code[^>]*>([^<]+)</code>", text)


@promise("professional:asked-what-leaves-a-choice")
def test_the_form_asks_only_what_leaves_a_choice(pages: Pages) -> None:
    text = pages.text(pages.client.get("/"))
    assert 'name="matricule"' in text
    assert 'name="person_informed"' in text
    assert 'name="caf"' not in text
    assert 'name="reason"' not in text  # one purpose fits the profile T2
    assert "Caf des Hauts-de-Seine (921)" in text


@promise("professional:why-is-one-question")
def test_somebody_with_two_profiles_is_asked_one_question_and_gets_the_profile_that_serves_it(pages: Pages) -> None:
    pages.more_profiles = ("T1",)
    text = pages.text(pages.client.get("/"))
    offered = re.findall(r'<option value="([^"]*)"', text)
    assert offered == ["", f"T1 {PURPOSES['T1']}", f"T2 {PURPOSES['T2']}"]
    assert 'name="profile"' not in text
    assert 'name="purpose"' not in text
    answer = pages.ask(reason="")
    assert "Choisissez pourquoi vous consultez ce dossier" in pages.text(answer, 400)
    answer = pages.consult(reason=f"T2 {PURPOSES['T2']}")
    assert 'data-profile="T2"' in pages.text(answer)
    refused = pages.consult(reason=f"T1 {PURPOSES['T2']}")
    assert refused.status_code == 403, "a pair that nobody offered is for the rights to refuse"


@promise("professional:why-is-one-question")
def test_purposes_and_their_profiles_are_those_of_the_registry_alone() -> None:
    purposes = load_catalogue().purposes
    extranets = {one.code: one for one in read_extranets(Path(str(files("habpps").joinpath("data/extranets.toml"))))}
    served = {code: purposes[code] for code in extranets["cdap"].purposes}
    assert {code: str(label) for code, label in PURPOSE_LABELS.items()} == {
        code: one.label for code, one in served.items()
    }
    source = Path(cdap.adapters.web.__file__).parent
    for path in source.rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        assert path.name == "labels.py" or not any(f'"{code}"' in text for code in served), path


@pytest.mark.parametrize("profile", sorted(PURPOSES))
def test_each_profile_gets_its_page_with_its_reference(pages: Pages, profile: str) -> None:
    pages.profile = profile
    answer = pages.consult()
    text = pages.text(answer)
    assert pages.cdap.journal.events[-1].type == "cdap.dossier.consulted"
    assert references(text) == [answer.headers["X-Request-Id"]]
    assert answer.headers["Cache-Control"] == "no-store"
    assert f'data-profile="{profile}"' in text


@promise("professional:figures-have-their-period")
def test_t2_sees_the_base_resources_with_their_year_and_no_quotient_familial(pages: Pages) -> None:
    text = pages.text(pages.consult())
    assert "10 800" in text.replace("\u202f", " ").replace("\xa0", " ")
    assert "2024" in text
    assert 'data-field="quotient_familial"' not in text
    assert 'data-field="prestations_paid"' not in text
    assert "0199001234" not in text


@promise("professional:figures-have-their-period")
def test_t5_sees_the_quotient_familial_with_picture_and_table_and_no_resources(pages: Pages) -> None:
    pages.profile = "T5"
    text = pages.text(pages.consult())
    assert 'id="quotient-history"' in text
    assert "<polyline" in text
    assert "823" in text
    assert "non connu" in text
    assert 'data-field="annual_resources"' not in text


def _without_what_differs(text: str) -> str:
    text = re.sub(r'<code id="reference">[^<]+</code>', "", text)
    text = re.sub(r'name="(?:csrf|once)_token" value="[^"]*"', "", text)
    text = re.sub(r"consultation/[A-Za-z0-9_-]{22}", "", text)
    return re.sub(r'value="[0-9]{7}"', "", text)


def test_unknown_other_name_and_out_of_territory_are_the_same_page(pages: Pages) -> None:
    asked = [
        {"matricule": "9999999"},
        {"matricule": "0346145", "name": "lefevrf"},
        {"matricule": "0346147"},
        {"matricule": "0346147", "caf": "751"},
        {"matricule": "9999999", "caf": "751"},
    ]
    answers = [pages.consult(**changes) for changes in asked]
    texts = {_without_what_differs(pages.text(answer, 404)).replace("lefevrf", "lefevre") for answer in answers}
    assert len(texts) == 1
    headers = {
        tuple(sorted((k, v) for k, v in answer.headers if k not in {"X-Request-Id", "Set-Cookie"}))
        for answer in answers
    }
    assert len(headers) == 1


@promise("professional:refusals-are-recorded")
def test_the_journal_knows_the_true_reason(pages: Pages) -> None:
    pages.consult(matricule="9999999")
    pages.consult(matricule="0346147")
    assert pages.cdap.journal.told() == [
        ("cdap.search.performed", "DOSSIER_UNKNOWN"),
        ("cdap.consultation.refused", "OUT_OF_TERRITORY"),
    ]


@promise("professional:typed-text-stays")
def test_what_was_typed_is_kept_and_each_problem_is_said_beside_its_field(pages: Pages) -> None:
    text = pages.text(pages.consult(matricule="255081416802538", name="Müller"), 400)
    assert "ressemble à un numéro de sécurité sociale" in text
    assert 'value="Müller"' in text
    assert 'id="error-summary"' in text
    assert pages.cdap.journal.events == []


@promise("caf:person-is-informed")
def test_without_the_box_nothing_is_consulted(pages: Pages) -> None:
    text = pages.text(pages.consult(person_informed=""), 400)
    assert "Cochez la case après avoir informé la personne" in text
    assert pages.cdap.journal.events == []


def test_a_suspended_contract_is_refused_with_who_can_help_and_a_reference(pages: Pages) -> None:
    pages.cdap.rights.snapshot = the_snapshot(state="suspended")
    answer = pages.consult()
    text = pages.text(answer, 403)
    assert "contrat de service" in text
    assert references(text) == [answer.headers["X-Request-Id"]]
    assert "LEFÈVRE" not in text


@promise("caf:stale-rights-refuse")
def test_stale_rights_are_refused_for_now(pages: Pages) -> None:
    pages.cdap.rights.age = timedelta(seconds=6)
    assert "momentanément" in pages.text(pages.consult(), 503)


@pytest.mark.parametrize("patience", [NO_JOURNAL])
def test_without_audit_nothing_is_shown(pages: Pages) -> None:
    pages.cdap.journal.available = False
    text = pages.text(pages.consult(), 503)
    assert "journal" in text
    assert "LEFÈVRE" not in text


@promise("professional:each-result-in-words")
@pytest.mark.parametrize(
    ("status", "title"),
    [
        ({"code": "101", "since_on": "2026-06-01"}, "Dossier radié"),
        ({"code": "101", "since_on": "2026-06-01", "transferred_to": "951"}, "Dossier muté vers une autre Caf"),
        ({"code": "111", "since_on": "2026-06-01"}, "Dossier en cours d'affiliation"),
        ({"code": "121", "since_on": "2026-06-01"}, "Dossier suspendu"),
        ({"code": "131", "since_on": "2026-06-01"}, "Dossier incomplet"),
        ({"code": "132", "since_on": "2026-06-01"}, "décès"),
        ({"code": "141", "since_on": "2026-06-01"}, "Aucun droit ouvert"),
        ({"code": "151", "since_on": "2026-06-01"}, "Quotient familial non disponible"),
        ({"code": "161", "since_on": "2026-06-01"}, "Ressources absentes"),
    ],
)
def test_each_kind_of_result_says_what_it_means(pages: Pages, status: dict[str, str], title: str) -> None:
    pages.profile = "T1"
    pages.cdap.hold(the_document(status=status))
    assert title in pages.text(pages.consult())


def test_a_dossier_with_as_little_as_the_schema_asks_is_shown(pages: Pages) -> None:
    for profile in PURPOSES:
        pages.profile = profile
        little = the_document(
            children=the_document()["children"][1:],
            debts=[],
            open_rights=[],
            prestations_paid={"until": "2026-11", "amounts_cents": {}},
            annual_resources={"year": 2024, "amount_cents": None},
            quotient_familial={
                "supplier": "CNAF",
                "value": None,
                "month": "2026-11",
                "computed_on": "2026-11-05",
                "history": [None],
            },
            contact={"phone": None, "email": None},
        )
        for field in ("quarterly_resources", "rsa", "disability_rights"):
            del little[field]
        pages.cdap.hold(little)
        pages.text(pages.consult())


@promise("professional:nothing-personal-in-addresses")
def test_nothing_personal_stays_in_the_address(pages: Pages) -> None:
    text = pages.text(pages.client.get("/consultation"))
    assert 'id="search-form"' in text
    assert 'method="post"' in text
    assert pages.cdap.journal.events == []


def test_every_sentence_has_its_english_and_the_catalogue_nothing_else() -> None:
    package = Path(cdap.adapters.web.__file__).parent
    assert untranslated(package) == []
    assert unused(package) == []


@promise("professional:two-languages")
def test_the_pages_speak_english_too(pages: Pages) -> None:
    pages.profile = "T1"
    answer = pages.client.get(pages.ask().location, headers={"Accept-Language": "en"})
    assert "New search" in answer.text


@promise("front:no-page-answers-a-form")
def test_no_page_answers_a_form(pages: Pages) -> None:
    assert answering_with_pages(pages.app) == set()


@promise("pages:help-names-who-can-help")
def test_the_page_of_help_names_who_can_help_the_person_who_is_signed_in(pages: Pages) -> None:
    subject = SimpleNamespace(content=SimpleNamespace(subject="account-T2"))
    pages.app.before_request(lambda: setattr(g, "web_session", subject))
    text = pages.text(pages.client.get("/aide"))
    assert "La Caf des Hauts-de-Seine (921), qui a signé la convention" in text


@promise("pages:help-names-who-can-help")
def test_those_who_can_help_are_named_from_the_rights() -> None:
    def administrator(name: str, state: str = "active") -> Administrator:
        role = "partner_administrator"
        return Administrator(
            id=name, account_id=name, organisation_id=ORGANISATION, caf="921", role=role, state=state, name=name
        )

    people = [administrator("Dominique Martin"), administrator("Parti Loin", state="withdrawn")]
    snapshot = Snapshot.of([*the_facts(), *people], revision=1, epoch=1)
    assert helpers_of(snapshot, "account-T2") == (("Dominique Martin",), ("921",))
    assert helpers_of(snapshot, "Dominique Martin") == ((), ("921",))


@promise("professional:figures-go-into-other-software")
@pytest.mark.parametrize(("profile", "line"), [("T5", "Quotient familial : 823 ("), ("T2", "Enfants à charge : 2")])
def test_the_figures_that_may_be_used_are_there_as_lines_for_other_software(
    pages: Pages, profile: str, line: str
) -> None:
    pages.profile = profile
    text = pages.text(pages.consult())
    block = re.search(r'<pre id="software-text"[^>]*>([^<]+)</pre>', text)
    assert block is not None
    lines = block[1].splitlines()
    assert lines[0] == "Numéro d'allocataire : 0346145"
    assert any(one.startswith(line) for one in lines), lines


@promise("pages:english-is-english")
def test_every_label_of_a_code_is_said_in_english_on_an_english_page(pages: Pages) -> None:
    with pages.app.test_request_context("/", headers={"Accept-Language": "en"}):
        english = {name: dict(table) for name, table in TABLES.items()}
    with pages.app.test_request_context("/", headers={"Accept-Language": "fr"}):
        french = {name: dict(table) for name, table in TABLES.items()}
    assert len(english) >= 7
    assert all(set(english[name]) == set(french[name]) for name in french)
    accents = re.compile("[àâçéèêëîïôûù]")
    assert [one for table in english.values() for one in table.values() if accents.search(one.split(" (")[0])] == []
    pages.profile = "T1"
    page = pages.text(pages.client.get(pages.ask().location, headers={"Accept-Language": "en"}))
    assert "Allocations familiales" not in page
    assert "Family allowances" in page
