"""/sessions: where a person is signed in, what they agreed to, and how they end it (ASVS 7.5.2, 10.7.3)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from flask import Blueprint, flash, redirect, render_template, request
from flask_babel import gettext, ngettext
from werkzeug.wrappers import Response

from auth.clients.domain.clients import Client
from auth.people.adapters.web.browser_names import browser_in_words
from auth.people.adapters.web.past_sign_ins import KINDS, in_words
from auth.people.adapters.web.visitor import Visitor
from auth.people.adapters.web.ways import AGAIN, Ways
from auth.people.use_cases.keep_session import Present
from auth.people.use_cases.person_history import PersonHistory
from auth.people.use_cases.person_rights import PersonRights
from auth.people.use_cases.person_sessions import GivenConsent, OpenSession, PersonSessions
from auth.people.use_cases.tell_clients import LogoutReport
from servicekit.typography import typeset
from servicekit.web import Page, render_confirm

_LIST = "/sessions"


@dataclass(frozen=True, kw_only=True)
class HistoryPage:
    """The sign-ins of a person."""

    visitor: Visitor
    history: PersonHistory

    def show(self) -> str:
        """Every sign-in of the last twelve months, the newest first, every wrong password; what opens the account."""
        history, session = self.history, self.visitor.required().session
        page = Page.from_request(history.count(session))
        entries = history.page(session, page.size, page.offset)
        return render_template(
            "sign_in_history.html",
            entries=[in_words(one) for one in entries],
            page=page,
            credentials=[(KINDS[one.kind], one) for one in history.credentials(session)],
        )


@dataclass(frozen=True, kw_only=True)
class SessionPages:
    """The views. `client` finds a relying party by its identifier; `wait_for_logout`: what the clients have closed."""

    visitor: Visitor
    ways: Ways
    person_sessions: PersonSessions
    rights: PersonRights
    client: Callable[[str | None], Client | None]
    wait_for_logout: Callable[[str], LogoutReport]

    def blueprint(self, history: HistoryPage) -> Blueprint:
        """Their addresses. A GET shows what will change, a POST does it."""
        blueprint = Blueprint("sessions", __name__)
        both = ["GET", "POST"]
        blueprint.add_url_rule(_LIST, "sessions", self.sessions)
        blueprint.add_url_rule("/sessions/historique", "history", history.show)
        blueprint.add_url_rule("/sessions/fermer", "end", self.end, methods=both)
        blueprint.add_url_rule("/sessions/fermer-les-autres", "end_others", self.end_others, methods=both)
        blueprint.add_url_rule("/sessions/retirer-accord", "withdraw", self.withdraw, methods=both)
        return blueprint

    def sessions(self) -> Response | str:
        """Every open session, this one first, and every consent."""
        present = self.visitor.required()
        overview = self.person_sessions.overview(present.session)
        this_id = present.session.session_id
        opened = sorted(overview.sessions, key=lambda one: one.session.session_id != this_id)
        return render_template(
            "sessions.html",
            sessions=[self._shown(one, this_id) for one in opened],
            consents=[self._agreed(one) for one in overview.consents],
        )

    def end(self) -> Response | str:
        """One session elsewhere."""
        session_id = request.values.get("session", "")
        present = self.visitor.required()
        if self.person_sessions.must_sign_in_again(present.session):
            return self._password_first(f"/sessions/fermer?{urlencode({'session': session_id})}")
        found = [one for one in self._others(present) if one.session.session_id == session_id]
        if not found:
            flash(gettext("Cette connexion est déjà fermée."), "info")
            return redirect(_LIST, 303)
        if request.method == "POST":
            return self._ended(lambda: self.person_sessions.end(present.session, session_id))
        return render_confirm(
            title=gettext(
                "Fermer la connexion «\u00a0%(browser)s\u00a0» ?", browser=browser_in_words(found[0].session.user_agent)
            ),
            changes=self._changes(found),
            action="/sessions/fermer",
            button=("end-session-confirm", gettext("Fermer cette connexion")),
            cancel_url=_LIST,
            fields={"session": session_id},
            danger=True,
        )

    def end_others(self) -> Response | str:
        """Every session but this one."""
        present = self.visitor.required()
        if self.person_sessions.must_sign_in_again(present.session):
            return self._password_first("/sessions/fermer-les-autres")
        found = self._others(present)
        if not found:
            flash(gettext("Vous n'êtes connecté nulle part ailleurs."), "info")
            return redirect(_LIST, 303)
        if request.method == "POST":
            return self._ended(lambda: self.person_sessions.end_others(present.session))
        return render_confirm(
            title=gettext("Fermer toutes vos autres connexions ?"),
            changes=self._changes(found),
            action="/sessions/fermer-les-autres",
            button=("end-others-confirm", gettext("Fermer les autres connexions")),
            cancel_url=_LIST,
            note=gettext("Celle que vous utilisez maintenant reste ouverte."),
            danger=True,
        )

    def withdraw(self) -> Response | str:
        """A consent."""
        client_id = request.values.get("application", "")
        present = self.visitor.required()
        known = [one.client for one in self.person_sessions.overview(present.session).consents]
        name = next((client.name for client in known if client.client_id == client_id), None)
        if name is None:
            flash(gettext("Vous n'avez plus d'accord avec cette application."), "info")
            return redirect(_LIST, 303)
        if request.method == "POST":
            self.person_sessions.withdraw_consent(present.session, client_id)
            flash(gettext("Votre accord avec %(name)s est retiré.", name=name), "success")
            return redirect(_LIST, 303)
        return render_confirm(
            title=gettext("Retirer votre accord avec %(name)s ?", name=name),
            changes=[
                gettext("L'application ne pourra plus rien demander à Mon compte partenaire en votre nom."),
                gettext("À votre prochaine visite, elle vous demandera de nouveau votre accord."),
            ],
            action="/sessions/retirer-accord",
            button=("withdraw-confirm", gettext("Retirer mon accord")),
            cancel_url=_LIST,
            fields={"application": client_id},
            note=gettext("Ce qu'elle a déjà appris reste chez elle : adressez-vous à elle pour le faire effacer."),
            danger=True,
        )

    def _password_first(self, page: str) -> Response:
        """To the sign-in page, then back to `page`: the password was typed too long ago."""
        flash(gettext("Pour fermer une connexion, indiquez de nouveau votre mot de passe."), "info")
        self.ways.come_back_to(page)
        return redirect(f"/login?{AGAIN}=1", 303)

    def _others(self, present: Present) -> list[OpenSession]:
        opened = self.person_sessions.overview(present.session).sessions
        return [one for one in opened if one.session.session_id != present.session.session_id]

    def _changes(self, found: Sequence[OpenSession]) -> list[str]:
        names = sorted({typeset(client.name) for one in found for client in one.clients})
        ended = ngettext("%(num)d connexion sera fermée.", "%(num)d connexions seront fermées.", len(found))
        lost = gettext("Ce qui n'y est pas enregistré sera perdu.")
        if not names:
            return [ended, lost]
        return [ended, gettext("Extranets concernés : %(names)s.", names=", ".join(names)), lost]

    def _ended(self, end: Callable[[], Sequence[str]]) -> Response:
        """The extranets are told at once; those that only the other browser could close are named."""
        reports = [self.wait_for_logout(session_id) for session_id in end()]
        flash(ngettext("%(num)d connexion est fermée.", "%(num)d connexions sont fermées.", len(reports)), "success")
        if any(report.done < report.total for report in reports):
            flash(gettext("Des extranets n'ont pas encore répondu : ils sont prévenus de nouveau."), "warning")
        untold = {name for report in reports for name in (*report.in_browser, *report.by_hand)}
        found = (self.client(client_id) for client_id in sorted(untold))
        names = [client.name for client in found if client is not None and client.backchannel_logout_uri is None]
        if names:
            sentence = gettext("À fermer sur l'appareil lui-même : %(names)s.", names=", ".join(names))
            flash(sentence, "warning")
        return redirect(_LIST, 303)

    def _shown(self, one: OpenSession, this_id: str) -> dict[str, object]:
        session = one.session
        return {
            "id": session.session_id,
            "is_this": session.session_id == this_id,
            "browser": browser_in_words(session.user_agent),
            "opened_at": session.opened_at,
            "seen_at": session.seen_at,
            "address": session.address,
            "organisation": self.rights.organisation_name(session.organisation_id),
            "extranets": ", ".join(typeset(client.name) for client in one.clients),
        }

    def _agreed(self, one: GivenConsent) -> dict[str, object]:
        scope = one.consent.scope
        elsewhere = self.rights.other_extranets(one.client, scope)
        return {"client": one.client, "scope": scope, "elsewhere": elsewhere, "given_at": one.consent.given_at}
