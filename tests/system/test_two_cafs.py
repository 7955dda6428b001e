"""A landlord has a convention with Caf 921 and one with Caf 751: one sign-in, two lives apart."""

from __future__ import annotations

import pytest

from onebox.cast import (
    CAF,
    CAF_ADMINISTRATOR,
    CAF_AUDITOR,
    HORIZON,
    HORIZON_IN_PARIS,
    OTHER_CAF,
    OTHER_CAF_ADMINISTRATOR,
    OTHER_CAF_AUDITOR,
    CastMember,
)
from onebox.examples import ORDINARY_STATUS, Example, first_example
from tests.promises import promise
from tests.system.browser import Visitor
from tests.system.conftest import Visitors
from tests.system.onebox_process import OneboxProcess

pytestmark = [pytest.mark.browser, pytest.mark.system, pytest.mark.timeout(240)]

ANNE, KARIM = HORIZON.users[0], HORIZON.administrators[0]
OF_ONE = {
    CAF: (HORIZON.name, HORIZON.convention, "Prévention des impayés", CAF_ADMINISTRATOR.family_name),
    OTHER_CAF: (HORIZON_IN_PARIS.name, HORIZON_IN_PARIS.convention, "Loyers parisiens", "Vidal"),
}
"""What is found on the pages of one Caf alone."""


def signed_in(visitors: Visitors, name: str, person: CastMember) -> Visitor:
    visitor = visitors()
    visitor.open(name)
    visitor.sign_in(person.username, person.password)
    return visitor


def dossier(onebox: OneboxProcess, caf: str) -> Example:
    """Any that is open to everybody of this Caf."""
    file = onebox.layout.seeds / "dossiers.jsonl"
    return first_example(
        file, lambda line: line["reference"]["caf"] == caf and line["status"]["code"] == ORDINARY_STATUS
    )


def consult(anne: Visitor, wanted: Example) -> str:
    anne.open("cdap")
    anne.fill(matricule=wanted.matricule, name=wanted.name)
    anne.page.select_option("[name=caf]", wanted.caf)
    anne.page.check("input[name=person_informed]")
    anne.click("consult-dossier")
    return anne.text()


def found_by(auditor: Visitor, wanted: Example) -> str:
    """What a search says of the acts about a dossier."""
    auditor.open("audit", "/recherche")
    auditor.page.click("#more-criteria summary")
    auditor.fill(
        case_number="CTRL-2026-007", actor_id=ANNE.account_id, subject=f"dossier:{wanted.caf}:{wanted.matricule}"
    )
    auditor.click("search-submit")
    return auditor.text()


def organisation_page(administrator: Visitor, caf: str) -> str:
    """The page of the landlord, found by its SIRET, and everything that is a click away."""
    administrator.open("habpps", f"/organismes?q={HORIZON.siret}")
    listed = administrator.text()
    administrator.page.click(f"table a:has-text('{OF_ONE[caf][0]}')")
    address = administrator.page.url.removeprefix(administrator.layout.url("habpps"))
    texts = [listed, administrator.text()]
    for path in ("/utilisateurs", "/journal"):
        administrator.open("habpps", address + path)
        texts.append(administrator.text())
    administrator.open("habpps", address)
    return "\n".join(texts)


@promise("caf:cafs-are-isolated", "caf:rights-per-caf", "partner:one-caf-at-a-time")
def test_a_landlord_of_two_cafs_lives_apart_with_each(onebox: OneboxProcess, visitors: Visitors) -> None:
    here, there = dossier(onebox, CAF), dossier(onebox, OTHER_CAF)
    anne = signed_in(visitors, "cdap", ANNE)
    for wanted in (here, there, here):
        assert wanted.name.upper() in consult(anne, wanted).upper(), "signed in once, she consults in both"

    claire = signed_in(visitors, "habpps", CAF_ADMINISTRATOR)
    youssef = signed_in(visitors, "habpps", OTHER_CAF_ADMINISTRATOR)
    for caf, administrator in ((CAF, claire), (OTHER_CAF, youssef)):
        text = organisation_page(administrator, caf)
        other = OF_ONE[OTHER_CAF if caf == CAF else CAF]
        assert [word for word in OF_ONE[caf][:2] if word not in text] == []
        assert [word for word in other if word in text] == []

    karim = signed_in(visitors, "habpps", KARIM)
    for caf in (OTHER_CAF, CAF):
        karim.open("habpps", "/caf")
        karim.check("caf", caf)
        karim.click("choose-caf")
        karim.open("habpps", "/groupes")
        assert OF_ONE[caf][2] in karim.text()
        assert OF_ONE[OTHER_CAF if caf == CAF else CAF][2] not in karim.text()

    youssef.click("suspend-convention")
    youssef.fill(reason="contrôle en cours")
    youssef.click("suspend-convention")
    assert there.name.upper() not in consult(anne, there).upper(), "suspended by its Caf"
    assert here.name.upper() in consult(anne, here).upper(), "and the other Caf's rights are left alone"

    for person, own, foreign in ((CAF_AUDITOR, here, there), (OTHER_CAF_AUDITOR, there, here)):
        auditor = signed_in(visitors, "audit", person)
        assert "Dossier consulté" in found_by(auditor, own)
        assert "Dossier consulté" not in found_by(auditor, foreign)

    organisation_page(youssef, OTHER_CAF)
    youssef.click("lift-convention")
    youssef.fill(reason="contrôle terminé")
    youssef.click("lift-convention")
