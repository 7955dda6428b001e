"""The story of the product, told from the convention to the journal by people at real browsers.

Caf 921: the town of Clairvallon wants access for its social service (T1) and for its crèches (T2). The chapters follow
one another: each begins where the one before ended.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest

from onebox.cast import CAF, CAF_ADMINISTRATOR, CAF_AUDITOR
from onebox.examples import Example, first_example, has_young_child
from onebox.programs import service_environment
from tests.architecture.tree import ROOT
from tests.promises import promise
from tests.system.browser import Visitor
from tests.system.conftest import Visitors
from tests.system.onebox_process import OneboxProcess

SIRET = "21920555600018"
TOWN = "Ville de Clairvallon"
CHOSEN_PASSWORD = "Ardoise-Colibri-2026"
SHOWN_INSIDE_ANOTHER_SECTION = {
    "reference",
    "birth_places",
    "contact",
    "dependent_children",
    "aeeh_children",
    "alternating_residence",
    "previous_annual_resources",
    "payment",
}


@dataclass
class Story:
    """What the chapters hand on: who has which identifier."""

    onebox: OneboxProcess
    identifiers: dict[str, str] = field(default_factory=dict)

    def dossier(self, caf: str = CAF) -> Example:
        """A dossier with a young child."""
        year = datetime.now(UTC).year
        return first_example(self.onebox.layout.seeds / "dossiers.jsonl", lambda line: has_young_child(line, caf, year))


@pytest.fixture(scope="module")
def story(onebox: OneboxProcess) -> Story:
    """The one story of this file."""
    return Story(onebox)


def read_credentials(story: Story, address: str) -> tuple[str, str]:
    """Identifier and provisional password from the two separate mails that a person has received, among others."""
    texts: list[str] = []
    identifiers: list[str] = []
    passwords: list[str] = []
    while not (identifiers and passwords):
        texts = [mail["text"] for mail in story.onebox.wait_for_mails(address, len(texts) + 1)]
        identifiers = [found[1] for text in texts if (found := re.search(r"[Ii]dentifiant\s:\s+(\S+)", text))]
        passwords = [found[1] for text in texts if (found := re.search(r"[Mm]ot de passe provisoire\s:\s+(\S+)", text))]
    assert len(identifiers) == 1
    assert len(passwords) == 1
    with_identifier = next(text for text in texts if identifiers[0] in text)
    assert passwords[0] not in with_identifier
    return identifiers[0], passwords[0]


def enter_for_the_first_time(visitor: Visitor, story: Story, address: str) -> None:
    """Signs in with the provisional password and chooses one."""
    identifier, provisional = read_credentials(story, address)
    visitor.open("auth")
    visitor.sign_in(identifier, provisional)
    assert "mot de passe" in visitor.text()
    visitor.fill(password=CHOSEN_PASSWORD, confirmation=CHOSEN_PASSWORD)
    visitor.click("choose-password-submit")
    visitor.accept_engagement()
    story.identifiers[address] = identifier


def consult(visitor: Visitor, dossier: Example) -> str:
    """Searches a dossier in CDAP and returns what the page says."""
    visitor.open("cdap")
    visitor.fill(matricule=dossier.matricule, name=dossier.name)
    visitor.page.check("input[name=person_informed]")
    visitor.click("consult-dossier")
    return visitor.text()


@pytest.mark.browser
@pytest.mark.system
@promise("chain:organisation-from-convention")
def test_chapter_1_the_caf_administrator_creates_the_organisation(story: Story, visitors: Visitors) -> None:
    claire = visitors()
    claire.open("habpps")
    claire.sign_in(CAF_ADMINISTRATOR.username, CAF_ADMINISTRATOR.password)
    claire.open("habpps", "/organismes/nouveau")
    claire.fill(
        siret="21920555600019",
        name=TOWN,
        reference="MCP-921-2026-104",
        starts_on="2026-01-01",
        partner_signatory_name="Louise Arnaud",
        partner_signed_on="2025-12-10",
        caf_signatory_name="Camille Aubry",
        caf_signed_on="2025-12-12",
    )
    claire.click("create-organisation")
    assert "SIRET" in claire.text()
    assert claire.page.input_value("[name=name]") == TOWN, "what was typed is kept"
    claire.fill(siret=SIRET)
    claire.click("create-organisation")
    claire.check("extranet", "cdap")
    claire.check("profiles", "T1", "T2")
    claire.check("purposes", "accompagnement_social", "calcul_participation_familiale_eaje")
    claire.click("open-contract")
    claire.fill(given_name="Marie", family_name="Delorme", email="mdelorme@clairvallon.example")
    claire.click("appoint-administrator")
    assert "Invitation envoyée" in claire.text()
    organisation = claire.page.url
    claire.open("habpps", organisation.removeprefix(story.onebox.layout.url("habpps")) + "/contrats/nouveau")
    claire.check("extranet", "mon-enfant")
    claire.check("profiles", "T2")
    claire.check("purposes", "information_modes_accueil")
    claire.click("open-contract")
    assert TOWN in claire.text()


@pytest.mark.browser
@pytest.mark.system
@promise("chain:two-mails", "chain:groups-by-profile", "chain:provisional-password")
def test_chapter_2_the_partner_administrator_makes_groups_and_users(story: Story, visitors: Visitors) -> None:
    marie = visitors()
    enter_for_the_first_time(marie, story, "mdelorme@clairvallon.example")
    marie.open("habpps")
    for name, profile in (("Groupe 1", "T1"), ("Groupe 2", "T2")):
        marie.open("habpps", "/groupes/nouveau")
        marie.fill(name=name)
        marie.check("profile", profile)
        marie.click("create-group")
    people = (
        ("Inès", "Moreau", "assistante sociale", "Groupe 1"),
        ("Sofia", "Lopez", "responsable petite enfance", "Groupe 2"),
        ("Nathalie", "Girard", "directrice de crèche", "Groupe 2"),
    )
    for given_name, family_name, job_title, group in people:
        address = f"{family_name.lower()}@clairvallon.example"
        marie.open("habpps", "/utilisateurs/nouveau")
        marie.fill(given_name=given_name, family_name=family_name, email=address, job_title=job_title)
        marie.page.get_by_label(re.compile(group)).check()
        marie.click("create-user")
        assert "Invitation envoyée" in marie.text()
        read_credentials(story, address)


@pytest.mark.browser
@pytest.mark.system
@promise("chain:one-identifier", "chain:profile-limits-data", "chain:no-oracle")
def test_chapter_3_each_profile_sees_its_fields_of_the_same_dossier(story: Story, visitors: Visitors) -> None:
    dossier = story.dossier()
    nathalie, ines = visitors(), visitors()
    enter_for_the_first_time(nathalie, story, "girard@clairvallon.example")
    portal = nathalie.text()
    assert "CDAP" in portal
    assert "Mon-enfant.fr" in portal
    nathalie.open("cdap")
    assert nathalie.page.locator("#login-submit").count() == 0, "no second sign-in"
    assert "Base ressources annuelle" in consult(nathalie, dossier)
    assert fields_shown(nathalie) == sections_of("T2")
    enter_for_the_first_time(ines, story, "moreau@clairvallon.example")
    assert "Quotient familial" in consult(ines, dossier)
    assert "quotient_familial" in fields_shown(ines) - sections_of("T2")
    assert fields_shown(ines) <= sections_of("T1")

    foreign = story.dossier("751")
    unknown = Example(CAF, "9999999", "INEXISTANT")
    answers = [without_reference(consult(nathalie, asked)) for asked in (foreign, unknown)]
    assert answers[0] == answers[1]


def fields_shown(visitor: Visitor) -> set[str]:
    """The sections of the dossier that the page shows."""
    return {str(section.get_attribute("data-field")) for section in visitor.page.locator("#dossier [data-field]").all()}


def sections_of(profile: str) -> set[str]:
    """The fields of a profile in the configured table, less those that the page shows inside another section."""
    table = tomllib.loads((ROOT / "services/cdap/src/cdap/data/profile_fields.toml").read_text())
    fields = set(table["profiles"][profile])
    family = {"family_situation"} if "dependent_children" in fields else set()  # the section "Famille" holds both
    return fields - SHOWN_INSIDE_ANOTHER_SECTION | family


def without_reference(text: str) -> str:
    """The page without what differs between any two consultations: reference number and what was typed."""
    return re.sub(r"[0-9A-Z]{4}-[0-9A-Z]{4}|\d{1,2} h \d{2}", "…", text)


@pytest.mark.browser
@pytest.mark.system
@promise("record:found-by-the-auditor")
def test_chapter_4_the_auditor_finds_everything_and_verifies_the_journal(story: Story, visitors: Visitors) -> None:
    paul = visitors()
    paul.open("audit")
    paul.sign_in(CAF_AUDITOR.username, CAF_AUDITOR.password)
    kinds = (
        "cdap.dossier.consulted",
        "auth.session.opened",
        "habpps.organisation.created",
    )
    for kind in kinds:
        assert search_results(paul, kind) >= 1, kind
    assert verify(story).returncode == 0


def search_results(auditor: Visitor, kind: str) -> int:
    """How many events of a kind the first page of results shows."""
    auditor.open("audit", "/recherche")
    auditor.fill(case_number="CTRL-2026-001")
    auditor.page.click("#more-criteria summary")
    auditor.page.select_option("[name=type]", kind)
    auditor.click("search-submit")
    return auditor.page.locator("table tbody tr").count()


def verify(story: Story) -> subprocess.CompletedProcess[str]:
    """`audit verify` on the running journal."""
    return subprocess.run(
        [sys.executable, "-m", "audit", "verify"],
        cwd=ROOT,
        env={**os.environ, **service_environment(story.onebox.layout, "audit", "")},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.browser
@pytest.mark.system
@promise("chain:last-login", "chain:logout-everywhere")
def test_chapter_5_the_last_login_is_shown_and_logout_ends_everything(story: Story, visitors: Visitors) -> None:
    marie = visitors()
    marie.open("habpps")
    marie.sign_in(story.identifiers["mdelorme@clairvallon.example"], CHOSEN_PASSWORD)
    header = marie.page.inner_text("body")
    assert "Dernière connexion" in header
    assert str(datetime.now(UTC).year) in header
    become_a_professional_too(marie)
    for name in ("auth", "cdap", "mon-enfant", "habpps"):
        assert not marie.must_sign_in(name), name
    marie.open("cdap")
    marie.click("logout")
    marie.page.wait_for_selector("#logged-out")
    for name in ("auth", "cdap", "mon-enfant", "habpps"):
        assert marie.must_sign_in(name), name


def become_a_professional_too(marie: Visitor) -> None:
    """The partner administrator also works in a crèche: she registers herself and puts herself into group 2."""
    marie.open("habpps", "/utilisateurs/nouveau")
    marie.fill(
        given_name="Marie", family_name="Delorme", email="mdelorme@clairvallon.example", job_title="coordinatrice"
    )
    marie.click("create-user")
    marie.click("attach-person-link")
    marie.fill(job_title="coordinatrice")
    marie.click("attach-person")
    put_into_group(marie, "Groupe 2", confirmed=True)


def put_into_group(administrator: Visitor, group: str, *, confirmed: bool = False) -> None:
    """On the page of a user: "Rattacher au groupe"."""
    labels = administrator.page.locator("[name=group_id] option").all_inner_texts()
    administrator.page.select_option("[name=group_id]", label=next(label for label in labels if group in label))
    if confirmed:
        administrator.page.check("[name=confirmed]")
    administrator.click("assign-to-group")
    assert group in administrator.text()


@pytest.mark.browser
@pytest.mark.system
@promise("chain:suspension-acts-at-once")
def test_chapter_6_a_suspended_contract_ends_the_session_in_cdap(story: Story, visitors: Visitors) -> None:
    nathalie, claire = visitors(), visitors()
    nathalie.open("cdap")
    nathalie.sign_in(story.identifiers["girard@clairvallon.example"], CHOSEN_PASSWORD)
    assert "Base ressources annuelle" in consult(nathalie, story.dossier())
    claire.open("habpps", "/organismes?q=Clairvallon")
    claire.sign_in(CAF_ADMINISTRATOR.username, CAF_ADMINISTRATOR.password)
    claire.open("habpps", "/organismes?q=Clairvallon")
    claire.page.click(f"text={TOWN}")
    claire.page.click("#contract-cdap a:has-text('Suspendre')")
    assert "personnes" in claire.text()
    claire.fill(reason="Contrôle en cours")
    claire.page.click("main form button[type=submit]")
    claire.page.wait_for_selector("#flash-message")
    assert "Appliqué partout à" in claire.text()
    assert "fermée" in claire.text(), "her session in CDAP was closed"
    nathalie.open("cdap")
    refused = nathalie.text()
    assert "suspendu" in refused
    assert "Base ressources" not in refused
    assert story.dossier().name not in refused


@pytest.mark.browser
@pytest.mark.system
@promise("record:found-by-the-auditor")
def test_chapter_7_the_refusal_and_the_suspension_are_in_the_journal(story: Story, visitors: Visitors) -> None:
    paul = visitors()
    paul.open("audit")
    paul.sign_in(CAF_AUDITOR.username, CAF_AUDITOR.password)
    for kind in (
        "auth.access.refused",
        "auth.client_session.ended",
        "habpps.service_contract.suspended",
        "auth.session.ended",
    ):
        assert search_results(paul, kind) >= 1, kind
    assert verify(story).returncode == 0
