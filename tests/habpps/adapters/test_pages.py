"""The story of the mission through the pages, and what the pages refuse."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from flask import g

from habpps.use_cases.client_sessions import ClientSessionsEnding
from rights.facts import READER_VERSION
from tests.habpps.adapters.conftest import Pages
from tests.habpps.builders import ADMINISTRATOR, OTHER_SIRET, SIRET, Commune
from tests.promises import promise

TOLD_AT = datetime(2026, 11, 23, 9, 0, 3, tzinfo=UTC)

CONVENTION = {
    "siret": SIRET,
    "name": "Commune de Nanterre",
    "reference": "CONV-2026-001",
    "starts_on": "2026-11-01",
    "partner_signatory_name": "Alix Durand",
    "partner_signatory_capacity": "maire",
    "partner_signed_on": "02/11/2026",
    "caf_signatory_name": "Claude Petit",
    "caf_signatory_capacity": "directeur",
    "caf_signed_on": "2026-11-03",
}
CONTRACT = {
    "extranet": "cdap",
    "profiles": ["T1", "T2"],
    "purposes": ["accompagnement_social", "calcul_participation_familiale_eaje"],
    "starts_on": "2026-11-03",
}


def ready(pages: Pages) -> Commune:
    return pages.habpps.all.ready()


def test_a_caf_administrator_is_led_from_the_convention_to_the_contract_to_the_administrator(pages: Pages) -> None:
    contract_page = pages.post("/organismes/nouveau", **CONVENTION)
    assert contract_page.endswith("/contrats/nouveau")
    assert "CDAP, consultation" in pages.get(contract_page)
    administrator_page = pages.post(contract_page, **CONTRACT)
    assert administrator_page.endswith("/administrateurs/nouveau")
    fields = {"given_name": "Dominique", "family_name": "Martin", "email": "Dominique.Martin@nanterre.example"}
    shown = pages.get(pages.post(administrator_page, **fields))
    assert "dominique.martin@nanterre.example" in shown
    assert "Invitation envoyée à Dominique Martin" in shown
    pages.habpps.all.all_arrive(contract_page.split("/")[2])
    assert "Invitation envoyée" not in (shown := pages.get(f"/organismes/{contract_page.split('/')[2]}"))
    assert "Une seule personne peut administrer Habpps" in shown


def test_a_partner_administrator_creates_groups_and_users_and_puts_each_user_into_a_group(pages: Pages) -> None:
    everything = pages.habpps.all
    organisation_id = pages.post("/organismes/nouveau", **CONVENTION).split("/")[2]
    pages.post(f"/organismes/{organisation_id}/contrats/nouveau", **CONTRACT)
    pages.author = everything.partner(organisation_id)
    assert "Créez vos groupes" in pages.get("/")
    pages.post("/groupes/nouveau", name="Service social", profile="T1")
    pages.post("/groupes/nouveau", name="Crèches", profile="T2")
    assert "Ajoutez vos utilisateurs" in pages.get("/")
    fields = {"given_name": "Camille", "family_name": "Léger", "email": "camille@nanterre.example"}
    list_page = pages.post("/utilisateurs/nouveau", **fields, job_title="directrice de crèche")
    assert "Invitations en cours" in pages.get(list_page)
    everything.all_arrive(organisation_id)
    (user,) = everything.look(lambda store: store.users.of(organisation_id))
    user_page = f"/utilisateurs/{user.id}"
    assert "Rattachez vos utilisateurs" in pages.get("/")
    assert "Raison : Aucune habilitation" in pages.get(user_page)
    groups = everything.look(lambda store: store.groups.of(organisation_id))
    creche = next(group for group in groups if group.name == "Crèches")
    assert pages.post(f"{user_page}/rattacher", group_id=creche.id) == user_page
    shown = pages.get(user_page)
    assert "Ouvert" in shown
    assert "Tout est en ordre" in pages.get("/")
    assert "a rattaché Camille Léger au groupe « Crèches » (profil T2)." in pages.get("/journal")
    assert "Camille Léger" in pages.get("/utilisateurs?q=leger+creche")
    assert "Camille Léger" in pages.get(f"/groupes/{creche.id}")


@promise("partner:told-before")
def test_suspending_a_contract_first_says_who_loses_access_then_when_it_is_in_force(pages: Pages) -> None:
    commune = ready(pages)
    everything = pages.habpps.all
    page = f"/contrats/{commune.contract_id}/suspendre"
    assert "1 personne perdra l'accès à CDAP." in pages.get(page)
    assert "Indiquez le motif" in pages.post(page, 400, reason=" ")
    where = pages.post(page, reason="contrôle en cours")
    revision = int(where.split("/")[2].split("?")[0])
    assert "Aucun service ne suit le registre" in pages.get(where)
    for name in ("auth-1", "cdap-1", "cdap-2"):
        everything.acts.propagation.acknowledge(name, revision - (name == "cdap-2"), 1, READER_VERSION)
    assert "Appliqué par 2 services sur 3" in pages.get(where)
    pages.get(f"/diffusion/{revision + 1}", 404)
    pages.habpps.clock.advance(timedelta(seconds=1))
    everything.acts.propagation.acknowledge("cdap-2", revision, 1, READER_VERSION)
    assert "Appliqué partout à 10 h 00." in pages.get(where)
    assert everything.client_sessions.asked[-1] == (revision, everything.feed.state().epoch)
    assert "avait de session ouverte" in pages.get(where)
    shown = pages.get(f"/organismes/{commune.id}")
    assert "Suspendu" in shown
    assert "Réactiver ce contrat" in shown
    pages.post(f"/contrats/{commune.contract_id}/reactiver", reason="contrôle terminé")
    assert "Suspendre ce contrat" in pages.get(f"/organismes/{commune.id}")


@promise("ending:in-force-everywhere")
@pytest.mark.parametrize(
    ("ending", "said", "unsaid"),
    [
        (
            ClientSessionsEnding(looked=True, ended=2, told=2, late=(), told_at=TOLD_AT),
            ("Appliqué partout à 10 h 00.", "2 sessions ouvertes dans les extranets ont été fermées."),
            ("Actualiser",),
        ),
        (
            ClientSessionsEnding(looked=True, ended=3, told=1, late=("Mon-enfant.fr", "Omega"), told_at=TOLD_AT),
            ("des sessions restent à fermer", "1 sur 3", "Mon-enfant.fr, Omega", "Actualiser"),
            ("Appliqué partout",),
        ),
        (
            ClientSessionsEnding(looked=False, ended=0, told=0, late=(), told_at=None),
            ("des sessions restent à fermer", "pas fini de chercher", "Actualiser"),
            ("avait de session",),
        ),
        (
            None,
            ("ne sont pas vérifiées", "ne répond pas", "Actualiser"),
            ("avait de session",),
        ),
    ],
    ids=["told", "late", "not looked", "auth is away"],
)
def test_an_act_is_in_force_once_the_sessions_in_the_extranets_are_closed_too(
    pages: Pages, ending: ClientSessionsEnding | None, said: tuple[str, ...], unsaid: tuple[str, ...]
) -> None:
    everything = pages.habpps.all
    revision = everything.feed.state().revision
    everything.acts.propagation.acknowledge("auth-1", revision, everything.feed.state().epoch, READER_VERSION)
    everything.client_sessions.answer = ending
    text = pages.get(f"/diffusion/{revision}")
    assert all(words in text for words in said)
    assert not any(words in text for words in unsaid)


@promise("professional:typed-text-stays")
def test_a_wrong_siret_is_explained_and_what_was_typed_is_kept(pages: Pages) -> None:
    text = pages.post("/organismes/nouveau", 400, **{**CONVENTION, "siret": "21920050800015"})
    assert "l'un des 5 derniers est faux" in text
    assert 'value="21920050800015"' in text
    assert 'value="Commune de Nanterre"' in text
    assert 'href="#siret"' in text


def test_a_date_that_does_not_exist_is_explained(pages: Pages) -> None:
    text = pages.post("/organismes/nouveau", 400, **{**CONVENTION, "starts_on": "31/02/2026"})
    assert "Cette date n'existe pas" in text


def test_an_empty_form_names_each_field(pages: Pages) -> None:
    assert pages.post("/organismes/nouveau", 400).count("Cette information est nécessaire.") >= 4
    organisation_id = pages.habpps.all.organisation()
    assert "Choisissez un extranet" in pages.post(f"/organismes/{organisation_id}/contrats/nouveau", 400)


@promise("caf-admin:signatures-open")
def test_a_draft_convention_waits_for_its_signatures(pages: Pages) -> None:
    page = pages.post("/organismes/nouveau", **{**CONVENTION, "caf_signed_on": ""})
    assert "En attente de signature" in pages.get(page)
    assert "nécessaire" in pages.post(f"{page}/convention/signatures", 400, partner_signed_on="2026-11-02")
    contract_page = pages.post(
        f"{page}/convention/signatures", partner_signed_on="2026-11-02", caf_signed_on="2026-11-04"
    )
    assert contract_page.endswith("/contrats/nouveau")
    assert "En vigueur" in pages.get(page)


@promise("partner:a-suspension-says-since-when-and-why")
def test_every_step_of_a_convention_has_its_page(pages: Pages) -> None:
    commune = ready(pages)
    page = f"/organismes/{commune.id}/convention"
    assert "1 personne perdra l'accès à CDAP." in pages.get(f"{page}/suspendre")
    pages.post(f"{page}/suspendre", reason="contrôle")
    pages.author = commune.partner
    banner = "La Caf a suspendu la convention de votre organisation"
    user = f"/utilisateurs/{commune.user_id}"
    for path in (
        "/",
        "/groupes",
        f"/groupes/{commune.group_id}",
        "/utilisateurs",
        user,
        "/journal",
        "/groupes/nouveau",
    ):
        text = pages.get(path)
        assert banner in text, path
        assert "Motif donné par la Caf : contrôle" in text
        assert "Depuis le lundi 23 novembre 2026" in text
    for path in ("/groupes/nouveau", f"{user}/mot-de-passe"):
        refused = pages.post(path, 403, name="Autre", profile="T1")
        assert "La convention est suspendue" in refused
        assert banner in refused
    pages.author = pages.habpps.all.caf
    pages.post(f"{page}/lever", reason="contrôle terminé")
    assert "nécessaire" in pages.post(f"{page}/denoncer", 400, reason="lettre reçue")
    pages.post(f"{page}/denoncer", reason="lettre reçue", ends_on="2027-01-31")
    assert "Dénoncée" in pages.get(f"/organismes/{commune.id}")
    pages.post(f"{page}/terminer", reason="fin du préavis")
    assert "Terminée" in pages.get(f"/organismes/{commune.id}")


@promise("caf:partners-are-isolated")
def test_an_unknown_step_and_somebody_elses_page_are_not_found(pages: Pages) -> None:
    commune = ready(pages)
    pages.get(f"/contrats/{commune.contract_id}/effacer", 404)
    pages.author = pages.habpps.all.agent("751")
    for path in (f"/organismes/{commune.id}", f"/utilisateurs/{commune.user_id}", f"/groupes/{commune.group_id}"):
        assert "Cette page n'existe pas" in pages.get(path, 404)


@promise("partner:habilitations-are-suspended-and-withdrawn")
def test_a_habilitation_is_suspended_reactivated_and_withdrawn(pages: Pages) -> None:
    commune = ready(pages)
    pages.author = commune.partner
    step = f"/utilisateurs/{commune.user_id}/habilitations/{commune.habilitation_id}"
    pages.post(f"{step}/suspendre", reason="congé")
    assert "Raison : Habilitation suspendue" in pages.get(f"/utilisateurs/{commune.user_id}")
    pages.post(f"{step}/reactiver", reason="retour")
    pages.post(f"{step}/retirer", reason="change de poste")
    assert "n'est dans aucun groupe" in pages.get(f"/utilisateurs/{commune.user_id}")
    assert "Motif : change de poste" in pages.get("/journal")


def test_a_group_is_closed_and_an_administrator_is_replaced(pages: Pages) -> None:
    commune = ready(pages)
    pages.author = commune.partner
    pages.post(f"/groupes/{commune.group_id}/fermer", reason="réorganisation")
    assert "Ce groupe est fermé" in pages.get(f"/groupes/{commune.group_id}")
    pages.author = pages.habpps.all.caf
    fields = {"given_name": "Lou", "family_name": "Roy", "email": "lou.roy@nanterre.example"}
    replace_page = f"/organismes/{commune.id}/administrateurs/{commune.partner.administrator_id}/remplacer"
    assert "Remplacer Dominique Martin" in pages.get(replace_page)
    shown = pages.get(pages.post(replace_page, **fields))
    assert "lou.roy@nanterre.example" in shown
    assert ADMINISTRATOR.email in shown, "until the other one has accepted"
    pages.habpps.all.all_arrive(commune.id)
    assert ADMINISTRATOR.email not in pages.get(f"/organismes/{commune.id}")
    pages.author = commune.partner
    assert "Habpps ne vous est pas ouvert" in pages.get("/", 403)


@promise("caf-admin:organisations-are-found")
def test_the_list_of_organisations_is_searched_by_name_and_siret(pages: Pages) -> None:
    assert "Aucune organisation pour l'instant" in pages.get("/organismes")
    pages.habpps.all.organisation()
    pages.habpps.all.organisation(siret=OTHER_SIRET, reference="B", name="Communauté de l'Étang")
    text = pages.get("/organismes?q=etang")
    assert "Étang" in text
    assert "Nanterre" not in text
    assert "Commune de Nanterre" in pages.get(f"/organismes?q={SIRET}")


def test_the_pages_of_the_caf_are_closed_to_a_partner(pages: Pages) -> None:
    commune = ready(pages)
    pages.author = commune.partner
    for path in (
        "/organismes",
        "/organismes/nouveau",
        f"/organismes/{commune.id}",
        f"/contrats/{commune.contract_id}/suspendre",
    ):
        assert "Cet acte ne relève pas de votre rôle" in pages.get(path, 403)


@promise("pages:help-names-who-can-help")
def test_the_page_of_help_names_the_other_administrators_of_the_organisation(pages: Pages) -> None:
    commune = pages.habpps.all.ready()
    user = pages.habpps.all.look(lambda store: store.users.get(commune.user_id))
    session = SimpleNamespace(content=SimpleNamespace(subject=user.account_id))
    pages.app.before_request(lambda: setattr(g, "web_session", session))
    text = pages.get("/aide")
    assert f"{ADMINISTRATOR.display_name}, qui administre les comptes de votre organisation" in text
    assert "La Caf des Hauts-de-Seine (921), qui a signé la convention" in text
