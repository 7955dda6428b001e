"""The Flask application of cdap: sign-in, then the pages of consultation."""

from dataclasses import dataclass

from cdap.adapters.web import consultations, table_columns
from cdap.adapters.web.formats import FILTERS
from cdap.adapters.web.refusal_sentences import REFUSAL_TEXTS
from cdap.settings import CdapSettings
from cdap.use_cases.consult_dossier import ConsultDossier
from partnerkit.reasons.pages import teller
from partnerkit.web import TEMPLATES, TRANSLATIONS, PageHelpers, account_of_reader, speak_to_readers
from servicekit.clock import Clock
from servicekit.database import Database
from servicekit.web import OidcLogin, OidcLoginSettings, ServiceApp, WebOptions, WebSessions, create_app
from servicekit.web.kept import KeptResults


@dataclass(frozen=True)
class WebParts:
    """What the pages are made of."""

    settings: CdapSettings
    database: Database
    consult: ConsultDossier
    clock: Clock


def create_web(parts: WebParts) -> ServiceApp:
    """The application with sign-in; every page needs it."""
    settings = parts.settings
    app = pages_app(parts)
    login = OidcLoginSettings(
        issuer=settings.issuer,
        client_id=settings.client_id,
        client_secret=settings.client_secret.get_secret_value(),
        resource=settings.audience,
        scope="openid profile cdap",
        public_url=settings.public_url,
        internal_issuer=settings.internal_issuer,
        portal_url=settings.portal,
        clock_skew=settings.clock_skew,
    )
    OidcLogin(app, login, WebSessions(parts.database, app.web_secrets, parts.clock), parts.clock)
    return app


def pages_app(parts: WebParts) -> ServiceApp:
    """The application without sign-in; tests put the professional into `g` themselves."""
    app = create_app(
        "cdap.adapters.web",
        service_label="CDAP",
        settings=parts.settings,
        database=parts.database,
        options=WebOptions(accent="plum", templates=(TEMPLATES,), translations=(TRANSLATIONS,)),
    )
    app.extensions[consultations.EXTENSION] = parts.consult
    app.extensions[consultations.KEPT] = KeptResults(parts.database, app.web_secrets, parts.clock)
    app.jinja_env.filters.update({**FILTERS, **table_columns.FILTERS})
    app.jinja_env.globals.update(table_columns.FUNCTIONS)
    speak_to_readers(app, helpers=lambda: PageHelpers(*parts.consult.helpers(account_of_reader())))
    app.register_refusal_texts(REFUSAL_TEXTS)
    app.set_refusal_teller(teller(consultations.reader))
    app.register_blueprint(consultations.blueprint)
    return app
