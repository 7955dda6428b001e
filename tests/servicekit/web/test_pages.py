"""The frame, the forms, the tables and the refusals, as a browser receives them."""

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from flask import request
from flask.testing import FlaskClient
from flask_babel import gettext

from servicekit.errors import (
    AccessDeniedError,
    ConcurrentChangeError,
    ConflictError,
    DependencyUnavailableError,
    InvalidInputError,
    NotAuthenticatedError,
    NotFoundError,
    ServiceError,
    TooManyRequestsError,
)
from servicekit.web import Page, RefusalText, ServiceApp, create_app, local_path
from servicekit.web.formats import euros, figure, longdate, longdatetime, shortdatetime
from servicekit.web.headers import allow_form_target, allow_frame, origin_of
from servicekit.web.languages import prefer_languages
from tests.plain import reads_plainly
from tests.servicekit.web.gallery import GallerySettings, build_gallery


@pytest.fixture
def app(tmp_path: Path) -> ServiceApp:
    return build_gallery(tmp_path)


@pytest.fixture
def browser(app: ServiceApp) -> FlaskClient:
    return reads_plainly(app.test_client())


def csrf(page: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found
    return found.group(1)


def test_the_frame_shows_service_person_organisation_and_the_last_sign_in(browser: FlaskClient) -> None:
    page = browser.get("/").text
    assert '<html lang="fr">' in page
    assert "Mon compte partenaire" in page
    assert "Habpps – habilitations" in page
    assert "Camille Martin" in page
    assert "Commune de Bois-Joli" in page
    assert 'id="logout"' in page
    assert "Dernière connexion : lundi 23 novembre 2026 à 14 h 03" in page
    assert 'href="/ce-n-etait-pas-moi"' in page
    assert page.index("skip-link") < page.index("<header")


def test_without_sign_in_there_is_no_deconnexion_button(tmp_path: Path) -> None:
    page = reads_plainly(build_gallery(tmp_path, signed_in=False).test_client()).get("/").text
    assert 'id="logout"' not in page
    assert "Dernière connexion" not in page


def test_no_page_holds_a_script_or_a_style_inside(browser: FlaskClient) -> None:
    for address in ("/", "/formulaire", "/tableau", "/tableau?vide=1", "/confirmer", "/refus", "/aide"):
        page = browser.get(address).text
        assert "<script" not in page
        assert "<style" not in page
        assert not re.search(r"\s(style|on\w+)=", page)


def test_personal_pages_are_never_stored_and_static_files_are(browser: FlaskClient) -> None:
    page = browser.get("/")
    assert page.headers["Cache-Control"] == "no-store"
    sheet = re.search(r'href="(/commun/servicekit.css\?v=\w{12})"', page.text)
    assert sheet
    for address in (sheet.group(1), "/bootstrap/static/css/bootstrap.min.css"):
        with browser.get(address) as answer:
            assert "max-age=86400" in answer.headers["Cache-Control"]


def test_security_headers_are_on_every_answer(browser: FlaskClient) -> None:
    for address in ("/", "/rien", "/commun/servicekit.css"):
        with browser.get(address) as answer:
            headers = answer.headers
        assert "default-src 'self'" in headers["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"
        assert "camera=()" in headers["Permissions-Policy"]
        assert "Strict-Transport-Security" not in headers


def test_https_makes_cookies_secure_and_sends_hsts(tmp_path: Path) -> None:
    settings = GallerySettings(tmp_path, public_url="https://habpps.example")
    app = create_app("tests.servicekit.web", service_label="x", settings=settings)
    answer = reads_plainly(app.test_client()).get("/langue/en")
    assert "Secure" in answer.headers["Set-Cookie"]
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=31536000")
    assert app.cookie_name("session") == "__Host-galerie-session"


def test_a_form_may_end_at_another_site_only_when_its_page_says_so(app: ServiceApp, browser: FlaskClient) -> None:
    @app.get("/ailleurs")
    def elsewhere() -> str:
        allow_form_target("https://extranet.example/retour?x=1")
        return ""

    assert browser.get("/ailleurs").headers["Content-Security-Policy"].endswith("'self' https://extranet.example")
    assert browser.get("/").headers["Content-Security-Policy"].endswith("form-action 'self'")
    for bad in (
        "/retour",
        "javascript:x",
        "https://a.example; script-src *",
        "https://a b",
        "https://u@a",
        "https://a,b",
    ):
        with pytest.raises(ValueError, match="http"):
            origin_of(bad)
    assert origin_of("https://[::1]:8443/a;b,c?d='e'") == "https://[::1]:8443"


def test_a_frame_of_another_site_is_shown_only_by_the_page_that_names_it(app: ServiceApp, browser: FlaskClient) -> None:
    @app.get("/cadre")
    def frames() -> str:
        allow_frame("https://extranet.example/fin?x=1")
        allow_frame("https://extranet.example/autre")
        allow_frame("https://autre.example:8443/fin")
        return ""

    policy = browser.get("/cadre").headers["Content-Security-Policy"]
    assert "; frame-src https://extranet.example https://autre.example:8443; form-action 'self'" in policy
    assert "default-src 'self'" in policy
    assert browser.get("/cadre").headers["X-Frame-Options"] == "DENY"
    assert "frame-src" not in browser.get("/").headers["Content-Security-Policy"]


def test_a_request_may_prefer_languages_but_the_person_decides(app: ServiceApp, browser: FlaskClient) -> None:
    @app.get("/langues")
    def languages() -> str:
        before = gettext("Aller au contenu")
        prefer_languages(request.args.get("ui_locales"))
        return f"{before} / {gettext('Aller au contenu')}"

    french = {"Accept-Language": "fr"}
    assert browser.get("/langues?ui_locales=de+EN-gb+fr", headers=french).text == "Aller au contenu / Skip to content"
    for none_of_ours in ("", "?ui_locales=de+nl", "?ui_locales=%00"):
        assert browser.get(f"/langues{none_of_ours}", headers=french).text == "Aller au contenu / Aller au contenu"
    browser.get("/langue/fr")
    assert browser.get("/langues?ui_locales=en", headers=french).text == "Aller au contenu / Aller au contenu"


def test_a_form_with_errors_keeps_what_was_typed_and_links_to_each_field(browser: FlaskClient) -> None:
    data = {"csrf_token": csrf(browser.get("/formulaire").text), "name": "", "email": "c@bois-joli.example"}
    page = browser.post("/formulaire", data=data).text
    assert 'id="error-summary" role="alert" tabindex="-1" autofocus' in page
    assert '<a href="#name">Nom de la personne : Indiquez le nom.</a>' in page
    assert '<a href="#profile-0">' in page
    assert 'value="c@bois-joli.example"' in page
    name = re.search(r"<input[^>]*name=\"name\"[^>]*>", page)
    assert name
    assert 'aria-describedby="name-error"' in name.group(0)
    assert 'aria-invalid="true"' in name.group(0)
    assert 'id="name-error"' in page


def test_hints_are_linked_and_groups_have_a_legend(browser: FlaskClient) -> None:
    page = browser.get("/formulaire").text
    assert 'aria-describedby="email-hint"' in page
    assert re.search(r"<fieldset[^>]*>\s*<legend>Profil</legend>", page)
    assert page.count('type="checkbox"') == 3
    assert "placeholder" not in page


def test_a_form_without_its_token_is_refused_in_french(browser: FlaskClient) -> None:
    answer = browser.post("/formulaire", data={"name": "x"})
    assert answer.status_code == 400
    assert "Ce formulaire n&#39;est plus valable" in answer.text or "Ce formulaire n'est plus valable" in answer.text


def test_a_form_that_is_too_large_is_refused(browser: FlaskClient) -> None:
    answer = browser.post("/formulaire", data={"name": "x" * 2_000_000})
    assert answer.status_code == 413
    assert 'data-reason="HTTP_413"' in answer.text


def test_a_table_has_caption_scopes_sort_links_and_aligned_figures(browser: FlaskClient) -> None:
    page = browser.get("/tableau?tri=-people&q=caf").text
    assert re.search(r"<caption[^>]*>Groupes de la commune", page)
    assert re.search(r'<th scope="col" role="columnheader" class="numeric" aria-sort="descending">', page)
    assert 'href="/tableau?q=caf&amp;tri=people"' in page
    assert 'href="/tableau?q=caf&amp;tri=group"' in page
    assert re.search(r'<th role="rowheader" data-label="[^"]+" scope="row">', page)
    assert 'class="numeric">1 234,50 €' in page


def test_pagination_keeps_the_filters_and_stays_within_bounds(browser: FlaskClient) -> None:
    page = browser.get("/tableau?q=caf&page=9999").text
    assert "311 à 312 sur 312" in page
    assert 'id="page-next"' not in page
    assert 'href="/tableau?q=caf&amp;page=62"' in page
    assert "1 à 5 sur 312" in browser.get("/tableau?page=-3").text


def test_page_numbers_show_ends_neighbours_and_gaps() -> None:
    assert Page(7, 312, 25).numbers == [1, None, 6, 7, 8, None, 13]
    assert Page(1, 0).numbers == [1]
    assert (Page(1, 0).first, Page(1, 0).last) == (0, 0)


def test_an_empty_list_says_what_to_do(browser: FlaskClient) -> None:
    page = browser.get("/tableau?vide=1").text
    assert 'id="empty-state"' in page
    assert "Créez un premier groupe" in page
    assert "<table" not in page


def test_a_confirmation_says_what_will_change_before_its_button(browser: FlaskClient) -> None:
    page = browser.get("/confirmer").text
    assert page.index("12 personnes perdront") < page.index('id="suspend"')
    assert 'id="cancel" href="/"' in page
    assert csrf(page)


def test_the_language_switch_keeps_the_page(browser: FlaskClient) -> None:
    french = browser.get("/tableau?tri=people").text
    switch = re.search(r'id="language-en" href="([^"]+)"', french)
    assert switch
    answer = browser.get(switch.group(1).replace("&amp;", "&"))
    assert answer.location == "/tableau?tri=people"
    english = browser.get(answer.location).text
    assert '<html lang="en">' in english
    assert "Last sign-in: Monday 23 November 2026 at 14:03" in english
    assert 'id="language-fr"' in english


def test_the_language_of_the_browser_counts_and_french_is_the_default(browser: FlaskClient) -> None:
    assert '<html lang="en">' in browser.get("/", headers={"Accept-Language": "en-GB"}).text
    assert '<html lang="fr">' in browser.get("/", headers={"Accept-Language": "de"}).text
    assert browser.get("/langue/en?suite=//evil.example").location == "/"


KINDS: list[tuple[ServiceError, int]] = [
    (InvalidInputError("secret text", reason="R"), 400),
    (NotAuthenticatedError("secret text", reason="R"), 401),
    (AccessDeniedError("secret text", reason="R"), 403),
    (NotFoundError("secret text", reason="R"), 404),
    (ConflictError("secret text", reason="R"), 409),
    (ConcurrentChangeError("secret text", reason="R"), 409),
    (TooManyRequestsError("secret text", reason="R", retry_after=timedelta(seconds=1.2)), 429),
    (DependencyUnavailableError("secret text", reason="R"), 503),
]


@pytest.mark.parametrize(("error", "status"), KINDS, ids=lambda value: type(value).__name__)
def test_every_kind_of_error_is_a_page_with_a_reference(app: ServiceApp, error: ServiceError, status: int) -> None:
    def fail() -> str:
        raise error

    app.add_url_rule("/echec", "fail", fail)
    answer = reads_plainly(app.test_client()).get("/echec")
    assert answer.status_code == status
    assert "secret text" not in answer.text
    assert 'data-reason="R"' in answer.text
    assert f'<code id="reference">{answer.headers["X-Request-Id"]}</code>' in answer.text
    problem = reads_plainly(app.test_client()).get("/echec", headers={"Accept": "application/json"})
    assert problem.mimetype == "application/problem+json"
    assert problem.json is not None
    assert (problem.json["status"], problem.json["reason"]) == (status, "R")
    assert problem.json["reference"] == problem.headers["X-Request-Id"]
    if status == 429:
        assert answer.headers["Retry-After"] == "2"


def test_wrong_fields_are_named_to_programs(app: ServiceApp) -> None:
    def fail() -> str:
        raise InvalidInputError("no", reason="R", fields={"siret": "SIRET_WRONG"})

    app.add_url_rule("/echec", "fail", fail)
    problem = reads_plainly(app.test_client()).get("/echec", headers={"Accept": "application/problem+json"})
    assert problem.json is not None
    assert problem.json["fields"] == {"siret": "SIRET_WRONG"}


def test_a_service_says_its_own_refusals(app: ServiceApp, browser: FlaskClient) -> None:
    app.register_refusal_texts({"NO_HABILITATION": RefusalText("Titre", "Quoi", "Pourquoi", "Qui")})
    page = browser.get("/refus").text
    assert "<h1>Titre</h1>" in page
    assert '<p id="error-help">Qui</p>' in page


def test_an_unexpected_failure_is_a_500_page_without_its_text(app: ServiceApp) -> None:
    def fail() -> str:
        raise KeyError("secret text")

    app.add_url_rule("/echec", "fail", fail)
    answer = reads_plainly(app.test_client()).get("/echec")
    assert answer.status_code == 500
    assert "secret text" not in answer.text
    assert 'data-reason="INTERNAL"' in answer.text


@pytest.mark.parametrize(("method", "address", "status"), [("GET", "/rien", 404), ("DELETE", "/formulaire", 405)])
def test_unknown_addresses_and_methods_have_pages(app: ServiceApp, method: str, address: str, status: int) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    answer = reads_plainly(app.test_client()).open(address, method=method)
    assert answer.status_code == status
    assert 'id="error-page"' in answer.text


@pytest.mark.parametrize("target", [None, "", "x", "//x", "/\\x", "https://x", "/a\nb", "/" + "a" * 3000, "/\x7f"])
def test_only_paths_of_this_site_are_followed(target: str | None) -> None:
    assert local_path(target) == "/"


def test_dates_and_amounts_are_written_out_in_french(app: ServiceApp) -> None:
    with app.test_request_context():
        assert longdate(date(2026, 11, 23)) == "lundi 23 novembre 2026"
        assert longdate(date(2026, 5, 1), weekday=False) == "1er mai 2026"
        assert longdatetime(datetime(2026, 7, 31, 22, 5, tzinfo=UTC)) == "samedi 1er août 2026 à 0\u00a0h\u00a005"
        assert shortdatetime(datetime(2026, 7, 31, 22, 5, tzinfo=UTC)) == "01/08/2026 à 0\u00a0h\u00a005"
        assert euros(Decimal("1234.5")) == "1\u202f234,50\u00a0€"
        assert figure(0.75) == "0,75"
        assert longdate(None) == longdatetime(None) == euros(None) == figure(None) == ""
        with pytest.raises(ValueError, match="time zone"):
            longdatetime(datetime(2026, 1, 1))  # noqa: DTZ001 - the point of the test
