"""Whatever a service writes into a payload, the page shows words: no key and no code as a program writes it."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from flask import g

from audit.adapters.web.payload_labels import Payload
from partnerkit.event_words import words_of
from servicekit.event_words import FIELD, TYPE, VALUE, Word
from tests.architecture.tree import SERVICES
from tests.audit.adapters.auditor_pages import Pages, text_of
from tests.audit.builders import FakeProducer
from tests.promises import promise

CODE = re.compile(r"\b([a-z][a-z0-9]*(_[a-z0-9]+)+|[A-Z][A-Z0-9]*(_[A-Z0-9]+)+)\b")
AS_TYPED = ("subject", "type", "text")  # forms: codes of other lists, and what people typed


@contextmanager
def speaking(pages: Pages) -> Iterator[None]:
    """Within a request, with the words known then."""
    with pages.app.test_request_context("/"):
        g.vocabulary = pages.journal.core.use_cases.vocabulary()
        yield


@promise("audit:an-auditor-reads-words")
def test_no_key_and_no_code_of_a_payload_is_shown_as_a_program_writes_it(pages: Pages) -> None:
    words = {service: words_of(service) for service in SERVICES}
    with speaking(pages):
        for service, named in words.items():
            values = [word.code for word in named if word.kind == VALUE]
            values = ["NOT_NAMED_YET", "not_named_yet", *values]
            for word in (
                Word(kind=FIELD, code="brand_new_key", french="", english=""),
                *(word for word in named if word.kind == FIELD),
            ):
                for value in (*values, ["not_named_yet"], {"inner_key": "NOT_NAMED"}):
                    shown = Payload(service, {word.code: value})
                    said = [*shown.ordinary(), *shown.technical()]
                    texts = [label for label, _ in said]
                    if word.form not in AS_TYPED:
                        texts += [line for _, lines in said for line in lines]
                    assert [text for text in texts if CODE.search(text)] == []


@promise("audit:an-auditor-reads-words")
def test_days_months_and_states_are_words(pages: Pages) -> None:
    payload: dict[str, object] = {
        "convention_state": "draft",
        "departs_on": "-",
        "ends_on": "2026-12-31",
    }
    consulted: dict[str, object] = {
        "reference_month": "2026-11",
        "purpose": "calcul_participation_familiale_eaje",
        "fields": ["address", "aeeh_children"],
    }
    with speaking(pages):
        assert dict(Payload("habpps", payload).ordinary()) == {
            "État de la convention": ["Projet"],
            "Date de départ": ["Aucune"],
            "Fin": ["jeudi 31 décembre 2026"],
        }
        assert dict(Payload("cdap", consulted).ordinary()) == {
            "Mois de référence": ["novembre 2026"],
            "Finalité": ["Calcul de la participation des familles en crèche"],
            "Informations montrées": ["Adresse", "Enfants qui ouvrent droit à l’AEEH"],
        }


def test_every_type_of_event_opens_in_words(signed_in: Pages) -> None:
    types = {word.code: word.french for word in words_of("cdap") if word.kind == TYPE}
    cdap = FakeProducer()
    signed_in.journal.append(*(cdap.event(type=name) for name in types))
    for name, label in types.items():
        _, page = signed_in.results(type=name)
        assert label in page


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
