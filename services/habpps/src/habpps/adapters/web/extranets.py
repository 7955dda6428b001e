"""The extranets that a Caf can offer: the national ones, and its own, which it withdraws."""

from flask import Blueprint, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from habpps.adapters.web import standing
from habpps.adapters.web.pages import Closing, acts, answer, author, closing_page, require_caf
from habpps.domain.refusals import RoleNotAllowedError
from habpps.use_cases.withdraw_extranet import WithdrawExtranet

blueprint = Blueprint("extranets", __name__)
blueprint.before_request(require_caf)
Page = str | tuple[str, int] | Response


@blueprint.get("/extranets")
def listed() -> Page:
    """Show those that this Caf can offer."""
    found = acts().extranets.all(author())
    own = [one for one in found if one.owner == author().caf]
    return answer("extranets.html", own=own, national=[one for one in found if one not in own])


@blueprint.get("/extranets/<code>")
def shown(code: str) -> Page:
    """Show one with the organisations that have a contract for it."""
    return answer("extranet.html", found=acts().extranets.one(author(), code))


@blueprint.route("/extranets/<code>/retirer", methods=["GET", "POST"])
def withdraw(code: str) -> Page:
    """Withdraw an extranet of the own Caf."""
    found = acts().extranets.one(author(), code)
    if not found.is_own:
        raise RoleNotAllowedError("a national extranet is withdrawn by its operator")
    label = found.extranet.short_label
    closing = Closing(
        title=_("Retirer l'extranet %(label)s", label=label),
        act=lambda reason, _day, seen: WithdrawExtranet(code, reason, seen),
        always=(
            _("%(label)s n'est plus ouvert à personne, et aucun contrat ne peut plus l'ouvrir.", label=label),
            _("Chaque partenaire qui a un contrat pour cet extranet le lit dans son historique."),
            _("Pour le remettre en service, adressez-vous à l'exploitant du service."),
        ),
        button_id="withdraw-extranet",
        button_label=_("Retirer cet extranet"),
        cancel_url=url_for("extranets.shown", code=code),
        above=label,
        standing=standing.of_extranet(found),
    )
    return closing_page(closing)
