"""Two administrators of a Caf act on one application: the older page undoes nothing unseen."""

from __future__ import annotations

import html
from dataclasses import replace

import pytest

from auth.clients.domain.clients import Client
from tests.auth.builders import AuthBrowser, Provider
from tests.auth.clients.adapters.test_client_pages import FILLED, stored
from tests.auth.clients.adapters.test_client_pages import administrator as administrator
from tests.promises import promise

ACTS = ["modifier", "desactiver", "activer", "supprimer", "renouveler-le-secret"]


def before_and_after(provider: Provider, act: str) -> tuple[Client, Client]:
    """The application as the page shows it, and as a colleague then leaves it."""
    shown = stored(provider, "mon-enfant")
    assert shown is not None
    shown = replace(shown, enabled=act != "activer")
    return shown, replace(shown, redirect_uris=("https://colleague.example/retour",))


@promise("admin:older-form-undoes-nothing")
@pytest.mark.parametrize("act", ACTS)
def test_an_older_page_of_an_application_changes_nothing(
    provider: Provider, administrator: AuthBrowser, act: str
) -> None:
    shown, changed = before_and_after(provider, act)
    provider.add(shown)
    path = f"/administration/clients/{act}/mon-enfant"
    page = administrator.get(path)
    provider.add(changed)
    fields = {**FILLED, "client_id": "mon-enfant", "redirect_uris": "https://mine.example/retour"}
    if act != "modifier":
        fields = {}
    answer = administrator.submit(page, path, **fields)
    assert answer.status_code == 409
    assert stored(provider, "mon-enfant") == changed
    text = html.unescape(answer.text)
    assert "Quelqu'un d'autre vient de modifier cette application" in text
    assert "https://colleague.example/retour" in text, "what is stored now is shown"
    if act == "modifier":
        assert "https://mine.example/retour" in text, "what was typed is kept"
    else:
        assert administrator.submit(answer, path).status_code in {200, 303}, "sent again knowingly, it is done"
        assert stored(provider, "mon-enfant") != changed


@promise("admin:older-form-undoes-nothing")
@pytest.mark.parametrize("act", ACTS)
def test_a_page_without_version_changes_nothing(provider: Provider, administrator: AuthBrowser, act: str) -> None:
    shown, _changed = before_and_after(provider, act)
    provider.add(shown)
    path = f"/administration/clients/{act}/mon-enfant"
    answer = administrator.submit(administrator.get(path), path, version="")
    assert answer.status_code in {400, 409}
    assert stored(provider, "mon-enfant") == shown
