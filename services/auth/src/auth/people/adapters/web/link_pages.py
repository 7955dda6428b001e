"""/lien/…: where the links in mails lead. Opening one changes nothing; the answer is a form."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flask import Blueprint, make_response, render_template, request
from flask_babel import gettext
from werkzeug.wrappers import Response

from auth.people.adapters.web.visitor import Visitor
from auth.people.domain.accounts import Account
from auth.people.domain.links import Link, LinkKind
from auth.people.domain.sessions import Session
from auth.people.use_cases.answers import Answers, FindLink, InvitationCard, WhatFollows
from partnerkit.text import letters_of
from servicekit.errors import AccessDeniedError, ConflictError, NotFoundError
from servicekit.web.links import this_page


@dataclass(frozen=True, kw_only=True)
class LinkPages:
    """The view. `is_signed_in`: nothing remains of the sign-in; `come_back_to`: where it leads on to.

    `has_begun`: somebody has chosen a password for the account, so its owner can be asked to sign in: then the page is
    the same whether other organisations know the person or not, also for an administrator who reads the mailbox.
    """

    visitor: Visitor
    find_link: FindLink
    answers: Answers
    is_signed_in: Callable[[Session], bool]
    has_begun: Callable[[str], bool]
    come_back_to: Callable[[str], None]

    def blueprint(self) -> Blueprint:
        """Its address."""
        blueprint = Blueprint("links", __name__)
        blueprint.add_url_rule("/lien/<token>", "followed", self.followed, methods=["GET", "POST"])
        return blueprint

    def followed(self, token: str) -> Response | str:
        """What is asked at the end of a link."""
        found = self.find_link(token)
        if found is None:
            return _closed()
        try:
            return self._invitation(found) if found.kind is LinkKind.INVITATION else self._address(found)
        except NotFoundError:
            return _closed()
        except AccessDeniedError:
            return make_response(render_template("link_not_yours.html"), 403)
        except ConflictError as refused:
            return _closed(exists=refused.reason == "ACCOUNT_EXISTS")

    def _invitation(self, link: Link) -> Response | str:
        card = self.answers.invitation(link.reference)
        if not card.is_open:
            return _closed()
        account = self._account()
        if request.method == "POST" and "no-account" in request.form:
            self.answers.open_account(link.reference)
            return _done(
                gettext("Votre compte est créé"),
                gettext(
                    "Vous allez recevoir deux courriels : votre identifiant, puis un mot de passe provisoire. "
                    "Vous acceptez l'invitation en vous connectant."
                ),
            )
        if request.method == "POST" and account is not None and {"accept", "decline"} & request.form.keys():
            accepted = "accept" in request.form
            outcome = self.answers.answer(link.reference, account.account_id, accepted=accepted)
            return _answered(outcome, card)
        if account is None:
            self.come_back_to(this_page())
        return render_template(
            "invitation.html", card=card, account=account, other_name=account is not None and _differs(account, card)
        )

    def _address(self, link: Link) -> Response | str:
        card = self.answers.address_change(link.reference)
        if not card.is_open:
            return _closed()
        needs_sign_in = card.needs_sign_in or self.has_begun(card.account_id)
        account = self._account() if needs_sign_in else None
        may_confirm = account is not None or not needs_sign_in
        if request.method == "POST" and "confirm" in request.form and may_confirm:
            self.answers.confirm_address(link.reference, account.account_id if account is not None else "")
            return _done(
                gettext("Votre adresse est confirmée"),
                gettext("Vos courriels arrivent désormais à %(email)s.", email=card.email),
            )
        if not may_confirm:
            self.come_back_to(this_page())
        return render_template("address_to_prove.html", card=card, may_confirm=may_confirm)

    def _account(self) -> Account | None:
        """Whose the browser is, once the sign-in is finished."""
        present = self.visitor.present()
        return present.account if present is not None and self.is_signed_in(present.session) else None


def _differs(account: Account, card: InvitationCard) -> bool:
    """As habpps compares: accents, capitals and hyphens do not count."""
    names = [(account.given_name, account.family_name), (card.given_name, card.family_name)]
    one, other = ([letters_of(name) for name in both] for both in names)
    return one != other


def _answered(outcome: WhatFollows, card: InvitationCard) -> str:
    name = card.organisation_name
    title, text = {
        WhatFollows.ACCEPTED: (
            gettext("Vous avez accepté"),
            gettext(
                "Vous faites partie de « %(name)s ». Depuis le portail, vous passez d'une organisation à l'autre.",
                name=name,
            ),
        ),
        WhatFollows.TO_CONFIRM: (
            gettext("Votre réponse est transmise"),
            gettext(
                "L'invitation porte un autre nom que le vôtre : un administrateur de « %(name)s » doit d'abord "
                "confirmer. Vous recevrez un courriel.",
                name=name,
            ),
        ),
        WhatFollows.DECLINED: (
            gettext("Vous avez refusé"),
            gettext(
                "« %(name)s » n'en est pas informée : pour elle, l'invitation reste sans réponse. "
                "Rien n'a changé pour vous.",
                name=name,
            ),
        ),
        WhatFollows.ALREADY_THERE: (
            gettext("Vous en faites déjà partie"),
            gettext("Vous faites déjà partie de « %(name)s » : il n'y a rien à accepter.", name=name),
        ),
    }[outcome]
    return _done(title, text)


def _done(title: str, text: str) -> str:
    return render_template("link_done.html", title=title, text=text)


def _closed(*, exists: bool = False) -> Response:
    return make_response(render_template("link_closed.html", exists=exists), 409 if exists else 404)
