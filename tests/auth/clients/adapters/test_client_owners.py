"""A client has an owner: what the pages show to whom, and what two administrators do at once."""

from __future__ import annotations

import re
from typing import Any

import pytest

from auth.clients.adapters.web.client_pages import _ACTS
from tests.auth.builders import AuthBrowser, Provider, a_client
from tests.auth.clients.adapters.test_client_pages import FILLED, NEW, administrator, send, stored
from tests.promises import promise

__all__ = ["administrator"]


ROUTES = ("fiche", "modifier", "desactiver", "activer", "supprimer", "renouveler-le-secret")


def without_name(page: Any, client_id: str) -> bytes:
    """The page without what differs between any two requests: the address asked, the references, the tokens."""
    text = page.get_data().replace(client_id.encode(), b"X")
    text = re.sub(rb"[0-9A-Z]{4}-[0-9A-Z]{4}", b"R", text)
    return bytes(re.sub(rb'name="(csrf|once)_token" value="[^"]*"', b"", text))


@promise("ending:client-has-an-owner")
@pytest.mark.parametrize("method", ["get", "head", "post", "put", "patch", "delete", "options"])
@pytest.mark.parametrize("route", ROUTES)
def test_a_client_of_another_owner_is_answered_as_one_that_does_not_exist(
    provider: Provider, administrator: AuthBrowser, route: str, method: str
) -> None:
    provider.add(a_client("omega", 8411, owner="751", first_party=False))
    kept = {name: stored(provider, name) for name in ("omega", "cdap")}
    hidden = administrator.submit(administrator.get(NEW), NEW)  # a page with tokens for the forms below
    tokens = dict(re.findall(r'name="(csrf_token|once_token)" value="([^"]*)"', hidden.text))
    answers = []
    for client_id in ("omega", "cdap", "gamma"):
        path = f"/administration/clients/{route}/{client_id}"
        form = {**FILLED, **tokens, "client_id": client_id} if method == "post" else None
        answer = administrator.client.open(path, method=method.upper(), data=form, base_url="http://localhost:8400")
        answers.append((answer.status_code, without_name(answer, client_id)))
    assert answers[0] == answers[1] == answers[2]
    only_shown = route == "fiche" and method == "post"
    assert answers[0][0] in ({404} if method in {"get", "head", "post"} and not only_shown else {200, 405})
    assert {name: stored(provider, name) for name in kept} == kept


def test_every_address_of_a_client_is_tried_above() -> None:
    assert set(_ACTS) | {"fiche", "modifier"} == set(ROUTES)


@promise("ending:client-has-an-owner")
def test_a_caf_cannot_say_that_a_client_is_of_the_house_or_of_another_caf(
    provider: Provider, administrator: AuthBrowser
) -> None:
    assert "first_party" not in administrator.get(NEW).text
    assert send(administrator, NEW, first_party="y", owner="national").status_code == 200
    made = stored(provider)
    assert made is not None
    assert (made.owner, made.first_party) == ("921", False)
    assert provider.work.events[-1].owner == "921"


@promise("ending:no-lost-update")
def test_two_administrators_who_edit_one_client_do_not_undo_one_another(
    provider: Provider, administrator: AuthBrowser
) -> None:
    send(administrator, NEW)
    path = "/administration/clients/modifier/omega"
    first, second = administrator.get(path), administrator.get(path)
    assert administrator.submit(first, path, **{**FILLED, "name": "Omega un"}).status_code == 303
    answer = administrator.submit(second, path, **{**FILLED, "name": "Omega deux"})
    assert answer.status_code == 409
    assert "vient de modifier cette application" in answer.text
    assert "Omega un" in answer.text, "what is stored now"
    assert "Omega deux" in answer.text, "what was typed"
    kept = stored(provider)
    assert kept is not None
    assert kept.name == "Omega un"
    assert administrator.submit(answer, path, **{**FILLED, "name": "Omega deux"}).status_code == 303
    changed = stored(provider)
    assert changed is not None
    assert changed.name == "Omega deux"


def test_after_declaring_the_page_says_what_to_write_into_the_software(administrator: AuthBrowser) -> None:
    page = send(administrator, NEW)
    told = page.text[page.text.index('id="for-your-software"') :]
    for words in (
        "http://localhost:8400/.well-known/openid-configuration",
        "omega",
        "https://omega.example/retour",
        "openid profile omega",
    ):
        assert words in told
    assert "est déclarée" not in page.text, "names have no gender"
