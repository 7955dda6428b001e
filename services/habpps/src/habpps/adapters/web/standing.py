"""What is stored now of the thing that a form changes, in words, with its version."""

from flask_babel import gettext

from habpps.adapters.web import labels
from habpps.adapters.web.forms import Standing
from habpps.adapters.web.review_sentences import rule_sentence
from habpps.domain.habilitation import Group, Membership
from habpps.domain.organisation import Convention
from habpps.domain.people import Administrator, User
from habpps.domain.review_rule import ReviewRule
from habpps.domain.service_contract import ServiceContract
from habpps.domain.territory import Territory
from habpps.domain.versions import version_of
from habpps.use_cases.consult_extranets import ExtranetView
from habpps.use_cases.consult_people import InvitationView, PersonView
from habpps.use_cases.consult_register import UserView
from servicekit.web.formats import longdate


def _(text: str, **values: str) -> str:
    return str(gettext(text, **values))


def _state(label: labels.Label) -> str:
    return _("État enregistré maintenant : %(state)s.", state=str(label.text))


def of_convention(convention: Convention) -> Standing:
    """State, signatures and end of a convention."""
    lines = [_state(labels.CONVENTION_STATES[convention.state.value])]
    for side, signatory in ((_("partenaire"), convention.partner_signatory), (_("Caf"), convention.caf_signatory)):
        if signatory.signed_on is not None:
            day = longdate(signatory.signed_on, weekday=False)
            lines.append(_("Signature enregistrée (%(side)s) : %(day)s.", side=side, day=day))
    if convention.ends_on is not None:
        lines.append(_("Fin enregistrée : %(day)s.", day=longdate(convention.ends_on, weekday=False)))
    return Standing(version_of(convention), lines)


def of_names(convention: Convention) -> Standing:
    """How the Caf calls the organisation of a convention, and whom it speaks to there."""
    lines = [_("Nom enregistré maintenant : %(name)s.", name=convention.organisation_name)]
    if convention.contact:
        lines.append(_("Contact enregistré maintenant : %(contact)s.", contact=convention.contact))
    return Standing(version_of(convention), lines)


def of_contract(contract: ServiceContract) -> Standing:
    """State of a service contract."""
    return Standing(version_of(contract), [_state(labels.CONTRACT_STATES[contract.state.value])])


def of_extranet(found: ExtranetView) -> Standing:
    """Whether an extranet is in service."""
    line = _("Cet extranet est en service.") if found.extranet.enabled else _("Cet extranet est retiré.")
    return Standing(found.version, [line])


def of_place(place: Membership) -> Standing:
    """State and end of a habilitation."""
    one = place.habilitation
    lines = [_state(labels.HABILITATION_STATES[one.state.value])]
    if one.ends_on is not None:
        lines.append(_("Fin enregistrée : %(day)s.", day=longdate(one.ends_on, weekday=False)))
    return Standing(version_of(one), lines)


def of_rule(rule: ReviewRule) -> Standing:
    """What a rule for who reviews says."""
    return Standing(version_of(rule), [_("Règle enregistrée maintenant : « %(rule)s »", rule=rule_sentence(rule))])


def of_territory(territory: Territory) -> Standing:
    """Whether an extension goes on."""
    goes_on = territory.state == "active"
    line = _("L'extension est en vigueur.") if goes_on else _("L'extension est terminée.")
    return Standing(version_of(territory), [line])


def of_group(group: Group) -> Standing:
    """Whether a group is open."""
    lines = [_("Ce groupe est ouvert.") if group.is_open else _("Ce groupe est fermé.")]
    return Standing(version_of(group), lines)


def of_user(user: User) -> Standing:
    """State and departure of a user."""
    return Standing(version_of(user), _about(user))


def of_invitation(found: InvitationView) -> Standing:
    """Whether an invitation waits, and for whom."""
    line = _("Une réponse attend votre décision.") if found.to_confirm else _("L'invitation attend une réponse.")
    return Standing(found.version, [line])


def of_person(found: PersonView) -> Standing:
    """Names and address of a person."""
    known = found.holder.person
    return Standing(found.version, [_("Enregistré maintenant : %(name)s.", name=known.display_name)])


def of_address(found: PersonView) -> Standing:
    """The address of a person that waits to be proved."""
    email = found.change.email if found.change is not None else found.holder.person.email
    return Standing(found.change_version, [_("Adresse en attente maintenant : %(email)s.", email=email)])


def of_places(found: UserView) -> Standing:
    """A user with what is held now."""
    lines = _about(found.user)
    lines += [_("Groupe enregistré maintenant : « %(group)s ».", group=place.group.name) for place in found.places] or [
        _("Aucun groupe n'est enregistré maintenant.")
    ]
    return Standing(found.version, lines)


def of_administrator(administrator: Administrator | None) -> Standing:
    """Whether somebody still administers; nobody: the form makes a new administrator and changes nothing known."""
    if administrator is None:
        return Standing("")
    name = administrator.person.display_name
    if administrator.is_active:
        return Standing(version_of(administrator), [_("%(name)s a le rôle d'administrateur.", name=name)])
    return Standing(version_of(administrator), [_("%(name)s n'a plus le rôle d'administrateur.", name=name)])


def _about(user: User) -> list[str]:
    lines = [_state(labels.USER_STATES[user.state.value])]
    if user.departs_on is not None:
        lines.append(_("Départ enregistré : %(day)s.", day=longdate(user.departs_on, weekday=False)))
    else:
        lines.append(_("Aucun départ n'est enregistré."))
    return lines
