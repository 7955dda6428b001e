"""Builds the Flask application of a service: one frame, one grammar of pages, no step that a view could forget.

Order of the steps of a request: request id, CSRF, repeated forms, sign-in (`OidcLogin`), view, error pages,
security headers, the answer kept for a form that comes twice.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

import structlog
from flask import Flask, Response, abort, g, render_template, request, url_for
from flask_babel import get_locale, gettext
from flask_bootstrap import Bootstrap5
from flask_wtf import CSRFProtect
from jinja2 import ChoiceLoader, FileSystemLoader, StrictUndefined

from servicekit.clock import SystemClock
from servicekit.metrics import ROUTE, UNMATCHED
from servicekit.references import bind_reference, new_reference
from servicekit.web.error_pages import ErrorPages
from servicekit.web.form_helpers import FORM_GLOBALS
from servicekit.web.formats import FILTERS
from servicekit.web.frame import FrameProvider, NavigationLink, PageFrame, template_context
from servicekit.web.headers import SecurityHeaders, is_static
from servicekit.web.languages import LANGUAGES, install_languages
from servicekit.web.links import this_page, url_with
from servicekit.web.public_pages import public_pages
from servicekit.web.refusal_texts import RefusalText
from servicekit.web.repeats import RepeatedForms
from servicekit.web.secrets import WebSecrets
from servicekit.web.shown_pages import ShownPages
from servicekit.web.tables import labelled_cells

_STATIC_SECONDS = 24 * 3600


class WebSettings(Protocol):
    """What pages need of the settings; `ServiceSettings` has it."""

    @property
    def service(self) -> str:
        """Name of the service: prefix of its cookies."""

    @property
    def environment(self) -> str:
        """Name of the environment; "demo" is said on every page."""

    @property
    def data_directory(self) -> Path:
        """Folder of the secret of the pages."""

    @property
    def public_url(self) -> str:
        """Address people type; https makes cookies Secure."""


@dataclass(frozen=True, kw_only=True)
class WebOptions:
    """What a service may change of its application."""

    templates: tuple[Path, ...] = ()  # further folders of templates, before the service's own
    max_request_bytes: int = 1024 * 1024  # forms; a service that takes files says more
    max_form_parts: int = 500  # fields in one form
    brand: str = "Mon compte partenaire"
    navigation: tuple[NavigationLink, ...] = ()
    translations: tuple[Path, ...] = ()  # further folders of catalogues, before the service's own
    accent: str = ""  # a colour set of servicekit.css: "" (blue), teal, plum, slate, amber, olive, rose


class ServiceApp(Flask):
    """A Flask application with the steps every service shares."""

    def __init__(self, import_name: str, service_label: str, settings: WebSettings, options: WebOptions) -> None:
        """Use `create_app`."""
        super().__init__(import_name)
        self.service_label = service_label
        self.settings = settings
        self.options = options
        self.secure_cookies = urlsplit(settings.public_url).scheme == "https"
        self.web_secrets = WebSecrets.load(settings.data_directory)
        self.error_pages = ErrorPages()
        self.security_headers = SecurityHeaders(settings.public_url)
        self.csrf = CSRFProtect()
        self._frame: FrameProvider = PageFrame
        self.repeated_forms: RepeatedForms | None = None
        self.shown_pages: ShownPages | None = None

    def process_response(self, response: Response) -> Response:
        """The last step of every answer, its cookies included."""
        answer = super().process_response(response)
        if self.shown_pages is not None:
            answer = self.shown_pages.moved(answer)
        return self.repeated_forms.end(answer) if self.repeated_forms is not None else answer

    def cookie_name(self, purpose: str) -> str:
        """The name of a cookie of this service: ports do not separate cookies, so the service is in the name."""
        name = f"{self.settings.service}-{purpose}"
        return f"__Host-{name}" if self.secure_cookies else name

    def set_page_frame(self, provider: FrameProvider) -> None:
        """`provider` is asked once per page for what the header shows."""
        self._frame = provider

    def page_frame(self) -> PageFrame:
        """The frame of this request."""
        if "page_frame" not in g:
            g.page_frame = self._frame()
        return g.page_frame  # type: ignore[no-any-return]

    def register_refusal_texts(self, texts: Mapping[str, RefusalText | tuple[str, str, str, str]]) -> None:
        """What people read when something is refused, by reason."""
        self.error_pages.register(texts)

    def set_refusal_teller(self, tell: Callable[[str, RefusalText], RefusalText]) -> None:
        """`tell` has the last word on a refusal: given the reason and the text found, it returns the text shown."""
        self.error_pages.tell = tell

    def csrf_exempt(self, view: Callable[..., Any]) -> None:
        """For endpoints that machines call (back channel) and that read no cookie."""
        self.csrf.exempt(view)


def create_app(
    import_name: str,
    *,
    service_label: str,
    settings: WebSettings,
    database: Any = None,
    options: WebOptions | None = None,
) -> ServiceApp:
    """The application. `import_name` is the package that holds `templates/`, `static/` and `translations/`.

    `database` keeps the answers of forms so that one sent twice ends where one click ends (`servicekit.web.repeats`);
    without it that is not done.

    Raises:
        WebSecretError: the secret of the pages cannot be read or written.
    """
    app = ServiceApp(import_name, service_label, settings, options or WebOptions())
    _configure(app)
    _install_templates(app)
    install_languages(app, secure=app.secure_cookies, more=app.options.translations)
    app.before_request(_give_request_id)
    app.before_request(_know_no_unprintable_address)
    app.teardown_request(_forget_request_id)
    app.csrf.init_app(app)
    if database is not None and hasattr(database, "write"):
        app.repeated_forms = RepeatedForms(database, app.web_secrets, SystemClock())
        app.before_request(app.repeated_forms.begin)
        app.shown_pages = ShownPages(app, database, app.web_secrets, SystemClock(), secure=app.secure_cookies)
    app.after_request(app.security_headers.add)
    app.after_request(_show_request_id)
    app.register_blueprint(public_pages())
    app.error_pages.install(app)
    return app


def _configure(app: ServiceApp) -> None:
    signing, *older = [key.hex() for key in app.web_secrets.keys("flask cookies")]
    app.config.update(
        SECRET_KEY=signing,
        SECRET_KEY_FALLBACKS=older,
        WTF_CSRF_SECRET_KEY=[*reversed(older), signing],  # itsdangerous signs with the last
        SESSION_COOKIE_NAME=app.cookie_name("formulaire"),
        SESSION_COOKIE_SECURE=app.secure_cookies,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_PATH="/",
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=False,
        MAX_CONTENT_LENGTH=app.options.max_request_bytes,
        MAX_FORM_PARTS=app.options.max_form_parts,
        SEND_FILE_MAX_AGE_DEFAULT=_STATIC_SECONDS,
        BOOTSTRAP_SERVE_LOCAL=True,
    )


def _install_templates(app: ServiceApp) -> None:
    Bootstrap5(app)
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters.update(FILTERS)
    app.jinja_env.globals.update(url_with=url_with, this_page=this_page, asset_url=_AssetUrls(app), **FORM_GLOBALS)
    app.jinja_env.globals.update(labelled_cells=labelled_cells)
    app.jinja_env.globals["help_parts"] = ()  # templates of a service, drawn on the page of help
    if app.options.templates:
        folders = ChoiceLoader([FileSystemLoader(folder) for folder in app.options.templates])
        app.jinja_loader = ChoiceLoader([folders, *filter(None, [app.jinja_loader])])

    def context() -> dict[str, object]:
        locale = get_locale()
        return {
            **template_context(app.page_frame()),
            "service_label": app.service_label,
            "brand": app.options.brand,
            "accent": app.options.accent,
            "navigation": app.options.navigation,
            "environment": app.settings.environment,
            "language": locale.language if locale else "fr",
            "languages": LANGUAGES,
        }

    app.context_processor(context)


def _give_request_id() -> None:
    request.environ[ROUTE] = request.url_rule.rule if request.url_rule is not None else UNMATCHED
    g.request_id = new_reference()
    bind_reference(g.request_id)
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=g.request_id)


def _know_no_unprintable_address() -> None:
    """No page has a control character in its address: it would reach a database that cannot hold it."""
    if not request.path.isprintable():
        abort(404)


def _forget_request_id(_error: BaseException | None) -> None:
    bind_reference("")
    structlog.contextvars.clear_contextvars()


def _show_request_id(response: Response) -> Response:
    if not is_static():
        response.headers["X-Request-Id"] = g.get("request_id", "")
    return response


class _AssetUrls:
    """Addresses of static files with a mark of their content, so that a new version is fetched at once."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._marks: dict[tuple[str, str], str] = {}

    def __call__(self, endpoint: str, filename: str) -> str:
        key = (endpoint, filename)
        if key not in self._marks:
            self._marks[key] = self._mark(endpoint, filename)
        return url_for(endpoint, filename=filename, v=self._marks[key])

    def _mark(self, endpoint: str, filename: str) -> str:
        blueprint = self._app.blueprints.get(endpoint.rpartition(".")[0])
        folder = blueprint.static_folder if blueprint else self._app.static_folder
        path = Path(folder or "") / filename
        return hashlib.sha256(path.read_bytes()).hexdigest()[:12] if path.is_file() else ""


def render_confirm(
    *, title: str, changes: Iterable[str], action: str, button: tuple[str, str], cancel_url: str, **options: object
) -> str:
    """The page "what will change", then one button. `button` is (id, label); `options`: `fields` (hidden values),
    `danger` (red button), `note` (a sentence under the list), `lead` (a sentence above it), `above` (what the page of
    `cancel_url` is called, for the breadcrumb)."""
    return render_template(
        "servicekit/confirm.html",
        confirm={
            "title": title,
            "changes": list(changes),
            "action": action,
            "button_id": button[0],
            "button_label": button[1],
            "cancel_url": cancel_url,
            "fields": {},
            "danger": False,
            "note": "",
            "lead": "",
            "above": "",
            **options,
        },
    )


def ask_before_signing_out(action: str) -> str:
    """The question put to somebody whom a page of another site sends to `action`: one button, and it is done."""
    return render_confirm(
        title=gettext("Se déconnecter ?"),
        changes=[gettext("Votre session se termine, ici et dans chaque extranet.")],
        action=action,
        button=("sign-out-confirm", gettext("Se déconnecter")),
        cancel_url="/",
    )


__all__ = ["ServiceApp", "WebOptions", "WebSettings", "ask_before_signing_out", "create_app", "render_confirm"]
