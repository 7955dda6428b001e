"""Pages of the partner administrator: what to do next, groups, the organisation's own journal."""

from flask import Blueprint, abort, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from habpps.adapters.web import pages, standing
from habpps.adapters.web.forms import CafForm, GroupForm, attempt, options
from habpps.adapters.web.labels import PROFILES
from habpps.adapters.web.pages import (
    Closing,
    acts,
    answer,
    author,
    closing_page,
    done_page,
    listing,
    page_of,
)
from habpps.use_cases.manage_groups import CloseGroup, CreateGroup
from partnerkit.cafs import caf_label
from partnerkit.text import clean_line

blueprint = Blueprint("partner", __name__)
Page = str | tuple[str, int] | Response


@blueprint.get("/")
def home() -> Page:
    """Show what to do next; the Caf administrator goes to the list of organisations."""
    if author().is_caf:
        return redirect(url_for("organisations.listed"), 303)
    found = acts().consult.home(author())
    return answer("home.html", found=found, view=found.view)


@blueprint.route("/caf", methods=["GET", "POST"])
def choose_caf() -> Page:
    """Choose for which Caf to act, where the organisation has a convention with several."""
    if len(author().cafs) < 2:
        abort(404)
    form = CafForm(caf=author().caf)
    form.caf.choices = options({caf: caf_label(caf) for caf in author().cafs})
    if form.validate_on_submit():
        pages.choose_caf(form.caf.data)
        return done_page(
            _("Vous voyez vos accès avec la %(caf)s.", caf=caf_label(form.caf.data)), url_for("partner.home")
        )
    return answer("choose_caf.html", form)


@blueprint.get("/groupes")
def groups() -> Page:
    """List the groups."""
    view = acts().consult.organisation(author(), author().organisation_id)
    return answer("groups.html", view=view)


@blueprint.route("/groupes/nouveau", methods=["GET", "POST"])
def create_group() -> Page:
    """Create a group."""
    view = acts().consult.organisation(author(), author().organisation_id)
    form = GroupForm()
    form.profile.choices = options({profile: PROFILES[profile] for profile in view.profiles})
    if form.validate_on_submit():
        name, profile = form.name.data or "", form.profile.data or ""
        done = attempt(form, lambda: acts().perform(author(), CreateGroup(name, profile)))
        if done is not None:
            return done_page(_("Le groupe est créé."), url_for("partner.groups"))
    return answer("group_form.html", form, view=view)


@blueprint.get("/groupes/<group_id>")
def group(group_id: str) -> Page:
    """Show a group and its members."""
    asked = listing()
    found, members = acts().consult.group_members(author(), group_id, asked)
    wanted = clean_line(request.args.get("qui", ""))[:100]
    candidates = acts().consult.candidates(author(), found, wanted) if wanted and found.is_open else ()
    return answer(
        "group.html",
        found=members,
        group=found,
        asked=asked,
        page=page_of(members.total),
        wanted=wanted,
        candidates=candidates,
        openings=acts().consult_openings(author(), found),
        version=standing.of_group(found).version,
    )


@blueprint.route("/groupes/<group_id>/fermer", methods=["GET", "POST"])
def close_group(group_id: str) -> Page:
    """Close a group."""
    _view, found = acts().consult.group(author(), group_id)
    closing = Closing(
        title=_("Fermer le groupe « %(name)s »", name=found.name),
        act=lambda reason, _day, seen: CloseGroup(group_id, reason, seen),
        always=(_("C'est définitif. Les utilisateurs ne sont pas supprimés."),),
        button_id="close-group",
        button_label=_("Fermer le groupe"),
        cancel_url=url_for("partner.group", group_id=group_id),
        above=found.name,
        standing=standing.of_group(found),
    )
    return closing_page(closing)


@blueprint.get("/journal")
def journal() -> Page:
    """Show the journal of the author's own organisation."""
    organisation, records, total = acts().consult.journal(author(), author().organisation_id, listing())
    return answer("journal.html", organisation=organisation, records=records, page=page_of(total))
