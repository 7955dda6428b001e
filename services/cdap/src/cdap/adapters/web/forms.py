"""The search form. The use case says what is wrong; here are labels, hints and the sentence for each reason."""

from collections.abc import Mapping
from dataclasses import asdict

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, SelectField, StringField

from cdap.adapters.web.labels import caf_label, reason_label
from cdap.domain.choices import Choices, OfferedReason
from cdap.use_cases.consultation import ConsultDossierRequest
from partnerkit.matricule import InvalidMatriculeError, parse_matricule
from servicekit.web import choice
from servicekit.web.form_helpers import Needed

REASONS = {
    "MATRICULE_MISSING": _l("Saisissez le numéro d'allocataire."),
    "MATRICULE_FORMAT": _l("Le numéro d'allocataire a sept chiffres au plus, parfois suivis d'une lettre."),
    "MATRICULE_LENGTH": _l("Ce numéro est trop long : le numéro d'allocataire a sept chiffres au plus."),
    "MATRICULE_LOOKS_LIKE_NIR": _l(
        "Ce numéro ressemble à un numéro de sécurité sociale. "
        "Saisissez le numéro d'allocataire de la Caf, à sept chiffres."
    ),
    "NAME_MISSING": _l("Saisissez le nom de l'allocataire ou de son conjoint."),
    "NAME_FORMAT": _l("Saisissez un nom de famille, avec au moins une lettre."),
    "CAF_MISSING": _l("Choisissez la Caf du dossier."),
    "CAF_FORMAT": _l("Choisissez une Caf de la liste."),
    "PROFILE_MISSING": _l("Choisissez pourquoi vous consultez ce dossier."),
    "PURPOSE_MISSING": _l("Choisissez pourquoi vous consultez ce dossier."),
    "NOT_INFORMED": _l("Cochez la case après avoir informé la personne. Sans cela, la consultation n'est pas permise."),
    "NOT_INFORMED_OF_THIS_ONE": _l("Le numéro a changé : cochez la case après avoir informé cette personne."),
}
UNKNOWN_REASON = _l("Cette valeur ne convient pas.")


class SearchForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """Caf and reason are only asked when there is a choice; the reason gives the purpose and its profile."""

    caf = SelectField(_l("Caf du dossier"), validators=[Needed()], validate_choice=False)
    matricule = StringField(
        _l("Numéro d'allocataire"),
        description=_l("Sept chiffres, sur les courriers de la Caf. Exemple : 0346145"),
        validators=[Needed()],
    )
    name = StringField(
        _l("Nom de famille"),
        description=_l(
            "Seulement le nom, sans le prénom : nom de naissance ou nom d'usage, de l'allocataire ou de son conjoint."
        ),
        validators=[Needed()],
    )
    reason = SelectField(_l("Pourquoi consultez-vous ce dossier ?"), validators=[Needed()], validate_choice=False)
    person_informed = BooleanField(
        _l("La personne a été informée de cette consultation et ne s'y oppose pas"),
        description=_l("Votre réponse est inscrite au journal avec la consultation."),
        validators=[Needed()],
    )
    informed_token = HiddenField()  # the number for which the box was ticked, when the form comes back with it


def search_form(choices: Choices, typed: Mapping[str, object] | None = None) -> SearchForm:
    """The form with the choices of the token; what leaves no choice is not asked. `typed` fills it again."""
    form = SearchForm() if typed is None else SearchForm(None, data=typed)
    reasons = [choice(_value(one), reason_label(one, choices.reasons)) for one in choices.reasons]
    territories = [choice(code, caf_label(code)) for code in choices.territories]
    for name, offered in (("reason", reasons), ("caf", territories)):
        if len(offered) > 1:
            form[name].choices = [choice("", _l("Choisissez…")), *offered]
        else:
            del form[name]
    return form


def filled_form(choices: Choices, question: ConsultDossierRequest) -> SearchForm:
    """The form as it was sent; the box stays ticked for the same number, so that a name can be corrected at once."""
    reason = _value(OfferedReason(question.profile, question.purpose))
    return search_form(choices, {**asdict(question), "reason": reason, "informed_token": question.matricule})


def informed_problem(form: SearchForm) -> str | None:
    """Why the box does not count: not ticked, or ticked for another number than the one asked now."""
    if not form.person_informed.data:
        return "NOT_INFORMED"
    ticked_for = str(form.informed_token.data or "")
    if not ticked_for or _number(ticked_for) == _number(_typed(form, "matricule")):
        return None
    form.person_informed.data, form.informed_token.data = False, ""
    return "NOT_INFORMED_OF_THIS_ONE"


def request_of(form: SearchForm, choices: Choices) -> ConsultDossierRequest:
    """What was typed, completed by what leaves no choice."""
    reason = _reason(form, choices)
    return ConsultDossierRequest(
        caf=_typed(form, "caf"),
        matricule=_typed(form, "matricule"),
        name=_typed(form, "name"),
        profile=reason.profile,
        purpose=reason.purpose,
        person_informed=bool(form.person_informed.data),
    )


def add_problems(form: SearchForm, problems: dict[str, str]) -> None:
    """Write each problem beside its field."""
    for field, reason in problems.items():
        shown = "reason" if field in OfferedReason._fields else field
        if shown in form:
            form[shown].errors = [REASONS.get(reason, UNKNOWN_REASON)]
        else:
            form.form_errors.append(REASONS.get(reason, UNKNOWN_REASON))


def _value(reason: OfferedReason) -> str:
    return f"{reason.profile} {reason.purpose}"


def _reason(form: SearchForm, choices: Choices) -> OfferedReason:
    """The only one, or what was chosen; the rights decide about whatever was sent."""
    if len(choices.reasons) == 1:
        return choices.reasons[0]
    profile, _, purpose = _typed(form, "reason").partition(" ")
    return OfferedReason(profile, purpose)


def _number(typed: str) -> str:
    try:
        return parse_matricule(typed).number
    except InvalidMatriculeError:
        return typed


def _typed(form: SearchForm, field: str) -> str:
    return str(form[field].data or "") if field in form else ""
