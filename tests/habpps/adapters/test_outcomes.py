"""Sentences say what an act has done, not what its name says: decision tables over the outcomes."""

from datetime import date, timedelta

import pytest

from habpps.adapters.web.outcome_sentences import (
    administrator_appointed,
    departure_noted,
    in_force_everywhere,
    invitation_sent,
    of,
    user_attached,
)
from habpps.domain.organisation import Signatory
from habpps.domain.people import person_typed
from habpps.domain.states import ContractEvent, ConventionEvent, UserEvent
from habpps.use_cases.change_convention import ChangeConvention
from habpps.use_cases.change_service_contract import ChangeServiceContract
from habpps.use_cases.change_user import LockUser
from habpps.use_cases.client_sessions import ClientSessionsEnding
from habpps.use_cases.create_user import AttachPerson
from habpps.use_cases.follow_propagation import Propagation
from habpps.use_cases.manage_groups import CreateGroup
from habpps.use_cases.ports import AccountStatus
from rights.facts import READER_VERSION
from servicekit.errors import DependencyUnavailableError
from tests.habpps.adapters.conftest import Pages
from tests.habpps.builders import DIRECTOR
from tests.habpps.direct_acts import CreateUser
from tests.plain import plain
from tests.promises import promise
from tests.servicekit.fakes import FixedClock

TODAY = date(2026, 11, 23)
NOW = FixedClock().now()
NOTHING_ENDED = ClientSessionsEnding(looked=True, ended=0, told=0, late=(), told_at=None)

ELISIONS = [
    ("Amélie", "d'Amélie"),
    ("Élodie", "d'Élodie"),
    ("Œdipe", "d'Œdipe"),
    ("Yves", "d'Yves"),
    ("Yann", "de Yann"),
    ("Hélène", "d'Hélène"),
    ("Hassan", "de Hassan"),
    ("Zoé", "de Zoé"),
    ("Ðenis", "de Ðenis"),
    ("", "de "),
]


@promise("habpps:sentences-of-the-outcome")
@pytest.mark.parametrize(("name", "expected"), ELISIONS)
def test_de_loses_its_e_where_french_wants_it(pages: Pages, name: str, expected: str) -> None:
    with pages.app.test_request_context("/", headers={"Accept-Language": "fr"}):
        assert of(name) == expected
    with pages.app.test_request_context("/", headers={"Accept-Language": "en"}):
        assert of(name) == f"of {name}"


@pytest.mark.parametrize(
    ("sentence", "says", "hides"),
    [
        (lambda: user_attached("Amélie D"), ["aucun courriel", "garde", "Rattachez"], ["deux courriels", "créé"]),
        (lambda: invitation_sent(DIRECTOR), ["Invitation envoyée à Camille Léger"], ["compte", "identifiant"]),
        (lambda: administrator_appointed("Léa D"), ["aucun courriel"], ["deux"]),
        (lambda: departure_noted("Amélie", TODAY - timedelta(days=1), TODAY), ["22 novembre 2026", "sont fermés"], []),
        (lambda: departure_noted("Amélie", TODAY, TODAY), ["se ferment après ce jour"], ["sont fermés"]),
        (lambda: departure_noted("Amélie", date(2027, 1, 1), TODAY), ["1er janvier 2027", "après"], ["sont fermés"]),
    ],
)
def test_a_sentence_says_what_happened_and_nothing_else(
    pages: Pages, sentence: object, says: list[str], hides: list[str]
) -> None:
    with pages.app.test_request_context("/", headers={"Accept-Language": "fr"}):
        text = plain(sentence())  # type: ignore[operator]
    assert [one for one in says if one not in text] == []
    assert [one for one in hides if one in text] == []


@pytest.mark.parametrize(
    ("report", "expected"),
    [
        (Propagation(3, 2, (), NOW, NOTHING_ENDED), "Appliqué partout à 10 h 00."),
        (
            Propagation(3, 2, (), NOW, ClientSessionsEnding(looked=True, ended=3, told=3, late=(), told_at=NOW)),
            "Appliqué partout à 10 h 00. 3 sessions ouvertes dans les extranets ont été fermées.",
        ),
        (
            Propagation(
                3, 2, (), NOW, ClientSessionsEnding(looked=True, ended=3, told=1, late=("Omega",), told_at=None)
            ),
            None,
        ),
        (Propagation(3, 2, (), NOW, ClientSessionsEnding(looked=False, ended=0, told=0, late=(), told_at=None)), None),
        (Propagation(3, 2, (), NOW), None),
        (Propagation(3, 0, (), None, NOTHING_ENDED), None),
        (Propagation(3, 2, ("cdap-1",), None, NOTHING_ENDED), None),
    ],
)
def test_applied_everywhere_is_said_only_when_it_is(pages: Pages, report: Propagation, expected: str | None) -> None:
    with pages.app.test_request_context("/", headers={"Accept-Language": "fr"}):
        found = in_force_everywhere(report)
    assert (None if found is None else plain(found)) == expected


def test_a_user_gets_groups_at_creation_and_two_profiles_are_questioned(pages: Pages) -> None:
    commune = pages.habpps.all.ready()
    acts = pages.habpps.all.acts
    social = acts.perform(commune.partner, CreateGroup("Service social", "T1")).value
    pages.author = commune.partner
    fields = {"given_name": "Amélie", "family_name": "Roy", "email": "amelie@n.example", "job_title": "assistante"}
    shown = pages.get(pages.post("/utilisateurs/nouveau", **fields, groups=[commune.group_id]))
    assert "Invitation envoyée à Amélie Roy (amelie@n.example)." in shown
    (invitation,) = pages.habpps.all.look(lambda store: store.invitations.waiting(commune.id, pages.habpps.clock.now()))
    account_id = pages.habpps.all.arrive(invitation.id)
    (user,) = pages.habpps.all.look(lambda store: store.everywhere.users(account_id))
    page = f"/utilisateurs/{user.id}"
    shown = pages.get(page)
    assert "Plusieurs profils à la fois" not in shown
    pages.post(f"{page}/rattacher", group_id=social)
    shown = pages.get(page)
    assert "Amélie Roy fait partie du groupe « Service social »." in shown
    assert "Plusieurs profils à la fois : T1, T2." in shown


@promise("partner:all-or-nothing")
def test_nobody_is_created_when_a_group_refuses(pages: Pages) -> None:
    commune = pages.habpps.all.ready()
    pages.author = commune.partner
    fields = {"given_name": "Amélie", "family_name": "Roy", "email": "amelie@n.example", "job_title": "assistante"}
    pages.post("/utilisateurs/nouveau", 404, **fields, groups=["unknown"])
    assert "Amélie" not in pages.get("/utilisateurs")


@promise("partner:one-account-per-person")
def test_a_person_with_an_account_is_promised_no_mail(pages: Pages) -> None:
    commune = pages.habpps.all.ready()
    pages.author = commune.partner
    page = pages.post(f"/utilisateurs/rattacher-personne/{commune.partner.administrator_id}", job_title="agent")
    assert "aucun courriel n'est envoyé" in pages.get(page)
    pages.get("/utilisateurs/rattacher-personne/unknown", 404)
    pages.author = pages.habpps.all.caf
    fields = {"given_name": "Camille", "family_name": "Léger", "email": DIRECTOR.email}
    shown = pages.get(pages.post(f"/organismes/{commune.id}/administrateurs/nouveau", **fields))
    assert "Camille Léger a le rôle d'administrateur et garde son compte : aucun courriel n'est envoyé." in shown


@promise("partner:departure")
def test_a_departure_is_noted_shown_before_when_past_and_taken_back(pages: Pages) -> None:
    commune = pages.habpps.all.ready()
    pages.habpps.all.acts.propagation.acknowledge("auth-1", 1000, 1, READER_VERSION)
    pages.author = commune.partner
    page = f"/utilisateurs/{commune.user_id}"
    assert "C'est déjà la date notée" not in pages.get(f"{page}/depart")
    assert "nécessaire" in pages.post(f"{page}/depart", 400, departs_on="")
    assert "Vérifiez l'année : 0026." in pages.post(f"{page}/depart", 400, departs_on="0026-12-31")
    preview = pages.post(f"{page}/depart", 200, departs_on="2026-11-01")
    assert "1 personne perdra l'accès à CDAP." in preview
    assert 'value="2026-11-01"' in preview
    assert "Aucun" in pages.get(page)
    pages.post(f"{page}/depart", departs_on="2026-12-31")
    shown = pages.get(page)
    assert "Le départ de Camille Léger est noté au 31 décembre 2026 : ses accès se ferment après ce jour." in shown
    assert "Appliqué partout à 10 h 00." in shown
    assert "C'est déjà la date notée" in pages.post(f"{page}/depart", 400, departs_on="2026-12-31")
    pages.post(f"{page}/depart/annuler")
    assert "Le départ de Camille Léger est annulé." in pages.get(page)
    assert "Aucun départ n'est enregistré" in pages.post(f"{page}/depart/annuler", 409)
    pages.post(f"{page}/depart", departs_on="2026-11-01", confirmed="y")
    assert "ses accès sont fermés" in pages.get(page)
    journal = pages.get("/journal")
    assert "a noté le départ de Camille Léger au 31 décembre 2026." in journal
    assert "a annulé le départ de Camille Léger, noté au 31 décembre 2026." in journal
    assert "2026-12-31" not in journal
    assert journal.count("départ de Camille Léger") == 3


def test_an_unsigned_convention_is_not_called_signed(pages: Pages) -> None:
    organisation_id = pages.habpps.all.organisation(
        partner_signatory=Signatory("Jean Maire", "maire", None), caf_signatory=Signatory("Ève Chef", "maire", TODAY)
    )
    shown = pages.get(f"/organismes/{organisation_id}")
    assert "Signée par le partenaire" not in shown
    assert "Jean Maire (maire), pas encore signée" in shown
    assert "Ève Chef (maire), signée le lundi 23 novembre 2026" in shown


def test_a_needed_last_day_of_the_notice_is_not_called_optional(pages: Pages) -> None:
    commune = pages.habpps.all.ready()
    text = pages.get(f"/organismes/{commune.id}/convention/denoncer")
    assert "Dernier jour du préavis" in text
    assert "facultatif" not in text
    pages.habpps.all.acts.perform(
        pages.habpps.all.caf, ChangeConvention(commune.id, ConventionEvent.DENOUNCE, "lettre", date(2027, 1, 31))
    )


@pytest.mark.parametrize("trouble", ["none", "contract", "convention", "without group", "account"])
def test_everything_is_in_order_only_when_it_is(pages: Pages, trouble: str) -> None:
    everything = pages.habpps.all
    commune = everything.ready()
    acts = everything.acts
    if trouble == "contract":
        acts.perform(
            everything.caf, ChangeServiceContract(commune.contract_id, ContractEvent.SUSPEND, "contrôle en cours")
        )
    elif trouble == "convention":
        acts.perform(everything.caf, ChangeConvention(commune.id, ConventionEvent.SUSPEND, "contrôle en cours"))
    elif trouble == "without group":
        acts.perform(commune.partner, CreateUser(person_typed("Léa", "Roy", "lea@n.example"), "agent"))
    elif trouble == "account":
        command = everything.look(lambda store: store.commands.due(everything.clock.now(), 10))[-1]
        pages.habpps.work.write(lambda store: store.commands.set_aside(command, "PERSON_INVALID", "7K4Q-2M9D"))
    pages.author = commune.partner
    home = pages.get("/")
    assert ("Tout est en ordre" in home) is (trouble == "none")
    if trouble == "contract":
        assert "Le contrat « CDAP » est suspendu par la Caf" in home
        assert "Motif : contrôle en cours" in home


def test_locking_the_only_administrator_says_what_follows_and_keeps_them_out(pages: Pages) -> None:
    everything = pages.habpps.all
    commune = everything.ready()
    user_id = everything.acts.perform(commune.partner, AttachPerson(commune.partner.administrator_id, "agent")).value
    text = pages.get(f"/utilisateurs/{user_id}/verrouiller")
    assert "Son rôle d'administrateur ne peut plus être exercé." in text
    assert "n'aura plus d'administrateur qui puisse se connecter" in text
    everything.acts.perform(everything.caf, LockUser(user_id, UserEvent.LOCK, "vol"))
    shown = pages.get(f"/organismes/{commune.id}")
    assert "Aucun administrateur ne peut se connecter" in shown
    assert "Ne peut pas se connecter" in shown
    pages.author = commune.partner
    pages.get("/", 403)


@promise("people:identifier-is-shown")
def test_the_identifier_of_an_older_account_is_shown(pages: Pages) -> None:
    commune = pages.habpps.all.ready()
    pages.author = commune.partner
    user = pages.habpps.all.look(lambda store: store.users.get(commune.user_id))
    assert "Le compte n'est pas encore créé." in pages.get(f"/utilisateurs/{user.id}")
    pages.habpps.all.accounts.known[user.account_id] = AccountStatus("cleger-0007", mails_sent=True)
    assert "cleger-0007" in pages.get(f"/utilisateurs/{user.id}")
    pages.habpps.all.accounts.failure = DependencyUnavailableError("away", reason="AUTH_UNAVAILABLE")
    assert "Le service des comptes ne répond pas" in pages.get(f"/utilisateurs/{user.id}")
