"""One person works for two organisations with one identifier: invited, she chooses, consults, and the journal says
for which. Whoever invites sees the same page for an address that is known and for one that is not.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest

from onebox.cast import CAF, CAF_AUDITOR, RIVEBELLE, VALMONT
from onebox.examples import first_example, has_young_child
from tests.promises import promise
from tests.system.browser import Visitor, accessibility_violations, scrolls_sideways, take_picture, typographic_faults
from tests.system.conftest import Visitors
from tests.system.onebox_process import OneboxProcess
from tests.system.test_story import consult

MARC, (THOMAS, JULIE) = RIVEBELLE.administrators[0], VALMONT.users
LINK = "/lien/"
CORRECTED = "julie.marchand@demo.example"
TYPED = ("Aude", "Vidal", "avidal-9999@demo.example")
JOB = "agent administratif"


def looked_at(visitor: Visitor, name: str) -> None:
    """The page is fit for everybody, in a wide and in a narrow window."""
    assert accessibility_violations(visitor.page) == []
    assert typographic_faults(visitor.page) == []
    for width in (360, 1280):
        visitor.page.set_viewport_size({"width": width, "height": 900})
        assert not scrolls_sideways(visitor.page)
        for scheme in ("light", "dark"):
            visitor.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            take_picture(visitor.page, f"one-person-{name}-{width}-{scheme}")


def signed_in(visitors: Visitors, username: str, password: str, name: str = "habpps") -> Visitor:
    visitor = visitors()
    visitor.open(name)
    visitor.sign_in(username, password)
    return visitor


def invite(marc: Visitor, given_name: str, family_name: str, email: str) -> None:
    marc.open("habpps", "/utilisateurs/nouveau")
    marc.fill(given_name=given_name, family_name=family_name, email=email, job_title=JOB)
    marc.page.get_by_label(re.compile("Crèches municipales")).check()
    marc.click("create-user")
    assert "Invitation envoyée" in marc.text()


def bytes_of(visitor: Visitor, typed: tuple[str, str, str]) -> str:
    """The page as it came, without what was typed and what differs between any two pages."""
    text = visitor.page.content()
    for word in sorted({*typed, f"{typed[0]} {typed[1]}"}, key=len, reverse=True):
        text = text.replace(word, "…")
    identifier = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
    token = r'name="(?:csrf_token|once_token|version)"[^>]*value="[^"]*"'
    moment = r"\d{1,2}(?:&nbsp;|\s)h(?:&nbsp;|\s)\d{2}"
    return re.sub(f'{identifier}|{token}|{moment}|[0-9A-Z]{{4}}-[0-9A-Z]{{4}}|vu=[^"]*', "…", text)


@pytest.mark.browser
@pytest.mark.system
@promise("person:the-inviter-cannot-tell")
def test_the_pages_of_who_invites_are_equal_for_a_known_and_an_unknown_address(
    onebox: OneboxProcess, visitors: Visitors
) -> None:
    marc = signed_in(visitors, MARC.username, MARC.password)
    pages: list[list[str]] = []
    julie = CORRECTED if onebox.mails_to(CORRECTED) else JULIE.email  # the other story may have been told before
    links = len(onebox.wait_for_mails(julie, 0, saying=LINK))
    for typed in ((JULIE.given_name, JULIE.family_name, julie), TYPED):
        before = len(onebox.mails_to(typed[2]))
        invite(marc, *typed)
        seen = [bytes_of(marc, typed)]
        onebox.wait_for_mails(typed[2], before + 1)
        for path in ("/utilisateurs", "/"):
            marc.open("habpps", path)
            seen.append(bytes_of(marc, typed))
        marc.open("habpps", "/utilisateurs")
        marc.page.click(f"text={typed[0]} {typed[1]}")
        marc.page.wait_for_selector("#invitation-withdraw")
        seen.append(bytes_of(marc, typed))
        marc.click("invitation-withdraw")
        seen.append(bytes_of(marc, typed))
        pages.append(seen)
    for known, unknown in zip(*pages, strict=True):
        assert known.splitlines() == unknown.splitlines()
    found = onebox.wait_for_mails(julie, links + 1, saying=LINK)
    assert len(found) == links + 1, "one mail with a link to somebody who has an account"
    assert len(onebox.wait_for_mails(TYPED[2], 2)) == 2, "two separate mails to somebody new"


@pytest.mark.browser
@pytest.mark.system
@promise("person:one-account-across-organisations")
def test_somebody_known_elsewhere_joins_with_one_identifier_and_the_journal_says_for_whom(
    onebox: OneboxProcess, visitors: Visitors
) -> None:
    marc = signed_in(visitors, MARC.username, MARC.password)
    invite(marc, THOMAS.given_name, THOMAS.family_name, THOMAS.email.upper())
    looked_at(marc, "invited")
    (mail,) = onebox.wait_for_mails(THOMAS.email, 1, saying=LINK)
    link = re.search(r"/lien/\S+", mail["text"])
    assert link is not None
    assert "provisoire" not in mail["text"]

    thomas = visitors()
    thomas.open("auth", link[0])
    looked_at(thomas, "link")
    thomas.click("invitation-login")
    thomas.sign_in(THOMAS.username, THOMAS.password)
    looked_at(thomas, "answer")
    thomas.click("invitation-accept")
    assert "Vous avez accepté" in thomas.text()
    thomas.open("auth", link[0])
    assert "Ce lien ne sert plus" in thomas.text()
    looked_at(thomas, "closed")

    thomas.open("auth", "/organisation")
    labels = thomas.page.locator("label").all_inner_texts()
    assert {RIVEBELLE.name, VALMONT.name} <= {label.partition(" (")[0].replace("’", "'") for label in labels}
    thomas.page.get_by_label(re.compile(RIVEBELLE.name)).check()
    thomas.click("organisation-submit")
    thomas.open("auth")
    assert "CDAP" in thomas.text()
    year = datetime.now(UTC).year
    dossier = first_example(onebox.layout.seeds / "dossiers.jsonl", lambda line: has_young_child(line, CAF, year))
    assert "Base ressources annuelle" in consult(thomas, dossier)

    marc.open("habpps", "/journal")
    assert "Thomas Roux a accepté l’invitation." in marc.text()
    paul = signed_in(visitors, CAF_AUDITOR.username, CAF_AUDITOR.password, "audit")
    paul.open("audit", "/recherche")
    paul.fill(case_number="CTRL-2026-007")
    paul.page.click("#more-criteria summary")
    paul.page.select_option("[name=type]", "cdap.dossier.consulted")
    paul.click("search-submit")
    paul.page.click("table tbody tr:first-child a")
    paul.page.wait_for_load_state("domcontentloaded")
    assert RIVEBELLE.name in paul.text()
    assert "Thomas Roux" in paul.text()


@pytest.mark.browser
@pytest.mark.system
@promise("person:address-is-proved")
def test_an_address_is_changed_by_who_reads_the_new_mailbox(onebox: OneboxProcess, visitors: Visitors) -> None:
    helene = signed_in(visitors, VALMONT.administrators[0].username, VALMONT.administrators[0].password)
    helene.open("habpps", "/utilisateurs")
    helene.page.click(f"text={JULIE.given_name} {JULIE.family_name}")
    helene.page.wait_for_selector("#correct-person")
    helene.click("correct-person")
    looked_at(helene, "correct")
    helene.fill(given_name="Julie-Anne")
    helene.click("correct-names")
    assert "Julie-Anne" in helene.text()
    before = len(onebox.mails_to(JULIE.email))
    helene.fill(email=CORRECTED)
    helene.click("ask-address")
    assert "En attente" in helene.text()
    looked_at(helene, "waiting")
    (mail,) = onebox.wait_for_mails(CORRECTED, 1)
    onebox.wait_for_mails(JULIE.email, before + 1)
    link = re.search(r"/lien/\S+", mail["text"])
    assert link is not None
    reader = visitors()
    reader.open("auth", link[0])
    looked_at(reader, "address-signed-out")
    reader.click("address-login")
    reader.sign_in(JULIE.username, JULIE.password)
    looked_at(reader, "address")
    helene.page.reload()
    assert "En attente" in helene.text(), "opening the link changes nothing"
    reader.click("address-confirm")
    assert "Votre adresse est confirmée" in reader.text()
    helene.page.reload()
    assert "En attente" not in helene.text()
    assert CORRECTED in helene.text()
