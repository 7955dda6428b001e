"""Users: list, page of one user, creation, attachment of a known person, departure."""

from flask import Blueprint, abort, flash, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from habpps.adapters.web import standing
from habpps.adapters.web.effect_sentences import effect_sentences
from habpps.adapters.web.forms import (
    AssignForm,
    AttachForm,
    DepartureForm,
    EditForm,
    UserForm,
    attempt,
    attempt_seen,
    options,
)
from habpps.adapters.web.labels import PROFILES
from habpps.adapters.web.outcome_sentences import departure_noted, invitation_sent, of, user_attached
from habpps.adapters.web.pages import (
    acts,
    answer,
    author,
    done_page,
    in_force,
    listing,
    page_of,
    today,
)
from habpps.adapters.web.sentences import FIELD_SENTENCES
from habpps.domain.habilitation import contracts_for
from habpps.domain.people import person_typed
from habpps.domain.refusals import EmailTakenError, FormRefusedError
from habpps.use_cases.act_entry import Done
from habpps.use_cases.assign_to_group import AssignToGroup
from habpps.use_cases.change_user import SetDeparture
from habpps.use_cases.consult_register import OrganisationView, UserView
from habpps.use_cases.create_user import AttachPerson
from habpps.use_cases.invite_person import InviteUser
from servicekit.web import Column, Sort

blueprint = Blueprint("users", __name__)
Page = str | tuple[str, int] | Response


@blueprint.get("/utilisateurs")
def listed() -> Page:
    """List the users of the author's own organisation."""
    return _list(author().organisation_id)


@blueprint.get("/organismes/<organisation_id>/utilisateurs")
def of_organisation(organisation_id: str) -> Page:
    """List the users of a partner, for its Caf."""
    return _list(organisation_id)


@blueprint.route("/utilisateurs/nouveau", methods=["GET", "POST"])
def create() -> Page:
    """Invite a user; an administrator of the organisation may be attached instead."""
    form = UserForm()
    view = acts().consult.organisation(author(), author().organisation_id)
    form.groups.choices = options({group.id: f"{group.name} ({PROFILES[group.profile]})" for group in view.open_groups})
    known: dict[str, str] = {}
    if form.validate_on_submit():
        person = person_typed(form.given_name.data or "", form.family_name.data or "", form.email.data or "")
        act = InviteUser(person, form.job_title.data or "", tuple(form.groups.data or ()))
        if attempt(form, lambda: _invite(act, known)) is not None:
            return done_page(invitation_sent(person), url_for("users.listed"))
    return answer("user_form.html", form, known=known, view=view)


@blueprint.route("/utilisateurs/rattacher-personne/<administrator_id>", methods=["GET", "POST"])
def attach_person(administrator_id: str) -> Page:
    """Make a user of an administrator of the same organisation."""
    view = acts().consult.organisation(author(), author().organisation_id)
    person = next((one.person for one in view.administrators if one.id == administrator_id), None) or abort(404)
    form = AttachForm()
    if form.validate_on_submit():
        done = attempt(
            form, lambda: acts().perform(author(), AttachPerson(administrator_id, form.job_title.data or ""))
        )
        if done is not None:
            return done_page(user_attached(person.display_name), url_for("users.shown", user_id=done.value))
    return answer("attach_person.html", form, view=view, person=person)


@blueprint.get("/utilisateurs/<user_id>")
def shown(user_id: str) -> Page:
    """Show a user: groups, what is open and why, mails."""
    found = acts().consult.user(author(), user_id)
    form = AssignForm()
    form.stand_on(standing.of_places(found))
    return user_page(found, form)


@blueprint.post("/utilisateurs/<user_id>/rattacher")
def assign(user_id: str) -> Page:
    """Put a user into a group."""
    found = acts().consult.user(author(), user_id)
    form = AssignForm()
    form.stand_on(standing.of_places(found))
    if form.validate_on_submit():
        assignment = AssignToGroup(
            user_id, form.group_id.data or "", form.confirmed.data, _ticked(found, form), seen=form.seen
        )
        done = attempt(form, lambda: acts().perform(author(), assignment))
        if done is not None:
            name, group = found.user.person.display_name, group_name(found, assignment.group_id)
            sentence = _("%(name)s fait partie du groupe « %(group)s ».", name=name, group=group)
            if form.from_group.data:
                return done_page(sentence, url_for("partner.group", group_id=assignment.group_id))
            return done_page(sentence, url_for("users.shown", user_id=user_id))
    return user_page(found, form)


@blueprint.route("/utilisateurs/<user_id>/depart", methods=["GET", "POST"])
def departure(user_id: str) -> Page:
    """Note the last day of a user; one that is past closes at once, so what it closes is shown before."""
    found = acts().consult.user(author(), user_id)
    form = DepartureForm(departs_on=found.user.departs_on)
    form.stand_on(standing.of_user(found.user))
    day = form.departs_on.data
    if not form.validate_on_submit():
        return answer("departure.html", form, view=found.view, user=found.user, changes=())
    if day is None:
        form.departs_on.errors = [FIELD_SENTENCES["EMPTY"]]
        return answer("departure.html", form, view=found.view, user=found.user, changes=())
    if day < today() and not form.confirmed.data:
        effects = attempt(form, lambda: acts().preview(author(), SetDeparture(user_id, day)))
        changes = effect_sentences(effects) if effects is not None else ()
        return answer("departure.html", form, view=found.view, user=found.user, changes=changes)
    done = attempt(form, lambda: acts().perform(author(), SetDeparture(user_id, day, seen=form.seen)))
    if done is None:
        return answer("departure.html", form, view=found.view, user=found.user, changes=())
    sentence = departure_noted(found.user.person.display_name, day, today())
    return in_force(done, url_for("users.shown", user_id=user_id), sentence)


@blueprint.post("/utilisateurs/<user_id>/depart/annuler")
def cancel_departure(user_id: str) -> Page:
    """Take a departure back."""
    found = acts().consult.user(author(), user_id)
    where = url_for("users.shown", user_id=user_id)
    form = EditForm()
    form.stand_on(standing.of_user(found.user))
    try:
        done = attempt_seen(form, lambda: acts().perform(author(), SetDeparture(user_id, None, seen=form.seen)))
    except FormRefusedError:
        flash(_("Aucun départ n'est noté : rien n'a changé."), "info")
        return Response(status=303, headers={"Location": where})
    if done is None:
        return user_page(found, form)
    name = found.user.person.display_name
    return in_force(done, where, _("Le départ %(of_name)s est annulé.", of_name=of(name)))


def _invite(act: InviteUser, known: dict[str, str]) -> Done[str]:
    try:
        return acts().perform(author(), act)
    except EmailTakenError as taken:
        known.update(taken.details)
        raise


def _list(organisation_id: str) -> Page:
    asked = listing()
    found = acts().consult.users(author(), organisation_id, asked)
    columns = [
        Column("name", _("Nom"), sortable=True),
        Column("job_title", _("Fonction"), sortable=True),
        Column("groups", _("Groupes")),
        Column("state", _("État"), sortable=True),
        Column("last", _("Dernière connexion")),
        Column("mails", _("Compte")),
    ]
    sort = Sort.from_request({"name", "job_title", "state"}, "name")
    invitations = acts().people.invitations(author(), organisation_id) if not author().is_caf else ()
    return answer(
        "users.html",
        found=found,
        page=page_of(found.total),
        asked=asked,
        columns=columns,
        sort=sort,
        invitations=invitations,
    )


def user_page(found: UserView, refused: EditForm) -> Page:
    """`refused`: the form that was sent, whose errors stand on top."""
    view = found.view
    form = refused if isinstance(refused, AssignForm) else AssignForm(formdata=None)
    form.version.data = found.version if form is not refused else form.version.data
    held = {place.group.id for place in found.places}
    groups = [group for group in view.open_groups if group.id not in held]
    form.group_id.choices = options({group.id: f"{group.name} ({PROFILES[group.profile]})" for group in groups})
    extranets = _extranets(view)
    form.contracts.choices = options(extranets)
    if form is not refused or not form.is_submitted():
        form.contracts.data = list(extranets)
    access = acts().explain_access(found)
    profiles = sorted({place.group.profile for place in found.places})
    return answer(
        "user.html",
        refused,
        assign_form=form,
        found=found,
        view=view,
        user=found.user,
        user_version=standing.of_user(found.user).version,
        access=access,
        assignable=groups,
        choosable=len(extranets) > 1,
        opened_labels=lambda contracts: ", ".join(
            view.extranets[one.extranet].short_label for one in view.contracts if one.id in contracts
        ),
        profiles=profiles,
    )


def _extranets(view: OrganisationView) -> dict[str, str]:
    """Label by contract, of those that a profile of a group can open."""
    profiles = {group.profile for group in view.open_groups}
    alive = {one.id: one for profile in profiles for one in contracts_for(profile, view.contracts, today())}
    return {
        one.id: f"{view.extranets[one.extranet].short_label} ({', '.join(one.profiles)})"
        for one in view.contracts
        if one.id in alive
    }


def _ticked(found: UserView, form: AssignForm) -> tuple[str, ...] | None:
    """The contracts that were ticked, as far as the profile of the group can open them; None: nothing was asked."""
    if form.from_group.data or len(_extranets(found.view)) < 2:
        return None
    group = next((one for one in found.view.groups if one.id == form.group_id.data), None)
    possible = contracts_for(group.profile, found.view.contracts, today()) if group is not None else ()
    return tuple(one.id for one in possible if one.id in (form.contracts.data or ()))


def group_name(found: UserView, group_id: str) -> str:
    """Return the name of a group of the organisation."""
    return next((group.name for group in found.view.groups if group.id == group_id), "")
