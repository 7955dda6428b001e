"""The Flask application of the journal: sign-in first, then the auditor's role, then the pages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask_babel import lazy_gettext as _l

from audit.adapters.web.auditors import reader
from audit.adapters.web.pages import Pages
from audit.adapters.web.refusal_sentences import REFUSAL_TEXTS
from audit.settings import AuditSettings
from audit.use_cases.catalogue import UseCases
from partnerkit.reasons.pages import teller
from partnerkit.web import TEMPLATES, TRANSLATIONS, speak_to_readers
from servicekit.clock import Clock
from servicekit.database import Database
from servicekit.web import (
    NavigationLink,
    OidcLogin,
    OidcLoginSettings,
    ServiceApp,
    WebOptions,
    WebSessions,
    create_app,
)

if TYPE_CHECKING:
    import httpx

SCOPE = "openid profile audit"


@dataclass(frozen=True)
class WebParts:
    """What the application is made of. `http` reaches the issuer; tests give their own."""

    settings: AuditSettings
    database: Database
    use_cases: UseCases
    clock: Clock
    http: httpx.Client | None = None


def create_web(parts: WebParts) -> ServiceApp:
    """The application."""
    settings, database, use_cases, clock = parts.settings, parts.database, parts.use_cases, parts.clock
    navigation = (
        NavigationLink("journal.home", _l("Le journal")),
        NavigationLink("journal.search", _l("Rechercher")),
    )
    app = create_app(
        __package__,
        service_label=_l("Journal d'audit"),
        settings=settings,
        database=database,
        options=WebOptions(navigation=navigation, accent="slate", templates=(TEMPLATES,), translations=(TRANSLATIONS,)),
    )
    sessions = WebSessions(database, app.web_secrets, clock)
    login = OidcLoginSettings(
        issuer=settings.issuer,
        internal_issuer=settings.internal_issuer,
        client_id=settings.client_id,
        client_secret=settings.client_secret.get_secret_value(),
        resource=settings.audience,
        portal_url=settings.portal,
        clock_skew=settings.clock_skew,
        scope=SCOPE,
        public_url=settings.public_url,
    )
    OidcLogin(app, login, sessions, clock, http=parts.http)
    speak_to_readers(app, portal=settings.portal)
    app.register_refusal_texts(REFUSAL_TEXTS)
    app.set_refusal_teller(teller(reader))
    pages = Pages(
        search_events=use_cases.search,
        read_results=use_cases.results,
        read_event=use_cases.read_event,
        read_state=use_cases.state,
        types=use_cases.types,
        export_results=use_cases.export,
        understand=use_cases.understand,
        vocabulary=use_cases.vocabulary,
    )
    app.register_blueprint(pages.blueprint())
    return app
