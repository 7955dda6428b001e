"""The story of an extranet of another house, told by people at real browsers: declared, used, watched, left.

Claire of the Caf declares it. Sophie gives a tablet access, signs in to it, closes a forgotten session and takes her
consent back. Paul finds all of it in the journal.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from auth.clients.domain.clients import DEVICE_CODE
from onebox.cast import CAF_ADMINISTRATOR, CAF_AUDITOR, RIVEBELLE, CastMember
from tests.promises import promise
from tests.system.auth_alone import spare_port
from tests.system.browser import Application, Visitor, declare_application
from tests.system.conftest import Visitors
from tests.system.onebox_process import OneboxProcess

pytestmark = [pytest.mark.browser, pytest.mark.system, pytest.mark.timeout(180)]

NAME, CLIENT_ID, CODE = "Agenda des crèches", "agenda-creches", "agenda"
SCOPE = f"openid profile {CODE}"
SOPHIE = RIVEBELLE.users[2]
_LIMIT_S = 20.0


def enter(visitor: Visitor, name: str, person: CastMember, path: str = "/") -> None:
    """Goes to a page and signs in on the way."""
    visitor.open(name, path)
    visitor.sign_in(person.username, person.password)


def until_granted(agenda: Application, codes: dict[str, Any]) -> dict[str, Any]:
    """The tablet asks as often as it was told to (RFC 8628 §3.5), until it has its tokens."""
    deadline, pause = time.monotonic() + _LIMIT_S, threading.Event()
    while (answer := poll(agenda, codes)).status_code != 200:
        assert answer.json()["error"] == "authorization_pending"
        assert time.monotonic() < deadline
        pause.wait(codes["interval"])
    tokens: dict[str, Any] = answer.json()
    return tokens


def poll(agenda: Application, codes: dict[str, Any]) -> httpx.Response:
    """One question of the tablet."""
    return agenda.ask("token", DEVICE_CODE, device_code=codes["device_code"])


def person_of(agenda: Application, tokens: dict[str, Any]) -> dict[str, Any]:
    """What userinfo says to the holder of these tokens."""
    bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
    answer = httpx.get(f"{agenda.layout.url('auth')}/userinfo", headers=bearer, timeout=10)
    assert answer.status_code == 200, answer.text
    claims: dict[str, Any] = answer.json()
    return claims


@dataclass(frozen=True)
class Story:
    """Who plays."""

    visitors: Visitors
    agenda: Application
    sophie: Visitor

    def a_tablet_gets_access_by_a_code(self) -> None:
        """The tablet shows a code, Sophie copies it at her own browser."""
        codes = self.agenda.device_codes(SCOPE)
        assert poll(self.agenda, codes).json() == {"error": "authorization_pending"}
        self.sophie.page.goto(codes["verification_uri_complete"])
        self.sophie.sign_in(SOPHIE.username, SOPHIE.password)
        assert self.sophie.page.input_value("[name=user_code]") == codes["user_code"]
        self.sophie.click("device-submit")
        assert NAME in self.sophie.text()
        assert codes["user_code"] in self.sophie.text()
        self.sophie.click("device-allow")
        assert "L’appareil est connecté" in self.sophie.text()
        person = person_of(self.agenda, until_granted(self.agenda, codes))
        assert person["sub"] == SOPHIE.account_id
        assert poll(self.agenda, codes).json() == {"error": "invalid_grant"}

    def signs_in_by_form_post(self) -> dict[str, Any]:
        """The script of the page sends the form: Sophie only agrees, asked again after what the tablet got."""
        received = self.agenda.serve(self.sophie)
        self.sophie.page.goto(self.agenda.authorization(SCOPE, response_mode="form_post", prompt="consent"))
        assert NAME in self.sophie.text()
        self.sophie.click("consent-allow")
        self.sophie.page.wait_for_url(f"{self.agenda.address}/retour")
        assert [set(form) for form in received] == [{"code", "state", "iss"}]
        tokens: dict[str, Any] = self.agenda.exchange(received[0]["code"]).json()
        assert person_of(self.agenda, tokens)["name"] == "Sophie Leroy"
        return tokens

    def ends_another_session(self) -> None:
        """Mes connexions: the one that she forgot at another computer."""
        elsewhere = self.visitors()
        enter(elsewhere, "auth", SOPHIE)
        elsewhere.open("auth", "/sessions")
        forgotten = elsewhere.page.locator("#open-sessions li:has(#this-session)").get_attribute("id")
        self.sophie.open("auth", "/sessions")
        assert NAME in self.sophie.page.inner_text("#open-sessions li:has(#this-session)")
        self.sophie.page.click(f"#{forgotten} a")
        self.sophie.click("end-session-confirm")
        assert "1 connexion est fermée" in self.sophie.text()
        assert self.sophie.page.locator(f"#{forgotten}").count() == 0
        assert elsewhere.must_sign_in("auth")
        assert not self.sophie.must_sign_in("auth")

    def withdraws_her_consent(self, tokens: dict[str, Any]) -> None:
        """The extranet gets nothing more, and has to ask again."""
        self.sophie.open("auth", "/sessions")
        self.sophie.click(f"withdraw-{CLIENT_ID}")
        self.sophie.click("withdraw-confirm")
        assert f"Votre accord avec {NAME} est retiré" in self.sophie.text()
        assert self.sophie.page.locator(f"#consent-{CLIENT_ID}").count() == 0
        renewed = self.agenda.ask("token", "refresh_token", refresh_token=tokens["refresh_token"])
        assert renewed.json()["error"] == "invalid_grant"
        self.sophie.page.goto(self.agenda.authorization(SCOPE))
        assert self.sophie.page.locator("#consent-allow").count() == 1

    def the_auditor_finds_the_acts(self) -> None:
        """By who acted."""
        paul = self.visitors()
        enter(paul, "audit", CAF_AUDITOR)
        acts = acts_of(paul, CAF_ADMINISTRATOR, subject=f"client:{CLIENT_ID}")
        assert acts.count("Application déclarée") == 1
        acts = acts_of(paul, SOPHIE)
        for act in ("Appareil connecté", "Accord donné à une application", "Accord retiré à une application"):
            assert acts.count(act) == 1, act
        assert "Fin de session" in acts


def acts_of(auditor: Visitor, person: CastMember, subject: str = "") -> str:
    """What the first page of results says of a person's acts."""
    auditor.open("audit", "/recherche")
    auditor.page.click("#more-criteria summary")
    auditor.fill(case_number="CTRL-2026-002", actor_id=person.account_id, subject=subject)
    auditor.click("search-submit")
    return auditor.page.inner_text("table tbody")


@pytest.fixture
def story(onebox: OneboxProcess, visitors: Visitors) -> Iterator[Story]:
    """Claire declares the extranet at the beginning, and deletes it at the end: other stories are told in this demo."""
    claire = visitors()
    enter(claire, "auth", CAF_ADMINISTRATOR)
    claire.click("declare-clients")
    claire.click("new-client")
    address = f"http://localhost:{spare_port(onebox.layout, 1)}"
    names = {"client_id": CLIENT_ID, "name": NAME, "code": CODE}
    agenda = declare_application(claire, address, names, grants=[DEVICE_CODE])
    claire.click("secret-kept")
    assert agenda.secret not in claire.page.content(), "shown once"
    yield Story(visitors, agenda, visitors())
    claire.open("auth", f"/administration/clients/supprimer/{CLIENT_ID}")
    claire.click("confirm-supprimer")
    assert "supprimée" in claire.text()


@promise("record:found-by-the-auditor")
def test_an_extranet_of_another_house_is_declared_used_watched_and_left(story: Story) -> None:
    story.a_tablet_gets_access_by_a_code()
    tokens = story.signs_in_by_form_post()
    story.ends_another_session()
    story.withdraws_her_consent(tokens)
    story.the_auditor_finds_the_acts()
