"""The pages of a demo extranet: who is signed in and with which rights, and a list with a form."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import flash, redirect, render_template
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response
from wtforms import IntegerField, StringField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange

from onebox.demo_extranet.entries import DeclaredLine, SqlLines
from onebox.demo_extranet.settings import DemoExtranetSettings
from onebox.demo_extranet.sites import SITES, Site
from partnerkit.web import TRANSLATIONS, CleanForm, DayField
from servicekit.clock import Clock, SystemClock
from servicekit.database import Database, open_database
from servicekit.database.clean_up import clean_up
from servicekit.errors import StartError
from servicekit.health import database_check
from servicekit.process import Parts, Process
from servicekit.web import (
    Column,
    OidcLogin,
    OidcLoginSettings,
    Professional,
    ServiceApp,
    WebOptions,
    WebSessions,
    create_app,
    current_professional,
)
from servicekit.web.session_tables import forget_ended_sessions, forget_form_answers

if TYPE_CHECKING:
    import httpx

_MOST = 100_000


class EntryForm(CleanForm):
    """One more line of the list. The labels are those of the site."""

    subject = StringField(
        validators=[DataRequired(_l("Écrivez quelques mots.")), Length(max=200, message=_l("200 caractères au plus."))]
    )
    quantity = IntegerField(
        validators=[
            InputRequired(_l("Indiquez un nombre entier, par exemple 4.")),
            NumberRange(0, _MOST, _l("Indiquez un nombre entre 0 et 100 000.")),
        ]
    )
    happens_on = DayField(validators=[InputRequired(_l("Indiquez une date."))])

    def entry(self) -> DeclaredLine:
        """What was typed. Only after `validate`: every field is then there."""
        assert self.subject.data
        assert self.quantity.data is not None
        assert self.happens_on.data
        return DeclaredLine(self.subject.data.strip(), self.quantity.data, self.happens_on.data)


def build(settings: DemoExtranetSettings, _parts: Parts) -> Process:
    """Everything made, nothing started.

    Raises:
        StartError: there is no site of this name.
    """
    if settings.service not in SITES:
        raise StartError(f"There is no demo extranet {settings.service!r}: choose one of {', '.join(SITES)}.")
    database, clock = open_database(settings.database_url), SystemClock()
    return Process(
        web=build_app(settings, database, clock),
        background=(clean_up(database, clock, forget_form_answers, forget_ended_sessions),),
        close=database.close,
        health=(("database", database_check(database)),),
    )


def build_app(
    settings: DemoExtranetSettings, database: Database, clock: Clock, http: httpx.Client | None = None
) -> ServiceApp:
    """The application; `http` may be given by tests."""
    site = SITES[settings.service]
    app = create_app(
        "onebox.demo_extranet",
        service_label=site.label,
        settings=settings,
        database=database,
        options=WebOptions(accent=site.accent, translations=(TRANSLATIONS,)),
    )
    login = OidcLoginSettings(
        issuer=settings.issuer,
        internal_issuer=settings.internal_issuer,
        client_id=settings.client_id or settings.service,
        client_secret=settings.client_secret.get_secret_value(),
        resource=settings.resource,
        scope=settings.scope or f"openid profile {settings.service}",
        public_url=settings.public_url,
    )
    OidcLogin(app, login, WebSessions(database, app.web_secrets, clock), clock, http=http)
    pages = _Pages(site, settings.service, SqlLines(database))
    app.add_url_rule("/", "home", pages.home)
    app.add_url_rule("/ajouter", "add", pages.add, methods=["POST"])
    return app


class _Pages:
    def __init__(self, site: Site, extranet: str, entries: SqlLines) -> None:
        self._site = site
        self._extranet = extranet
        self._entries = entries

    def home(self) -> str:
        return self._page(self._form(), current_professional())

    def add(self) -> Response | tuple[str, int]:
        form, person = self._form(), current_professional()
        if not form.validate_on_submit():
            return self._page(form, person), 400
        self._entries.add(person.organisation.id, form.entry())
        flash(_("C'est enregistré."), "success")
        return redirect("/", 303)

    def _form(self) -> EntryForm:
        form = EntryForm()
        form.subject.label.text = self._site.subject_label
        form.quantity.label.text = self._site.quantity_label
        form.happens_on.label.text = self._site.day_label
        return form

    def _page(self, form: EntryForm, person: Professional) -> str:
        site = self._site
        columns = [
            Column("subject", site.subject_label),
            Column("quantity", site.quantity_label, numeric=True),
            Column("happens_on", site.day_label),
        ]
        contracts = [
            detail for detail in person.token.authorization_details if detail.get("extranet") == self._extranet
        ]
        return render_template(
            "demo_extranet.html",
            site=site,
            form=form,
            person=person,
            columns=columns,
            entries=self._entries.of(person.organisation.id),
            contracts=contracts,
            scopes=sorted(person.token.scopes),
        )
