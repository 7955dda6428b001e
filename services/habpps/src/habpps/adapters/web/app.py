"""The Flask application of habpps: sign-in, the author of each request, blueprints."""

from dataclasses import dataclass

from flask import current_app, g, request
from flask_babel import lazy_gettext as _l

from habpps.adapters.web import (
    caf,
    contracts,
    extranets,
    habilitations,
    labels,
    openings,
    organisations,
    partner,
    people,
    review_rules,
    second_person,
    trails,
    user_account,
    users,
)
from habpps.adapters.web.outcome_sentences import clock_time, of
from habpps.adapters.web.pages import EXTENSION, PageTools, caf_notices, caf_wanted, form_marks, suspension_notices
from habpps.adapters.web.sentences import REFUSAL_TEXTS, act_sentence, act_title, thing_title
from habpps.settings import HabppsSettings
from habpps.use_cases.catalogue import UseCases
from habpps.use_cases.identify_administrator import IdentifyAdministrator
from habpps.use_cases.requests import WaitsForSecondPerson
from partnerkit.reasons import Reader
from partnerkit.reasons.pages import brief_words, teller
from partnerkit.web import TEMPLATES, TRANSLATIONS, PageHelpers, account_of_reader, speak_to_readers
from servicekit.clock import Clock
from servicekit.database import Database
from servicekit.typography import typeset
from servicekit.web import (
    NavigationLink,
    OidcLogin,
    OidcLoginSettings,
    ServiceApp,
    WebOptions,
    WebSessions,
    create_app,
    current_professional,
)

BLUEPRINTS = (
    caf.blueprint,
    contracts.blueprint,
    extranets.blueprint,
    habilitations.blueprint,
    openings.blueprint,
    organisations.blueprint,
    partner.blueprint,
    people.blueprint,
    review_rules.blueprint,
    second_person.blueprint,
    user_account.blueprint,
    users.blueprint,
)
CAF_MENU = (
    NavigationLink("organisations.listed", _l("Organisations")),
    NavigationLink("extranets.listed", _l("Extranets")),
    NavigationLink("requests.listed", _l("Demandes")),
)
PARTNER_MENU = (
    NavigationLink("partner.home", _l("Accueil")),
    NavigationLink("partner.groups", _l("Groupes")),
    NavigationLink("users.listed", _l("Utilisateurs")),
    NavigationLink("requests.listed", _l("Demandes")),
    NavigationLink("partner.journal", _l("Historique")),
)
SEVERAL_CAFS = (NavigationLink("partner.choose_caf", _l("Changer de Caf")),)


@dataclass(frozen=True)
class WebParts:
    """What the pages are made of."""

    settings: HabppsSettings
    database: Database
    acts: UseCases
    identify: IdentifyAdministrator
    clock: Clock


def create_web(parts: WebParts) -> ServiceApp:
    """Return the application with sign-in."""
    settings = parts.settings
    app = pages_app(parts)
    login = OidcLoginSettings(
        issuer=settings.issuer,
        client_id=settings.client_id,
        client_secret=settings.client_secret.get_secret_value(),
        resource=settings.audience,
        scope="openid profile habpps",
        public_url=settings.public_url,
        internal_issuer=settings.internal_issuer,
        portal_url=settings.portal,
        clock_skew=settings.clock_skew,
    )
    OidcLogin(app, login, WebSessions(parts.database, app.web_secrets, parts.clock), parts.clock)
    app.before_request(identify_author)
    return app


def pages_app(parts: WebParts) -> ServiceApp:
    """Return the application without sign-in; tests put the author into `g` themselves."""
    app = create_app(
        "habpps.adapters.web",
        service_label="Habpps",
        settings=parts.settings,
        database=parts.database,
        options=WebOptions(accent="teal", templates=(TEMPLATES,), translations=(TRANSLATIONS,)),
    )
    app.extensions[EXTENSION] = PageTools(parts.acts, parts.identify, parts.clock, parts.settings.propagation_wait_ms)
    speak_to_readers(
        app, helpers=lambda: PageHelpers(*parts.identify.helpers_of(account_of_reader())), portal=parts.settings.portal
    )
    app.register_refusal_texts(REFUSAL_TEXTS)
    app.set_refusal_teller(teller(reader))
    app.context_processor(_context)
    purposes = parts.acts.catalogue.purposes
    app.jinja_env.globals.update(
        form_marks=form_marks,
        labels=labels,
        trails=trails,
        of=of,
        act_sentence=act_sentence,
        act_title=act_title,
        thing_title=thing_title,
        brief_words=brief_words,
        purpose_labels=lambda codes: [typeset(purposes[code].label) for code in codes if code in purposes],
    )
    app.register_error_handler(WaitsForSecondPerson, second_person.waits_for_second_person)
    app.jinja_env.filters["clock_time"] = clock_time
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    return app


def _context() -> dict[str, object]:
    author = g.get("author")
    if author is None:
        return {"navigation": (), "author": None}
    menu = CAF_MENU if author.is_caf else (*PARTNER_MENU, *SEVERAL_CAFS) if len(author.cafs) > 1 else PARTNER_MENU
    notices = (*caf_notices(author), *suspension_notices(author))
    return {"navigation": menu, "author": author, "standing_notices": notices}


def reader() -> Reader:
    """Who reads: nobody is sent to himself."""
    author = g.get("author")
    if author is None:
        return Reader.PROFESSIONAL
    return Reader.CAF if author.is_caf else Reader.PARTNER_ADMINISTRATOR


def identify_author() -> None:
    """Confirm the role of the person of this request with the register, before any view.

    Raises:
        NotAuthenticatedError: nobody is signed in.
        RoleNotConfirmedError: the register does not confirm the role that the token names.
    """
    if request.blueprint not in {one.name for one in BLUEPRINTS}:
        return
    professional = current_professional()
    tools: PageTools = current_app.extensions[EXTENSION]
    token = professional.token
    details, organisation = token.authorization_details, token.organisation
    g.author = tools.identify(professional.account_id, organisation.id, details, wanted=caf_wanted())
