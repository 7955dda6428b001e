"""The one application in front of the rooms: its frame, its words, and what the process needs to know of it."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

from auth.clients.adapters.web.client_pages import REFUSALS as CLIENT_REFUSALS
from auth.front.adapters.web.hot_endpoints import HotEndpoints
from auth.protocol.domain.claims import tells_of_work
from partnerkit.web import TEMPLATES, TRANSLATIONS
from servicekit.front import only_pages
from servicekit.health import database_check
from servicekit.web import RefusalText, ServiceApp, WebOptions, WebSettings, allow_image, create_app

_AGAIN = _l("Recommencez dans quelques instants. Si cela dure, prévenez l'administrateur de votre organisation.")


def make_app(settings: WebSettings, database: object) -> ServiceApp:
    """The application without a page of the rooms; `database` remembers forms that are sent twice."""
    app = create_app(
        "auth.front.adapters.web",
        service_label="Portail",
        settings=settings,
        database=database,
        options=WebOptions(templates=(TEMPLATES,), translations=(TRANSLATIONS,)),
    )
    app.jinja_env.globals |= {"shown_logo": _shown_logo, "tells_of_work": tells_of_work}
    app.register_refusal_texts({**_TEXTS, **CLIENT_REFUSALS})
    return app


def _shown_logo(address: str) -> str:
    """The address of a client's logo, on a page that may then show it (CSP img-src): that client's and no other."""
    allow_image(address)
    return address


def health_and_lanes(
    database: object, beside: frozenset[str], web: HotEndpoints | None, hashing: int
) -> dict[str, Any]:
    """What a `Process` needs to know: the database must be well, what works `beside` is only mentioned, who answers."""
    return {
        "health": (("database", database_check(database)),),
        "notes": beside,
        "lane_of": web.lane_of if web is not None else only_pages,
        "computing_threads": hashing + 1,
    }


_TEXTS = {
    "RIGHTS_STALE": RefusalText(
        _l("Vos droits ne peuvent pas être vérifiés pour l'instant"),
        _l("Aucun extranet ne peut être ouvert pendant ce temps. Rien n'est perdu."),
        _l("Le service des habilitations ne répond pas, et nous n'ouvrons rien sans l'avoir interrogé."),
        _AGAIN,
    ),
    "PASSWORD_CHECKS_OVERLOADED": RefusalText(
        _l("Trop de personnes se connectent en même temps"),
        _l("Votre mot de passe n'a pas pu être vérifié."),
        _l("Le service est très demandé en ce moment."),
        _AGAIN,
    ),
    "TOO_MANY_ATTEMPTS": RefusalText(
        _l("Trop de demandes ont été faites"),
        _l("Votre demande n'a pas été traitée."),
        _l("Le nombre de demandes est limité, pour protéger les comptes."),
        _l("Attendez une heure avant de recommencer."),
    ),
    "ORGANISATION_NOT_YOURS": RefusalText(
        _l("Vous n'êtes pas rattaché à cette organisation"),
        _l("L'organisation n'a pas été changée."),
        _l("Votre compte n'y est pas, ou n'y est plus, actif."),
        _l("L'administrateur de cette organisation peut vous y rattacher dans Habpps."),
    ),
}
