"""The pages of every service: one frame, one grammar, sign-in, sessions, refusals people can act on.

    app = create_app(__name__, service_label="CDAP", settings=settings, database=database)
    sessions = WebSessions(database, app.web_secrets, clock)
    OidcLogin(app, OidcLoginSettings(...), sessions, clock)
    app.register_refusal_texts({"DOSSIER_UNKNOWN": RefusalText(title, what, why, who_can_help)})

Templates extend `servicekit/base.html` and import `servicekit/{forms,tables,notices}.html`. See README.md beside.
"""

from servicekit.web.app import ServiceApp, WebOptions, WebSettings, create_app, render_confirm
from servicekit.web.form_helpers import choice
from servicekit.web.frame import CurrentPerson, NavigationLink, PageFrame
from servicekit.web.headers import allow_form_target, allow_frame, allow_image
from servicekit.web.languages import prefer_languages
from servicekit.web.links import local_path, url_with
from servicekit.web.oidc.provider import OidcLoginSettings
from servicekit.web.oidc_login import OidcLogin, Professional, current_professional
from servicekit.web.public_pages import public
from servicekit.web.refusal_texts import RefusalText
from servicekit.web.secrets import WebSecrets
from servicekit.web.session_tables import create_form_answer_table, create_web_session_tables
from servicekit.web.sessions import SessionContent, WebSession, WebSessionLimits, WebSessions
from servicekit.web.shown_pages import answers_directly
from servicekit.web.tables import Column, Page, Sort

__all__ = [
    "Column",
    "CurrentPerson",
    "NavigationLink",
    "OidcLogin",
    "OidcLoginSettings",
    "Page",
    "PageFrame",
    "Professional",
    "RefusalText",
    "ServiceApp",
    "SessionContent",
    "Sort",
    "WebOptions",
    "WebSecrets",
    "WebSession",
    "WebSessionLimits",
    "WebSessions",
    "WebSettings",
    "allow_form_target",
    "allow_frame",
    "allow_image",
    "answers_directly",
    "choice",
    "create_app",
    "create_form_answer_table",
    "create_web_session_tables",
    "current_professional",
    "local_path",
    "prefer_languages",
    "public",
    "render_confirm",
    "url_with",
]
