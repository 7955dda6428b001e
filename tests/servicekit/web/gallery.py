"""A small application that shows every element of the frame, for screenshots and accessibility checks.

Run it by hand: `python -m tests.servicekit.web.gallery PORT`, then open /, /formulaire, /tableau, /confirmer, /refus.
"""

import sys
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

from flask import flash, render_template, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from werkzeug.serving import make_server
from wtforms import BooleanField, DateField, EmailField, RadioField, SelectField, SelectMultipleField, StringField
from wtforms.validators import DataRequired, InputRequired
from wtforms.widgets import CheckboxInput, ListWidget

from servicekit.errors import AccessDeniedError, DependencyUnavailableError
from servicekit.web import (
    Column,
    CurrentPerson,
    NavigationLink,
    Page,
    PageFrame,
    ServiceApp,
    Sort,
    WebOptions,
    choice,
    create_app,
    render_confirm,
)

PAGES = ("/", "/formulaire", "/tableau", "/tableau?vide=1", "/confirmer", "/refus", "/indisponible", "/aide")


@dataclass(frozen=True)
class GallerySettings:
    """The least settings pages need."""

    data_directory: Path
    service: str = "galerie"
    environment: str = "demo"
    public_url: str = "http://localhost:8499"


class PersonForm(FlaskForm):  # type: ignore[misc] # Flask-WTF has no types
    """One field of each kind."""

    name = StringField(_l("Nom de la personne"), [DataRequired(_l("Indiquez le nom."))])
    email = EmailField(
        _l("Adresse électronique professionnelle"),
        [DataRequired(_l("Indiquez l'adresse électronique."))],
        description=_l("Deux courriels y seront envoyés : l'identifiant, puis le mot de passe provisoire."),
    )
    starts_on = DateField(
        _l("Début de l'habilitation"), [InputRequired(_l("Indiquez une date, par exemple le 23/11/2026."))]
    )
    caf = SelectField(_l("Caf"), choices=[choice("921", "Caf des Hauts-de-Seine"), choice("751", "Caf de Paris")])
    profile = RadioField(
        _l("Profil"),
        [InputRequired(_l("Choisissez un profil."))],
        choices=[choice("T1", _l("T1 – action sociale")), choice("T2", _l("T2 – accueil du jeune enfant"))],
    )
    extranets = SelectMultipleField(
        _l("Services ouverts"),
        choices=[choice("cdap", "CDAP"), choice("mon-enfant", "Mon-enfant.fr")],
        widget=ListWidget(),
        option_widget=CheckboxInput(),
    )
    accepted = BooleanField(_l("La personne a été informée de la trace de ses consultations"))


COLUMNS = [
    Column("group", "Groupe", sortable=True),
    Column("profile", "Profil"),
    Column("people", "Personnes", numeric=True, sortable=True),
    Column("amount", "Montant moyen", numeric=True, unit="€ par mois"),
]


def build_gallery(data_directory: Path, *, signed_in: bool = True) -> ServiceApp:
    """The application."""
    navigation = (
        NavigationLink("home", "Accueil"),
        NavigationLink("table", "Groupes"),
        NavigationLink("form", "Personnes"),
    )
    app = create_app(
        "tests.servicekit.web",
        service_label="Habpps – habilitations",
        settings=GallerySettings(data_directory),
        options=WebOptions(navigation=navigation),
    )
    person = CurrentPerson("Camille Martin", "Commune de Bois-Joli", datetime(2026, 11, 23, 13, 3, tzinfo=UTC))
    if signed_in:
        app.set_page_frame(lambda: PageFrame(person, "/deconnexion", "/ce-n-etait-pas-moi", "/portail"))
    app.add_url_rule("/", "home", _home)
    app.add_url_rule("/formulaire", "form", _form, methods=["GET", "POST"])
    app.add_url_rule("/tableau", "table", _table)
    app.add_url_rule("/confirmer", "confirm", _confirm)
    app.add_url_rule("/refus", "refusal", _refusal)
    app.add_url_rule("/indisponible", "unavailable", _unavailable)
    return app


def _home() -> str:
    flash(_("Le groupe « Crèches » est créé."), "success")
    return render_template("gallery_home.html")


def _form() -> str:
    form = PersonForm()
    if request.method == "POST":
        form.validate()
    return render_template("gallery_form.html", form=form)


def _table() -> str:
    sort = Sort.from_request({"group", "people"}, "group")
    page = Page.from_request(0 if request.args.get("vide") else 312, 5)
    names = ("Accueil social", "Crèche des Lilas", "Crèche du Parc", "Périscolaire", "Résidence autonomie")
    rows = [
        {"group": name, "profile": "T2", "people": 12 * index, "amount": Decimal("1234.5") * index}
        for index, name in enumerate(names, 1)
    ]
    return render_template("gallery_table.html", sort=sort, page=page, columns=COLUMNS, rows=rows)


def _confirm() -> str:
    return render_confirm(
        title="Suspendre le contrat de service CDAP ?",
        changes=["12 personnes perdront l'accès à CDAP, tout de suite.", "Leurs comptes et leurs groupes sont gardés."],
        action="/confirmer",
        button=("suspend", "Suspendre le contrat"),
        cancel_url="/",
        danger=True,
        note="Vous pourrez le rouvrir plus tard.",
    )


def _refusal() -> str:
    raise AccessDeniedError("refused", reason="NO_HABILITATION")


def _unavailable() -> str:
    raise DependencyUnavailableError("audit is away", reason="AUDIT_UNAVAILABLE")


def main() -> None:
    """Serves the gallery until it is interrupted."""
    with tempfile.TemporaryDirectory() as folder:
        make_server("127.0.0.1", int(sys.argv[1]), build_gallery(Path(folder)), threaded=True).serve_forever()


if __name__ == "__main__":
    main()
