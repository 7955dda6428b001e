"""A result is a page of its own for a few minutes: Back, reload, another session, signing out, withdrawn rights."""

import re
from datetime import timedelta
from threading import Barrier, Thread

import pytest
from sqlalchemy import text

from cdap.adapters.web.consultations import KEPT
from cdap.adapters.web.kept_answers import read_answer, written_answer, written_question
from cdap.use_cases.consultation import Answer, NotFound, Refusal
from servicekit.identifiers import hash_secret
from servicekit.web.kept import LIFE, KeptResults, SessionKey
from tests.cdap.adapters.conftest import Pages
from tests.cdap.builders import PURPOSES, the_document, the_request, the_requester, the_snapshot
from tests.cdap.fakes import Desk
from tests.promises import promise


def kinds(pages: Pages) -> list[str]:
    return [event.type for event in pages.cdap.journal.events]


@promise("cdap:one-look-one-event")
@pytest.mark.parametrize("profile", sorted(PURPOSES))
def test_a_consultation_leads_to_a_page_of_its_own_that_may_be_loaded_again(pages: Pages, profile: str) -> None:
    pages.profile = profile
    asked = pages.ask()
    assert asked.status_code == 303
    assert "0346145" not in asked.location
    first, again = pages.client.get(asked.location), pages.client.get(asked.location)
    assert pages.text(first) == pages.text(again)
    assert first.headers["Cache-Control"] == "no-store"
    assert first.headers["X-Request-Id"] == asked.headers["X-Request-Id"] == again.headers["X-Request-Id"]
    assert kinds(pages) == ["cdap.dossier.consulted"]


@promise("cdap:one-look-one-event")
def test_the_form_sent_twice_even_at_once_is_one_consultation(pages: Pages) -> None:
    form = pages.text(pages.client.get("/"))
    (once,) = set(re.findall(r'name="once_token" value="([^"]+)"', form))
    ready, locations = Barrier(3), []

    def send() -> None:
        ready.wait()
        fields = {"matricule": "0346145", "name": "lefevre", "person_informed": "y", "once_token": once}
        locations.append(pages.app.test_client().post("/consultation", data=fields).location)

    threads = [Thread(target=send) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({location for location in locations if location}) == 1
    assert kinds(pages) == ["cdap.dossier.consulted"]


def test_what_was_not_found_or_refused_is_loaded_again_without_another_event(pages: Pages) -> None:
    unknown = pages.ask(matricule="9999999").location
    for _ in range(2):
        assert "Aucun dossier trouvé" in pages.text(pages.client.get(unknown), 404)
    pages.cdap.rights.snapshot = the_snapshot(state="suspended")
    refused = pages.ask().location
    for _ in range(2):
        assert "contrat de service" in pages.text(pages.client.get(refused), 403)
    assert kinds(pages) == ["cdap.search.performed", "cdap.consultation.refused"]


@promise("cdap:kept-for-its-session-only")
def test_after_a_few_minutes_the_result_is_gone_and_what_was_typed_is_there(pages: Pages) -> None:
    location = pages.ask(name="Lefèvre").location
    pages.cdap.clock.advance(LIFE - timedelta(seconds=1))
    pages.text(pages.client.get(location))
    pages.cdap.clock.advance(timedelta(seconds=1))
    page = pages.text(pages.client.get(location), 410)
    assert "LEFÈVRE" not in page
    assert "Rechercher de nouveau" in page
    assert 'value="0346145"' in page
    assert 'value="Lefèvre"' in page
    assert "10 800" not in page
    assert kinds(pages) == ["cdap.dossier.consulted"]


@promise("cdap:kept-for-its-session-only")
def test_another_session_and_a_made_up_identifier_are_the_same_page(pages: Pages) -> None:
    location = pages.ask().location
    own, pages.cookie = pages.cookie, pages.open_session()
    texts = set()
    for address in (location, "/consultation/AAAAAAAAAAAAAAAAAAAAAA", "/consultation/x"):
        page = pages.text(pages.client.get(address), 404)
        assert "LEFÈVRE" not in page
        assert pages.client.get(f"{address}/impression.css").text == ""
        texts.add(re.sub(r"consultation/[A-Za-z0-9_-]+", "", page))
    assert len(texts) == 1
    pages.cookie = own
    pages.text(pages.client.get(location))


@promise("cdap:kept-for-its-session-only")
def test_the_end_of_the_session_destroys_what_was_kept(pages: Pages) -> None:
    pages.ask()
    session = pages.sessions.find(pages.cookie)
    assert session is not None
    assert rows(pages) == 1
    pages.sessions.end(session)
    assert rows(pages) == 0


def rows(pages: Pages) -> int:
    count = pages.cdap.database.read(
        lambda connection: connection.execute(text("SELECT count(*) FROM web_kept_result")).scalar()
    )
    return int(count or 0)


@promise("cdap:kept-for-its-session-only")
def test_nothing_readable_of_a_result_is_in_the_database(pages: Pages) -> None:
    pages.ask()
    kept = pages.cdap.database.read(
        lambda connection: connection.execute(text("SELECT sealed, sealed_question FROM web_kept_result")).one()
    )
    assert not [word for word in ("LEFÈVRE", "lefevre", "0346145", "1080000") if word in str(kept)]


@promise("cdap:kept-results-are-decided-again")
def test_rights_withdrawn_since_refuse_the_reload_and_it_is_recorded(pages: Pages) -> None:
    location = pages.ask().location
    pages.text(pages.client.get(location))
    pages.cdap.rights.snapshot = the_snapshot(state="suspended")
    answer = pages.client.get(location)
    page = pages.text(answer, 403)
    assert "contrat de service" in page
    assert "LEFÈVRE" not in page
    assert kinds(pages) == ["cdap.dossier.consulted", "cdap.consultation.refused"]


@promise("cdap:kept-results-are-decided-again")
@pytest.mark.parametrize(("change", "status"), [("ended", 401), ("stale", 503), ("audit away", 503)])
def test_a_session_that_ended_or_rights_that_are_not_known_refuse_the_reload(
    pages: Pages, change: str, status: int
) -> None:
    location = pages.ask().location
    if change == "ended":
        pages.cdap.ended_sessions.ended.add("sid-1")
    else:
        pages.cdap.rights.age = timedelta(seconds=6)
    pages.cdap.journal.available = change != "audit away"
    assert "LEFÈVRE" not in pages.text(pages.client.get(location), status)


def test_the_box_stays_ticked_for_the_same_number_only(pages: Pages) -> None:
    page = pages.text(pages.consult(name="lefevrf"), 404)
    assert re.search(r"<input[^>]*checked[^>]*person_informed", page)
    (number,) = re.findall(r'name="informed_token"[^>]*value="([^"]+)"', page)
    assert number == "0346145"
    assert pages.ask(informed_token=number, matricule="034 6145").status_code == 303
    other = pages.ask(informed_token=number, matricule="0346147")
    text_of_other = pages.text(other, 400)
    assert "Le numéro a changé" in text_of_other
    assert not re.search(r"<input[^>]*checked[^>]*person_informed", text_of_other)


@promise("caf:nir-opens-nothing")
def test_a_nir_typed_with_blanks_is_not_cut_by_the_field(pages: Pages) -> None:
    page = pages.text(pages.client.get("/"))
    (longest,) = re.findall(r'maxlength="(\d+)"[^>]*name="matricule"', page)
    typed = "2 55 08 14 168 025 38"
    assert len(typed) <= int(longest)
    assert "ressemble à un numéro de sécurité sociale" in pages.text(pages.consult(matricule=typed), 400)


@promise("professional:nothing-personal-in-addresses")
def test_the_number_of_the_dossier_is_not_in_the_title_which_the_history_keeps(pages: Pages) -> None:
    (title,) = re.findall(r"<title>(.*?)</title>", pages.text(pages.consult()))
    assert "0346145" not in title
    assert "CDAP" in title


@pytest.mark.parametrize("profile", sorted(PURPOSES))
def test_an_answer_is_the_same_after_it_was_kept(profile: str) -> None:
    answers: list[Answer] = [NotFound("e-1"), Refusal("e-2", "RIGHTS_STALE")]
    for code in ("000", "101", "161"):
        document = the_document(status={"code": code, "since_on": "2026-01-00"}, alternating_residence=1)
        answers.append(Desk([document]).consult(the_request(profile), the_requester(profile)))
    for answer in answers:
        assert read_answer(written_answer(answer, "7K4Q-2M9D")) == (answer, "7K4Q-2M9D")


def test_the_paper_names_who_and_a_name_cannot_become_a_rule(pages: Pages) -> None:
    location = pages.ask().location
    style = pages.client.get(f"{location}/impression.css")
    assert style.mimetype == "text/css"
    assert style.headers["Cache-Control"] == "no-store"
    assert "counter(page) '/' counter(pages)" in style.text
    assert "0346145" in style.text
    assert "Personne T2" in style.text
    assert "d\\27 exemple" in style.text


OTHER_VERSIONS = [
    '{"kind": "released", "reference": "7K4Q-2M9D", "answer": {}}',
    '{"kind": "granted", "reference": "7K4Q-2M9D", "answer": {"audit_reference": "e-1"}}',
    '{"kind": "not_found", "answer": {"audit_reference": "e-1"}}',
    '{"kind": "not_found", "reference": "7K4Q-2M9D", "answer": {"of": "another version"}}',
    "[]",
    "",
]


@promise("product:another-version-is-no-error")
@pytest.mark.parametrize("written", OTHER_VERSIONS)
def test_an_answer_that_another_version_kept_is_asked_for_again(pages: Pages, written: str) -> None:
    session = SessionKey(hash_secret(pages.cookie), pages.cookie)
    identifier = kept_results(pages).keep(session, written, written_question(the_request("T2")))
    assert "Rechercher de nouveau" in pages.text(pages.client.get(f"/consultation/{identifier}"), 410)


@promise("product:another-version-is-no-error")
@pytest.mark.parametrize("written", ["{}", '{"of": "another version"}', "null", ""])
def test_a_question_that_another_version_kept_is_not_kept(pages: Pages, written: str) -> None:
    session = SessionKey(hash_secret(pages.cookie), pages.cookie)
    identifier = kept_results(pages).keep(session, written_answer(NotFound("e-1"), "7K4Q-2M9D"), written)
    pages.text(pages.client.get(f"/consultation/{identifier}"), 404)


def kept_results(pages: Pages) -> KeptResults:
    kept: KeptResults = pages.app.extensions[KEPT]
    return kept
