"""The auditor's pages, signed in through a fake issuer, on a real SQLite journal."""

import re
from dataclasses import replace

import pytest

from audit.use_cases.erase import RedactionDecision
from audit.use_cases.ports import EntryRow
from tests.audit.adapters.auditor_pages import Pages, text_of
from tests.audit.builders import COMMUNE, DIRECTRICE, FakeProducer, Journal
from tests.plain import reads_plainly
from tests.promises import promise
from tests.servicekit.web.forms_check import answering_with_pages


@promise("auditor:auditors-only")
def test_nobody_sees_a_page_without_signing_in(pages: Pages) -> None:
    for path in ("/", "/recherche", f"/recherches/{DIRECTRICE}", f"/recherches/{DIRECTRICE}/evenements/{DIRECTRICE}"):
        assert pages.browser.get(path).location.startswith("/connexion")


@promise("auditor:auditors-only")
@pytest.mark.parametrize(
    "details",
    [
        [],
        [{"type": "service_contract", "extranet": "cdap", "profiles": ["T2"]}],
        [{"type": "administration", "extranet": "habpps", "role": "caf_administrator", "caf": "921"}],
        [{"type": "administration", "extranet": "audit", "role": "caf_auditor"}],
    ],
)
def test_only_a_caf_auditor_may_enter(pages: Pages, details: list[dict[str, object]]) -> None:
    pages.provider.change_access = lambda claims: claims.update(authorization_details=details)
    pages.sign_in()
    for path in ("/", "/recherche"):
        answer = pages.browser.get(path)
        assert answer.status_code == 403
        assert "réservé aux auditeurs" in text_of(answer)


def test_the_home_page_tells_the_state_with_a_figure_beside_its_table(signed_in: Pages) -> None:
    signed_in.journal.append(*FakeProducer().events(3))
    signed_in.journal.core.use_cases.publish()
    page = text_of(signed_in.browser.get("/"))
    assert "Aucun événement ne manque" in page
    assert "Consultations : dernier événement le lundi 23 novembre 2026" in page
    assert '<svg class="audit-figure"' in page
    assert "<title" in page
    assert "<desc" in page
    assert "lundi 23 novembre 2026" in page
    assert "3 événements" in page


@promise("auditor:missing-events-are-told")
def test_missing_numbers_are_told_on_the_home_page_after_thirty_seconds(signed_in: Pages) -> None:
    cdap = FakeProducer()
    cdap.events(2)
    signed_in.journal.append(cdap.event())
    assert "Aucun événement ne manque" in text_of(signed_in.browser.get("/"))
    signed_in.journal.clock.forward(seconds=31)
    assert "Consultations : numéros 0 à 1, depuis le" in text_of(signed_in.browser.get("/"))


def test_the_home_page_of_an_empty_journal_says_so(signed_in: Pages) -> None:
    assert "Le journal est vide" in text_of(signed_in.browser.get("/"))


@promise("auditor:masked-until-opened")
def test_a_dossier_is_found_masked_and_shown_in_clear_with_its_proof_on_its_page(signed_in: Pages) -> None:
    event = FakeProducer().event(payload={"territory": "921", "purpose": "accueil du jeune enfant"})
    signed_in.journal.append(event)
    signed_in.journal.core.use_cases.publish()
    address, page = signed_in.results(caf="921", matricule="346145")
    assert "921 / ••••145" in page
    assert "0346145" not in page
    assert "Dossier consulté" in page
    assert "CTRL-2026-14" in page
    assert "346145" not in address
    shown = text_of(signed_in.browser.get(f"{address}/evenements/{event.act.event_id}"))
    assert "921 / 0346145" in shown
    assert "accueil du jeune enfant" in shown
    assert "l'événement n° 1 du journal" in shown
    assert "Preuve vérifiée" in shown
    assert "— partenaire.localhost/journal" in shown
    types = [row.keys.type for row in _rows(signed_in.journal)]
    assert types == [
        "cdap.dossier.consulted",
        "audit.search.performed",
        "audit.results.consulted",
        "audit.event.consulted",
    ]
    assert signed_in.journal.verify().is_intact


def _rows(opened: Journal) -> list[EntryRow]:
    results = opened.core.use_cases.results
    return list(results.store.read(lambda repositories: repositories.entries.between(0, 1000)))


def test_every_criterion_narrows_the_search(signed_in: Pages) -> None:
    cdap = FakeProducer()
    signed_in.journal.append(
        cdap.event(), cdap.event(decision="refused", reason="RIGHTS_STALE", type="cdap.consultation.refused")
    )
    for criteria in (
        {"decision": "refused"},
        {"type": "cdap.consultation.refused"},
        {"actor_id": DIRECTRICE, "decision": "refused"},
        {"from_on": "2026-11-23", "until_on": "2026-11-23", "decision": "refused"},
    ):
        _, page = signed_in.results(**criteria)
        assert page.count("Ouvrir l'événement") == 1, criteria
    _, page = signed_in.results(actor_id="somebody else")
    assert "Aucun événement trouvé" in page
    _, page = signed_in.results(from_on="2026-11-24", actor_id=DIRECTRICE)
    assert "Aucun événement trouvé" in page


@promise("caf:cafs-are-isolated")
def test_events_of_another_caf_are_not_shown(signed_in: Pages) -> None:
    event = FakeProducer().event(subject="dossier:751:0000001", payload={"territory": "751"})
    signed_in.journal.append(event)
    address, page = signed_in.results(actor_id=DIRECTRICE)
    assert "Aucun événement trouvé" in page
    answer = signed_in.browser.get(f"{address}/evenements/{event.act.event_id}")
    assert answer.status_code == 404
    assert "Événement introuvable" in text_of(answer)


def test_results_come_in_pages_from_the_newest(signed_in: Pages) -> None:
    signed_in.journal.append(*FakeProducer().events(60))
    address, page = signed_in.results(actor_id=DIRECTRICE)
    assert page.count("Ouvrir l'événement") == 50
    following = re.search(r'id="page-next" rel="next" href="([^"]+)"', page)
    assert following is not None
    assert following[1] == f"{address}?avant=10"
    assert text_of(signed_in.browser.get(following[1])).count("Ouvrir l'événement") == 10


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({"case_number": ""}, "Indiquez le numéro du dossier de contrôle"),
        ({"case_number": "é"}, "Indiquez le numéro du dossier de contrôle"),
        ({"caf": "92", "matricule": "1"}, "Le code d'une Caf a trois chiffres"),
        ({"caf": "921", "matricule": "abc"}, "Le numéro d'allocataire a 7 chiffres au plus"),
        ({"caf": "921", "matricule": "1", "subject": "account:x"}, "pas les deux"),
        ({"from_on": "2026-11-24", "until_on": "2026-11-22"}, "La période finit avant de commencer"),
    ],
)
def test_a_form_filled_in_wrongly_says_where_and_keeps_what_was_typed(
    signed_in: Pages, form: dict[str, str], sentence: str
) -> None:
    answer = signed_in.search(actor_id="kept-actor", **form)
    page = text_of(answer)
    assert answer.status_code == 400
    assert sentence in page
    assert 'id="error-summary"' in page
    assert "kept-actor" in page
    assert _rows(signed_in.journal) == []


def test_a_search_can_be_taken_up_and_changed(signed_in: Pages) -> None:
    address, _ = signed_in.results(caf="921", matricule="0346145", decision="refused", until_on="2026-11-23")
    page = signed_in.browser.get("/recherche", query_string={"reprise": address.rsplit("/", 1)[1]}).text
    for value in ("CTRL-2026-14", "0346145", "2026-11-23"):
        assert f'value="{value}"' in page


@promise("auditor:results-are-ones-own")
def test_the_results_of_another_auditor_stay_closed(signed_in: Pages) -> None:
    address, _ = signed_in.results(actor_id=DIRECTRICE)
    other = replace(signed_in, browser=reads_plainly(signed_in.app.test_client()))
    other.provider.subject, other.provider.sid = "another auditor", "another session"
    other.sign_in()
    answer = other.browser.get(address)
    assert answer.status_code == 403
    assert "n'est pas la vôtre" in text_of(answer)


def test_a_search_that_is_none_is_answered_like_an_unknown_one(signed_in: Pages) -> None:
    event = FakeProducer().event()
    signed_in.journal.append(event)
    assert signed_in.browser.get(f"/recherches/{event.act.event_id}").status_code == 404
    assert signed_in.browser.get("/recherches/nonsense").status_code == 404


@promise("auditor:readings-are-recorded")
def test_nothing_is_shown_when_the_search_cannot_be_written_down(signed_in: Pages) -> None:
    signed_in.journal.core.sequencer.refuse_all("test")
    answer = signed_in.search(actor_id=DIRECTRICE)
    assert answer.status_code == 503
    assert "Le journal ne répond pas" in text_of(answer)


@promise("professional:two-languages")
def test_the_pages_speak_english_to_who_asks(signed_in: Pages) -> None:
    signed_in.journal.append(FakeProducer().event())
    page = signed_in.browser.get("/recherche", headers={"Accept-Language": "en"}).text
    assert "Control case number" in page


def test_people_and_organisations_are_named_from_what_the_journal_was_told(signed_in: Pages) -> None:
    known = {"username": "nbenali-1003", "name": "Nadia Benali"}
    created = FakeProducer("auth").event(type="auth.account.created", subject=f"account:{DIRECTRICE}", payload=known)
    commune = FakeProducer("habpps").event(
        type="habpps.organisation.created", subject=f"organisation:{COMMUNE}", payload={"label": "Ville de Rivebelle"}
    )
    for told in (created, commune, FakeProducer().event()):
        signed_in.journal.append(told)
    _, page = signed_in.results(type="cdap.dossier.consulted")
    assert "Nadia Benali (nbenali-1003)" in page
    assert "Ville de Rivebelle" in page
    assert DIRECTRICE not in page
    _, page = signed_in.results(type="habpps.organisation.created")
    assert "Organisation « Ville de Rivebelle »" in page


@pytest.mark.parametrize("name", ["actor_id", "organisation_id", "subject"])
def test_a_click_searches_for_what_an_event_names_and_the_address_tells_nothing(signed_in: Pages, name: str) -> None:
    event = FakeProducer().event()
    signed_in.journal.append(event)
    address, _ = signed_in.results()
    followed = signed_in.browser.post(f"{address}/evenements/{event.act.event_id}/suite", data={"by": name})
    assert followed.status_code == 303
    assert getattr(event.act, name) not in followed.location
    page = text_of(signed_in.browser.get(followed.location))
    assert "CTRL-2026-14" in page
    assert page.count("Ouvrir l'événement") >= 1
    assert "audit.search.performed" in [row.keys.type for row in _rows(signed_in.journal)][-3:]


def test_a_click_on_nothing_known_goes_back_to_the_event(signed_in: Pages) -> None:
    event = FakeProducer().event()
    signed_in.journal.append(event)
    address, _ = signed_in.results()
    shown = f"{address}/evenements/{event.act.event_id}"
    assert signed_in.browser.post(f"{shown}/suite", data={"by": "caf"}).location == shown


def test_the_home_page_has_one_line_per_service(signed_in: Pages) -> None:
    for count in (2, 3):
        signed_in.journal.append(*FakeProducer().events(count))
        signed_in.journal.clock.forward(seconds=1)
    page = text_of(signed_in.browser.get("/"))
    assert page.count("Consultations : dernier événement le") == 1


@promise("auditor:withheld-reads-as-refused")
def test_a_consultation_whose_value_was_withheld_is_read_as_refused(signed_in: Pages) -> None:
    cdap = FakeProducer()
    withheld, shown = cdap.events(2)
    later = cdap.event(
        type="cdap.dossier.withheld",
        decision="refused",
        reason="AUDIT_UNAVAILABLE",
        payload={"consultation": withheld.act.event_id},
    )
    signed_in.journal.append(withheld, shown, later)
    address, page = signed_in.results(type="cdap.dossier.consulted")
    assert page.count("La donnée n'a pas été montrée") == 1
    sentence = "La donnée n'a pas été montrée : le journal n'avait pas répondu à temps"
    for event, told in ((withheld, True), (shown, False)):
        one = text_of(signed_in.browser.get(f"{address}/evenements/{event.act.event_id}"))
        assert (sentence in one) is told


@promise("front:no-page-answers-a-form")
def test_no_page_answers_a_form(pages: Pages) -> None:
    assert answering_with_pages(pages.app) == set()


@promise("journal:one-payload-can-be-redacted")
def test_a_page_says_when_and_by_whom_the_content_was_erased_and_shows_none_of_it(signed_in: Pages) -> None:
    (receipt,) = signed_in.journal.append(FakeProducer().event())
    decision = RedactionDecision("A. Responsable", "B. Déléguée", "un nom dans un mauvais champ")
    signed_in.journal.erasing.redact(receipt.event_id, decision)
    address, page = signed_in.results(type="cdap.dossier.consulted")
    assert "Effacé le lundi 23 novembre 2026 par A. Responsable" in re.sub(r"\s+", " ", page)
    event = text_of(signed_in.browser.get(f"{address}/evenements/{receipt.event_id}"))
    assert "Effacé le lundi 23 novembre 2026 par A. Responsable" in re.sub(r"\s+", " ", event)
    for secret in (DIRECTRICE, COMMUNE, "0346145"):
        assert secret not in event
