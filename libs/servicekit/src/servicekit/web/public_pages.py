"""Pages every service has without sign-in: accessibility, legal notice, help."""

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Blueprint, current_app, render_template

from servicekit.web.public_facts import public_facts

ViewT = TypeVar("ViewT", bound=Callable[..., Any])


def public(view: ViewT) -> ViewT:
    """Marks a view that may be seen without signing in. Everything else needs it (see `oidc_login`)."""
    view.is_public = True  # type: ignore[attr-defined]
    return view


def is_public(view: Callable[..., Any] | None) -> bool:
    """Whether the view was marked with `public`."""
    return bool(getattr(view, "is_public", False))


def public_pages() -> Blueprint:
    """The blueprint `servicekit`: templates, style sheet and the pages without sign-in."""
    blueprint = Blueprint(
        "servicekit", "servicekit.web", template_folder="templates", static_folder="static", static_url_path="/commun"
    )

    @blueprint.get("/accessibilite")
    @public
    def accessibility() -> str:
        return render_template("servicekit/accessibility.html", facts=public_facts(current_app.settings))  # type: ignore[attr-defined]

    @blueprint.get("/mentions-legales")
    @public
    def legal_notice() -> str:
        return render_template("servicekit/legal_notice.html", facts=public_facts(current_app.settings))  # type: ignore[attr-defined]

    @blueprint.get("/aide")
    @public
    def assistance() -> str:
        return render_template("servicekit/help.html", facts=public_facts(current_app.settings))  # type: ignore[attr-defined]

    return blueprint
