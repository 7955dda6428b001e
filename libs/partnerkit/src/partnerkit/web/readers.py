"""What pages know of whoever reads them: by which clock they work, who can help them, and codes as they read them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from flask import Flask, g

from partnerkit.cafs import caf_label, clock_of, siret_label
from servicekit.web import Professional
from servicekit.web.formats import read_by

TEMPLATES = Path(__file__).parent / "templates"


@dataclass(frozen=True)
class PageHelpers:
    """`administrators`: names of those who can sign in, other than the person; `cafs`: codes of the Cafs."""

    administrators: Sequence[str] = ()
    cafs: Sequence[str] = ()


def caf_of_reader() -> str:
    """The Caf of the organisation for which the person of this request acts; empty for nobody."""
    professional = g.get("professional")
    return professional.token.organisation.caf or "" if isinstance(professional, Professional) else ""


def account_of_reader() -> str:
    """The account of whoever is signed in, on a public page too; empty for nobody."""
    session = g.get("web_session")
    return str(session.content.subject) if session is not None else ""


def speak_to_readers(
    app: Flask,
    *,
    caf: Callable[[], str] = caf_of_reader,
    helpers: Callable[[], PageHelpers | None] = lambda: None,
    portal: str = "",
) -> None:
    """Filters `caf` and `siret`, the clock of the reader's Caf, and who can help on the page of help.

    `helpers` knows names; without any the page leads to the help of the `portal`, which does.
    """
    app.jinja_env.filters.update(caf=caf_label, siret=siret_label)
    app.jinja_env.globals.update(
        helpers_now=helpers,
        help_parts=("partnerkit/_who_helps.html",),
        portal_help=f"{portal.rstrip('/')}/aide" if portal else "",
    )
    read_by(app, lambda: clock_of(caf()))
