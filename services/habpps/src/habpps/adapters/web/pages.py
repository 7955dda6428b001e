"""What every page of habpps uses: the author, the acts, the listing asked, and the end of an act."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask import current_app, flash, g, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from habpps.adapters.web.effect_sentences import effect_sentences
from habpps.adapters.web.forms import Form, ReasonForm, Standing, attempt
from habpps.adapters.web.outcome_sentences import in_force_everywhere
from habpps.adapters.web.sentences import CONFLICT_SENTENCES
from habpps.domain.authorship import Author, check_role
from habpps.domain.people import Role
from habpps.domain.refusals import TransitionRefusedError
from habpps.use_cases.act_entry import Act, Done
from habpps.use_cases.catalogue import UseCases
from habpps.use_cases.follow_propagation import Propagation
from habpps.use_cases.identify_administrator import IdentifyAdministrator
from habpps.use_cases.people_ports import Listing
from habpps.use_cases.retry_account_command import RetryAccountCommand
from partnerkit.cafs import caf_label
from partnerkit.days import french_day
from partnerkit.text import clean_line
from servicekit.clock import Clock
from servicekit.errors import ConflictError, InvalidInputError, NotAuthenticatedError, NotFoundError, ServiceError
from servicekit.web import Page
from servicekit.web.formats import longdatetime

EXTENSION = "habpps"
FOR_CAF = "for_caf"
_WAITING = threading.BoundedSemaphore(2)
PAGE_SIZE = 20
_NOT_TYPED_YET = "…"
"""The motive of an act that is only tried."""


@dataclass(frozen=True)
class PageTools:
    """Kept in the application."""

    acts: UseCases
    identify: IdentifyAdministrator
    clock: Clock
    propagation_wait_ms: int


@dataclass(frozen=True, kw_only=True)
class Closing:
    """A page that says what an act will change, asks why, and does it once.

    `act`: made of the motive, the last day (when `asks_end`) and the version that was shown. `always`: what changes
    beside the rights of people. `standing`: what it changes, as it is now. `above`: what the page of `cancel_url` is
    called. `who_enters`: whether it changes who enters which extranet; if not, `always` says all that changes.
    """

    title: str
    act: Callable[[str, date | None, str | None], Act[Any]]
    always: tuple[str, ...] = ()
    button_id: str
    button_label: str
    cancel_url: str
    above: str
    standing: Standing
    asks_end: bool = False
    who_enters: bool = True


def tools() -> PageTools:
    """Return what the application was built with."""
    found: PageTools = current_app.extensions[EXTENSION]
    return found


def acts() -> UseCases:
    """Return the use cases."""
    return tools().acts


def author() -> Author:
    """Return the confirmed administrator of this request.

    Raises:
        NotAuthenticatedError: nobody is signed in.
    """
    found = g.get("author")
    if not isinstance(found, Author):
        raise NotAuthenticatedError("nobody is signed in", reason="SIGN_IN_REQUIRED")
    return found


@dataclass(frozen=True)
class StandingNotice:
    """What stands on every page."""

    kind: str
    title: str
    text: str


def caf_wanted() -> str:
    """Return for which Caf somebody who administers for several acts now: a form acts for the Caf it was shown for."""
    chosen = request.form.get(FOR_CAF, "") if request.method == "POST" else ""
    return chosen or str(session.get(FOR_CAF, ""))


def choose_caf(caf: str) -> None:
    """Act for this Caf from now on."""
    session[FOR_CAF] = caf


def form_marks() -> dict[str, str]:
    """Return what every form carries: the Caf that its page was shown for, where there are several."""
    known = g.get("author")
    return {FOR_CAF: known.caf} if isinstance(known, Author) and len(known.cafs) > 1 else {}


def caf_notices(author: Author) -> tuple[StandingNotice, ...]:
    """Return what somebody who administers for several Cafs reads on every page: for which one it is."""
    if len(author.cafs) < 2:
        return ()
    title = _("Vos accès avec la %(caf)s", caf=caf_label(author.caf))
    text = _(
        "Groupes, utilisateurs et contrats de cette page sont ceux de votre convention avec cette Caf. "
        "Pour une autre, choisissez « Changer de Caf » dans le menu."
    )
    return (StandingNotice("info", title, text),)


def suspension_notices(author: Author) -> tuple[StandingNotice, ...]:
    """Return what a partner administrator reads on every page while the convention is suspended: since when, and why.

    It stands on the page of a refusal too, so it must not fail itself: without the register nothing is said.
    """
    try:
        suspension = acts().consult.suspension(author)
    except ServiceError:
        return ()
    if suspension is None:
        return ()
    parts = [_("Vous pouvez tout consulter, rien ne peut être changé.")]
    if suspension.since is not None:
        parts.insert(0, _("Depuis le %(moment)s.", moment=longdatetime(suspension.since)))
    if suspension.reason:
        parts.append(_("Motif donné par la Caf : %(reason)s", reason=suspension.reason))
    return (StandingNotice("danger", _("La Caf a suspendu la convention de votre organisation"), " ".join(parts)),)


def require_caf() -> None:
    """Keep the pages of the Caf from others.

    Raises:
        RoleNotAllowedError: the author does not administer a Caf.
    """
    check_role(author(), Role.CAF_ADMINISTRATOR)


def today() -> date:
    """Return the French civil date."""
    return french_day(tools().clock.now())


def listing() -> Listing:
    """Return what the address of a list asks."""
    page = request.args.get("page", "1")
    number = int(page) if page.isascii() and page.isdigit() and len(page) < 6 else 1
    asked = request.args
    sort = clean_line(asked.get("tri", ""))[:20]
    words, state, group = (clean_line(asked.get(name, ""))[:100] for name in ("q", "etat", "groupe"))
    return Listing(text=words, state=state, group_id=group, page=max(number, 1), size=PAGE_SIZE, sort=sort)


def page_of(total: int) -> Page:
    """Return the page shown of a long list."""
    return Page.from_request(total, PAGE_SIZE)


def answer(template: str, form: Form | None = None, **values: object) -> str | tuple[str, int]:
    """Render a page; with an unsuccessful form it is a 400, or a 409 when somebody else was first."""
    body = render_template(f"habpps/{template}", form=form, **values)
    return (body, form.refused_with) if form is not None and form.errors else body


def closing_page(closing: Closing) -> str | tuple[str, int] | Response:
    """Say what it changes and ask why, do it once, then show when it is in force everywhere."""
    form = ReasonForm()
    form.stand_on(closing.standing)
    if not closing.asks_end:
        del form.ends_on
    ends_on = form.ends_on.data if closing.asks_end else None
    if form.validate_on_submit():
        done = attempt(form, lambda: acts().perform(author(), closing.act(form.motive, ends_on, form.seen)))
        if done is not None:
            return in_force(done, closing.cancel_url)
    return answer("closing.html", form, closing=closing, changes=_changes(closing, form, ends_on))


def _changes(closing: Closing, form: ReasonForm, ends_on: date | None) -> tuple[str, ...]:
    """What would change; only what is always so, where a refused form asks for what is no longer possible."""
    tried = closing.act(form.motive or _NOT_TYPED_YET, ends_on or today() if closing.asks_end else None, None)
    try:
        effects = acts().preview(author(), tried)
        return (effect_sentences(effects) if closing.who_enters else ()) + closing.always
    except (TransitionRefusedError, NotFoundError):
        if not form.errors:
            raise
        return ()
    except (ConflictError, InvalidInputError):
        return closing.always


def in_force(done: Done[object], back: str, sentence: str = "") -> Response:
    """Go back with a message when the act is in force everywhere; else to the page that names who is late."""
    applied = in_force_everywhere(applied_so_far(done.revision))
    if applied is None:
        if sentence:
            flash(sentence, "success")
        return redirect(url_for("habilitations.propagation", revision=done.revision, retour=back), 303)
    flash(" ".join((sentence or _("C'est fait."), applied)), "success")
    return redirect(back, 303)


def applied_so_far(revision: int) -> Propagation:
    """Wait a little until an act is in force everywhere, and say how far it has come.

    Few threads wait at a time, so that waiting pages never keep the others from being answered: the next ones get the
    answer of the moment.
    """
    waits = _WAITING.acquire(blocking=False)
    try:
        return acts().propagation.wait_everywhere(revision, propagation_wait() if waits else timedelta())
    finally:
        if waits:
            _WAITING.release()


def done_page(sentence: str, where: str) -> Response:
    """Say that something is done, and go on."""
    flash(sentence, "success")
    return redirect(where, 303)


def retried(organisation_id: str, account_id: str, where: str) -> Response:
    """Try again what the account service did not do for somebody, and say so."""
    try:
        acts().perform(author(), RetryAccountCommand(organisation_id, account_id))
    except ConflictError as refused:
        flash(str(CONFLICT_SENTENCES[refused.reason]), "warning")
        return redirect(where, 303)
    return done_page(_("La demande est renvoyée au service des comptes : actualisez la page dans une minute."), where)


def propagation_wait() -> timedelta:
    """Return how long a page waits for the replicas."""
    return timedelta(milliseconds=tools().propagation_wait_ms)
