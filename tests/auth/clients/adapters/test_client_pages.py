"""Administrators of the Caf declare clients, in a browser without JavaScript."""

from __future__ import annotations

import html
import json
import re
from datetime import timedelta
from typing import Any

import pytest
from joserfc.jwk import ECKey

from auth.clients.domain.clients import Client
from auth.clients.use_cases.open_registration import OpenRegistration
from servicekit.identifiers import hash_secret
from tests.auth.builders import PASSWORD, SECRET, AuthBrowser, Provider, a_client, an_account
from tests.promises import promise

AGAIN = "/login?encore=1"
CAF = "cafadmin-0001"
KEY = ECKey.generate_key("P-256", {"kid": "k1"})
PRIVATE_KEY: dict[str, Any] = dict(KEY.as_dict(private=True))
FILLED: dict[str, Any] = {
    "client_id": "omega",
    "name": "Omega",
    "code": "omega",
    "redirect_uris": "https://omega.example/retour\r\n\r\n https://omega.example/autre \r\n",
    "post_logout_redirect_uris": "https://omega.example/deconnecte",
    "scope": ["openid", "profile", "extranet"],
    "grant_types": ["authorization_code", "refresh_token"],
    "requires_service_contract": "y",
    "profile": "baseline",
    "token_endpoint_auth_method": "client_secret_basic",
    "binding": "none",
}
NEW = "/administration/clients/nouveau"
CHANGE = "/administration/clients/modifier"


@pytest.fixture
def administrator(provider: Provider, browser: AuthBrowser) -> AuthBrowser:
    """The administrator of the Caf, just signed in."""
    provider.add(an_account("account-caf-administrator", CAF))
    provider.know_extranet("omega")
    provider.add(a_client("mon-enfant", 8410, owner="921", first_party=False))
    assert browser.sign_in(CAF).status_code == 303
    return browser


def send(browser: AuthBrowser, path: str, **changes: Any) -> Any:
    """Fills the form at `path` and sends it."""
    form = {name: value for name, value in {**FILLED, **changes}.items() if value is not None}
    return browser.submit(browser.get(path), path, **form)


def stored(provider: Provider, client_id: str = "omega") -> Client | None:
    found: Client | None = provider.read(lambda repos: repos.clients.find(client_id))
    return found


def typed(page: Any) -> str:
    return html.unescape(page.text)


def secret_of(page: Any) -> str:
    found = re.search(r'id="client-secret">([^<]+)<', page.text)
    assert found is not None, page.text
    return found[1]


def test_the_portal_leads_administrators_of_the_caf_to_the_clients(administrator: AuthBrowser) -> None:
    assert 'id="declare-clients"' in administrator.get("/").text
    page = administrator.get("/administration/clients")
    assert page.status_code == 200
    assert "CDAP" not in page.text, "it is the operator's"
    assert "MON-ENFANT" in page.text


@pytest.mark.parametrize(
    "path", ["", "/nouveau", "/fiche/mon-enfant", "/modifier/mon-enfant", "/desactiver/mon-enfant"]
)
def test_others_get_a_page_that_says_who_can_help(browser: AuthBrowser, path: str) -> None:
    browser.sign_in()
    assert 'id="declare-clients"' not in browser.get("/").text
    page = browser.get(f"/administration/clients{path}")
    assert page.status_code == 403
    assert "réservée aux administrateurs de la Caf" in page.text
    assert "adressez-vous à votre administrateur" in page.text
    assert "8402" not in page.text


@pytest.mark.parametrize("account", ["account-partner-administrator", "account-caf-auditor"])
def test_other_administrators_declare_nothing(provider: Provider, browser: AuthBrowser, account: str) -> None:
    provider.add(an_account(account, "other-0001"))
    page = browser.follow(browser.sign_in("other-0001"))
    refused = browser.submit(page, NEW, **FILLED, csrf_token=csrf_of(browser))
    assert refused.status_code == 403
    assert stored(provider) is None


def csrf_of(browser: AuthBrowser) -> str:
    """The token of a form that everybody may see."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', browser.get("/login", encore="1").text)
    assert found is not None
    return found[1]


def test_nobody_signed_in_is_sent_to_sign_in_and_back(provider: Provider, browser: AuthBrowser) -> None:
    provider.add(an_account("account-caf-administrator", CAF))
    answer = browser.get("/administration/clients", q="cdap")
    assert answer.headers["Location"] == "/login"
    back = browser.submit(browser.follow(answer), "/login", username=CAF, password=PASSWORD)
    assert back.headers["Location"] == "/administration/clients?q=cdap"


def test_an_administrator_who_lost_the_role_is_refused_at_once(provider: Provider, administrator: AuthBrowser) -> None:
    provider.change_rights("caf_administrator", state="ended")
    assert administrator.get("/administration/clients").status_code in (303, 403)


def test_a_sign_in_of_a_while_ago_is_asked_for_again(provider: Provider, administrator: AuthBrowser) -> None:
    provider.clock.advance(timedelta(minutes=15))
    assert administrator.get("/administration/clients").status_code == 200
    provider.clock.advance(timedelta(seconds=1))
    answer = administrator.get("/administration/clients/fiche/mon-enfant")
    assert answer.headers["Location"] == AGAIN
    page = administrator.follow(answer)
    assert "moins de 15 minutes" in page.text
    back = administrator.submit(page, "/login", username=CAF, password=PASSWORD)
    assert back.headers["Location"] == "/administration/clients/fiche/mon-enfant"
    assert administrator.follow(back).status_code == 200


def test_a_form_that_was_long_to_fill_is_not_lost(provider: Provider, administrator: AuthBrowser) -> None:
    form = administrator.get(NEW)
    provider.clock.advance(timedelta(minutes=20))
    page = administrator.submit(form, NEW, **FILLED)
    assert page.status_code == 401
    assert 'id="sign-in-again"' in page.text
    assert 'value="Omega"' in page.text
    assert stored(provider) is None
    administrator.sign_in(CAF)
    assert administrator.submit(page, NEW, **FILLED).status_code == 200
    assert stored(provider) is not None


def test_an_old_sign_in_carries_no_act_out(provider: Provider, administrator: AuthBrowser) -> None:
    page = administrator.get("/administration/clients/supprimer/mon-enfant")
    provider.clock.advance(timedelta(minutes=16))
    assert administrator.submit(page, "/administration/clients/supprimer/mon-enfant").headers["Location"] == AGAIN
    assert stored(provider, "mon-enfant") is not None


def test_a_declared_client_works_with_the_secret_that_is_shown_once(
    provider: Provider, administrator: AuthBrowser
) -> None:
    page = send(administrator, NEW)
    assert page.status_code == 200, page.text
    assert page.headers["Cache-Control"] == "no-store"
    secret = secret_of(page)
    client = stored(provider)
    assert client is not None
    assert client.is_secret(hash_secret(secret))
    assert client.redirect_uris == ("https://omega.example/retour", "https://omega.example/autre")
    assert client.scope == ("openid", "profile", "omega")
    assert client.checked_extranet == "omega"
    event = provider.work.events[-1]
    assert (event.type, event.actor_id) == ("auth.client.registered", "account-caf-administrator")
    assert event.organisation_id == "org-caf-921"
    shown = administrator.get("/administration/clients/fiche/omega")
    assert "https://omega.example/autre" in shown.text
    assert secret not in shown.text
    assert client.secret_hash not in shown.text


def test_a_client_with_keys_needs_no_secret(provider: Provider, administrator: AuthBrowser) -> None:
    jwks = json.dumps({"keys": [KEY.as_dict(private=False)]})
    changes = {"token_endpoint_auth_method": "private_key_jwt", "jwks": jwks, "profile": "fapi2", "binding": "dpop"}
    answer = send(administrator, NEW, **changes)
    page = administrator.follow(answer)
    assert "L'application Omega est enregistrée." in typed(page)
    client = stored(provider)
    assert client is not None
    assert (client.profile, client.dpop_bound_access_tokens, client.secret_hash) == ("fapi2", True, "")
    assert client.jwks == json.loads(jwks)


@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        ({"client_id": ""}, "client_id", "Cette information est nécessaire."),
        ({"client_id": "ça va"}, "client_id", "Employez 1 à 64 lettres sans accent"),
        ({"code": "nouvel-extranet"}, "code", "Habpps ne connaît pas ce code"),
        ({"client_id": "mon-enfant"}, "client_id", "Une autre application porte déjà cet identifiant."),
        ({"name": " "}, "name", "Cette information est nécessaire."),
        ({"code": ""}, "code", "Indiquez le code"),
        ({"redirect_uris": ""}, "redirect_uris", "Cette information est nécessaire."),
        (
            {"redirect_uris": "https://omega.example/\nhttp://omega.example/retour"},
            "redirect_uris",
            "ni nom d'utilisateur. (http://omega.example/retour)",
        ),
        ({"redirect_uris": "https://omega.example/é"}, "redirect_uris", "un espace, un accent"),
        ({"logo_uri": "javascript:alert(1)"}, "logo_uri", "Une adresse commence par https://"),
        ({"scope": None}, "scope", "Choisissez au moins une possibilité."),
        ({"grant_types": None}, "grant_types", "Choisissez au moins une possibilité."),
        ({"grant_types": ["refresh_token"]}, "grant_types", "suppose une première connexion"),
        ({"profile": "fapi2"}, "token_endpoint_auth_method", "Le profil renforcé demande une clé"),
        ({"token_endpoint_auth_method": "private_key_jwt"}, "jwks", "Donnez les clés publiques"),
        (
            {"token_endpoint_auth_method": "private_key_jwt", "jwks": json.dumps({"keys": [PRIVATE_KEY]})},
            "jwks",
            "une clé privée",
        ),
        ({"jwks": "{"}, "jwks", "n'est pas du JSON"),
        ({"jwks": '{"keys": [{"kty": "EC"}]}'}, "jwks", "ne sert à signer"),
        ({"token_endpoint_auth_method": "tls_client_auth"}, "tls_client_auth_subject_dn", "le nom qui figure"),
        (
            {"token_endpoint_auth_method": "none", "grant_types": ["client_credentials"]},
            "grant_types",
            "en son propre nom",
        ),
    ],
)
def test_a_refusal_stands_beside_its_field_in_french(
    provider: Provider, administrator: AuthBrowser, changes: dict[str, Any], field: str, sentence: str
) -> None:
    before = stored(provider, "mon-enfant")
    page = send(administrator, NEW, **changes)
    assert page.status_code in (400, 409)
    text = typed(page)
    assert 'id="error-summary"' in text
    beside = re.search(rf'id="{field}-error">(.*?)</p>', text, re.DOTALL)
    assert beside is not None, text
    assert sentence in beside[1]
    if field != "name":
        assert 'value="Omega"' in text
    assert PRIVATE_KEY["d"] not in text
    assert stored(provider) is None
    assert stored(provider, "mon-enfant") == before


def test_everything_that_is_missing_is_said_at_once(administrator: AuthBrowser) -> None:
    page = send(administrator, NEW, client_id="", name="", redirect_uris="", jwks="{", code="")
    for field in ("client_id", "name", "redirect_uris", "jwks", "code"):
        assert f'id="{field}-error"' in page.text


def test_a_software_without_people_needs_no_return_address(provider: Provider, administrator: AuthBrowser) -> None:
    changes = {"redirect_uris": "", "grant_types": ["client_credentials"], "scope": ["extranet"]}
    assert secret_of(send(administrator, NEW, **changes))
    client = stored(provider)
    assert client is not None
    assert (client.redirect_uris, client.scope) == ((), ("omega",))


def test_a_setting_that_the_form_does_not_know_stays_as_it_was(provider: Provider, administrator: AuthBrowser) -> None:
    provider.add(
        a_client(
            "omega",
            8411,
            owner="921",
            first_party=False,
            scope="openid offline_access omega",
            default_max_age=600,
            id_token_signed_response_alg="RS256",
            grant_types=["authorization_code", "urn:ietf:params:oauth:grant-type:token-exchange"],
        )
    )
    before = stored(provider)
    assert before is not None
    shown = administrator.get("/administration/clients/fiche/omega")
    assert "default_max_age" in shown.text
    page = administrator.get("/administration/clients/modifier/omega")
    changes = {**FILLED, "name": "Omega 2", "redirect_uris": "\n".join(before.redirect_uris), "client_id": "other"}
    answer = administrator.submit(page, "/administration/clients/modifier/omega", **changes)
    assert administrator.follow(answer).status_code == 200
    after = stored(provider)
    assert after is not None
    assert (after.client_id, after.name, after.secret_hash) == ("omega", "Omega 2", hash_secret(SECRET))
    assert (after.default_max_age, after.id_token_signed_response_alg) == (600, "RS256")
    assert after.scope == ("openid", "profile", "omega", "offline_access")
    assert "urn:ietf:params:oauth:grant-type:token-exchange" in after.grant_types
    assert provider.work.events[-1].type == "auth.client.changed"


def test_a_change_to_a_method_with_a_secret_shows_one(provider: Provider, administrator: AuthBrowser) -> None:
    provider.add(public_client())
    page = send(administrator, "/administration/clients/modifier/omega")
    client = stored(provider)
    assert client is not None
    assert client.is_secret(hash_secret(secret_of(page)))


def public_client() -> Client:
    """Without authentication, so without a secret."""
    client = a_client("omega", 8411, owner="921", first_party=False)
    return Client(**{**vars(client), "auth_method": "none", "secret_hash": ""})


def test_the_secret_is_renewed_after_a_question(provider: Provider, administrator: AuthBrowser) -> None:
    path = "/administration/clients/renouveler-le-secret/mon-enfant"
    page = administrator.get(path)
    assert "Le secret actuel sera refusé aussitôt." in page.text
    secret = secret_of(administrator.submit(page, path))
    client = stored(provider, "mon-enfant")
    assert client is not None
    assert client.is_secret(hash_secret(secret))
    assert not client.is_secret(hash_secret(SECRET))
    assert provider.work.events[-1].type == "auth.client.secret_renewed"


def test_a_client_is_disabled_and_opened_again_after_a_question(provider: Provider, administrator: AuthBrowser) -> None:
    page = administrator.get("/administration/clients/desactiver/mon-enfant")
    assert "Plus personne ne pourra ouvrir cette application." in page.text
    shown = administrator.follow(administrator.submit(page, "/administration/clients/desactiver/mon-enfant"))
    assert "Désactivée" in shown.text
    assert administrator.authorize("mon-enfant", 8410).status_code == 400
    page = administrator.get("/administration/clients/activer/mon-enfant")
    shown = administrator.follow(administrator.submit(page, "/administration/clients/activer/mon-enfant"))
    assert 'id="disable-client"' in shown.text
    assert provider.clients.known("mon-enfant") is not None


def test_a_client_is_deleted_after_a_question(provider: Provider, administrator: AuthBrowser) -> None:
    path = "/administration/clients/supprimer/mon-enfant"
    page = administrator.get(path)
    assert stored(provider, "mon-enfant") is not None
    listed = administrator.follow(administrator.submit(page, path))
    assert "L'application est supprimée." in typed(listed)
    assert stored(provider, "mon-enfant") is None
    gone = administrator.get("/administration/clients/fiche/mon-enfant")
    assert gone.status_code == 404
    assert "Cette application n'existe pas" in typed(gone)


@pytest.mark.parametrize(
    "path", ["/desactiver/mon-enfant", "/supprimer/mon-enfant", "/renouveler-le-secret/mon-enfant", "/nouveau"]
)
def test_nothing_is_done_without_the_token_of_the_form(
    provider: Provider, administrator: AuthBrowser, path: str
) -> None:
    before = stored(provider, "mon-enfant")
    assert administrator.post(f"/administration/clients{path}", **FILLED).status_code == 400
    assert administrator.client.head(f"/administration/clients{path}").status_code == 200
    assert stored(provider, "mon-enfant") == before
    assert stored(provider) is None


def test_the_list_is_searched_and_says_when_nothing_fits(administrator: AuthBrowser) -> None:
    found = administrator.get("/administration/clients", q="nulle part")
    assert 'id="no-client"' in found.text
    found = administrator.get("/administration/clients", q="mon-ENF")
    assert "fiche/mon-enfant" in found.text
    assert "fiche/cdap" not in found.text


def test_an_identifier_may_be_an_address(provider: Provider, administrator: AuthBrowser) -> None:
    provider.add(a_client("essai", 8412, client_id="https://alpha.example//app", owner="921", first_party=False))
    assert "essai" in administrator.get("/administration/clients/fiche/https://alpha.example//app").text
    link = re.search(
        r'href="(/administration/clients/fiche/https[^"]+)"', administrator.get("/administration/clients").text
    )
    assert link is not None
    assert administrator.get(link[1]).status_code == 200


def test_a_client_that_declared_itself_is_told_apart(provider: Provider, administrator: AuthBrowser) -> None:
    token = OpenRegistration(provider.work, provider.clock).create("Alpha", days=1, uses=1, owner="921")
    made = provider.clients.register_dynamically.register(token, {"redirect_uris": ["https://alpha.example/retour"]})
    path = f"/administration/clients/fiche/{made.client.client_id}"
    assert 'id="client-dynamic"' in administrator.get(path).text
    form = administrator.get(f"/administration/clients/modifier/{made.client.client_id}")
    assert 'id="client-taken-over"' in form.text


def test_without_audit_the_page_says_so_and_shows_no_secret(provider: Provider, administrator: AuthBrowser) -> None:
    provider.work.audit_available = False
    page = send(administrator, NEW)
    assert page.status_code == 503
    assert "client-secret" not in page.text


def test_the_pages_are_in_english_too(administrator: AuthBrowser) -> None:
    page = administrator.client.get("/administration/clients", headers={"Accept-Language": "en"})
    assert "Extranets and applications" in page.text


@promise("rfc9700:loopback-port")
def test_the_form_says_where_an_application_runs(provider: Provider, administrator: AuthBrowser) -> None:
    addresses = {"redirect_uris": "com.example.omega:/retour", "token_endpoint_auth_method": "none"}
    page = send(administrator, NEW, **addresses, application_type="web")
    assert "Sur l'appareil de la personne" in typed(page)
    assert stored(provider) is None
    send(administrator, NEW, **addresses, application_type="native")
    assert getattr(stored(provider), "application_type", None) == "native"
    shown = re.findall(r'<input[^>]*"application_type"[^>]*>', administrator.get(f"{CHANGE}/omega").text)
    assert [re.findall('value="([a-z]+)"', one) for one in shown if "checked" in one] == [["native"]]
