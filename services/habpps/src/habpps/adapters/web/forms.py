"""The forms. What is right and wrong is decided by the domain; here are labels, hints and what was typed."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, TypeVar

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its types

from habpps.adapters.web.labels import PROFILES
from habpps.adapters.web.sentences import CONFLICT_SENTENCES, FIELD_SENTENCES
from habpps.domain.refusals import ThingChangedError
from partnerkit.text import clean_line
from partnerkit.web import AddressField, CleanForm, DayField
from servicekit.errors import ConflictError, InvalidInputError
from servicekit.web.form_helpers import Checkboxes, Needed

T = TypeVar("T")


class Form(CleanForm):
    """A form with its CSRF token; its text is clean. `refused_with`: the status of the page that gives it back."""

    refused_with: ClassVar[int] = 400


@dataclass(frozen=True)
class Standing:
    """What a form changes, as the register has it now. `lines` say it in words."""

    version: str
    lines: Sequence[str] = ()


class EditForm(Form):
    """A form that changes something known: it carries the version that it showed, and an older one changes nothing."""

    version = HiddenField()

    def stand_on(self, standing: Standing) -> None:
        """Speak of this state of the thing; a form that was sent keeps the version that it was shown with."""
        self._standing = standing
        if not self.is_submitted():
            self.version.data = standing.version

    @property
    def seen(self) -> str:
        """The version that the person saw; empty when the form carries none, which no version is."""
        return self.version.data or ""

    def changed_meanwhile(self) -> None:
        """Say what is there now; what was typed stays, and overwrites it only when it is sent once more."""
        self.refused_with = 409  # type: ignore[misc]  # of this one form
        self.form_errors.append(
            gettext("Quelqu'un d'autre vient de changer la même chose. Votre changement n'a pas été enregistré.")
        )
        self.form_errors += self._standing.lines
        self.form_errors.append(
            gettext("Vérifiez ce qui est enregistré maintenant, puis envoyez de nouveau si besoin.")
        )
        self.version.data = self._standing.version
        self.version.raw_data = None


def options(labels: Mapping[str, str]) -> Any:
    """Return the choices of a field from value -> label."""
    return [SelectChoice(value, label) for value, label in labels.items()]


def _number(typed: str | None) -> int | None:
    text = "".join((typed or "").split())
    if not text:
        return None
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0


class OrganisationForm(Form):
    """An organisation and its convention."""

    siret = StringField(_l("SIRET de l'organisation"), [Needed()], description=_l("14 chiffres, avec ou sans espaces."))
    name = StringField(_l("Nom de l'organisation"), [Needed()], description=_l("Par exemple : Commune de Nanterre."))
    reference = StringField(_l("Référence de la convention"), [Needed()])
    starts_on = DayField(_l("Date de début"), [Needed()])
    ends_on = DayField(
        _l("Date de fin"), description=_l("Laissez vide : la convention est renouvelée par tacite reconduction.")
    )
    partner_signatory_name = StringField(_l("Signataire pour le partenaire"), [Needed()])
    partner_signatory_capacity = StringField(_l("Sa qualité"), description=_l("Par exemple : maire."))
    partner_signed_on = DayField(_l("Signée par le partenaire le"), description=_l("Vide : pas encore signée."))
    caf_signatory_name = StringField(_l("Signataire pour la Caf"), [Needed()])
    caf_signatory_capacity = StringField(_l("Sa qualité"), description=_l("Par exemple : directeur."))
    caf_signed_on = DayField(_l("Signée par la Caf le"), description=_l("Vide : pas encore signée."))


class SignaturesForm(EditForm):
    """Both signatures of a convention."""

    partner_signed_on = DayField(_l("Signée par le partenaire le"), [Needed()])
    caf_signed_on = DayField(_l("Signée par la Caf le"), [Needed()])


class ContractForm(Form):
    """A service contract."""

    extranet = RadioField(_l("Extranet"), [Needed()], validate_choice=False)
    profiles = Checkboxes(_l("Profils"), [Needed()], choices=options(PROFILES), validate_choice=False)
    purposes = Checkboxes(_l("Finalités"), [Needed()], validate_choice=False)
    starts_on = DayField(_l("Date de début"), [Needed()])
    ends_on = DayField(_l("Date de fin"), description=_l("Laissez vide : tacite reconduction, comme la convention."))
    maximum_users = StringField(_l("Nombre maximal de personnes"), description=_l("Laissez vide : sans limite."))

    def maximum(self) -> int | None:
        """Return the number typed, 0 when it is none (the domain then says so)."""
        return _number(self.maximum_users.data)


class TermsForm(EditForm):
    """What a service contract says from now on. `confirmed`: the person has read what it closes."""

    profiles = Checkboxes(_l("Profils"), [Needed()], choices=options(PROFILES), validate_choice=False)
    purposes = Checkboxes(_l("Finalités"), [Needed()], validate_choice=False)
    starts_on = DayField(_l("Date de début"), [Needed()])
    ends_on = DayField(_l("Date de fin"), description=_l("Laissez vide : tacite reconduction, comme la convention."))
    maximum_users = StringField(_l("Nombre maximal de personnes"), description=_l("Laissez vide : sans limite."))
    reason = TextAreaField(
        _l("Motif"), [Needed()], description=_l("Il est inscrit au journal et visible de l'organisation.")
    )
    confirmed = BooleanField(_l("Je confirme, avec les conséquences ci-dessus."))

    def maximum(self) -> int | None:
        """Return the number typed, 0 when it is none (the domain then says so)."""
        return _number(self.maximum_users.data)


class TerritoryForm(Form):
    """An extension of a service contract to another Caf."""

    caf = SelectField(_l("Caf dont les dossiers pourront être consultés"), [Needed()], validate_choice=False)
    starts_on = DayField(_l("Date de début"), [Needed()])
    ends_on = DayField(_l("Date de fin"), description=_l("Laissez vide : aussi longtemps que le contrat."))
    reason = TextAreaField(
        _l("Motif"), [Needed()], description=_l("Il est inscrit au journal et visible de l'organisation.")
    )


class AdministratorForm(EditForm):
    """A partner administrator; it carries the version of the one who leaves, if somebody does."""

    given_name = StringField(_l("Prénom"), [Needed()])
    family_name = StringField(_l("Nom"), [Needed()])
    email = AddressField(
        _l("Adresse électronique"),
        [Needed()],
        description=_l("Celle que la personne lit elle-même : l'invitation y est envoyée."),
    )


class UserForm(AdministratorForm):
    """A user."""

    job_title = StringField(_l("Fonction"), [Needed()], description=_l("Par exemple : directrice de crèche."))
    groups = Checkboxes(
        _l("Groupes"),
        validate_choice=False,
        description=_l("Un seul suffit presque toujours : chacun ouvre les données de son profil."),
    )


class NamesForm(EditForm):
    """How a person is called."""

    given_name = StringField(_l("Prénom"), [Needed()])
    family_name = StringField(_l("Nom"), [Needed()])


class AddressForm(EditForm):
    """Another address of a person."""

    email = AddressField(
        _l("Nouvelle adresse électronique"),
        [Needed()],
        description=_l("Un lien y est envoyé : l'adresse change quand la personne le confirme, dans les trois jours."),
    )


class FunctionForm(EditForm):
    """What a user does."""

    job_title = StringField(_l("Fonction"), [Needed()], description=_l("Par exemple : directrice de crèche."))


class AttachForm(Form):
    """What an administrator does as a user."""

    job_title = StringField(_l("Fonction"), [Needed()])


class CafForm(Form):
    """For which Caf to act."""

    caf = RadioField(_l("Caf"), [Needed()])


class EditOrganisationForm(EditForm):
    """How a Caf calls an organisation, and whom it speaks to there."""

    name = StringField(_l("Nom de l'organisation"), [Needed()])
    contact = StringField(
        _l("Contact"),
        description=_l("Une personne ou un service, un téléphone ou une adresse. Votre Caf seule le voit."),
    )


class GroupForm(Form):
    """A group."""

    name = StringField(_l("Nom du groupe"), [Needed()], description=_l("Par exemple : Crèches municipales."))
    profile = RadioField(_l("Profil"), [Needed()], validate_choice=False)


class GroupChangeForm(EditForm):
    """Another name or profile for a group. `confirmed`: the person has read what it changes."""

    name = StringField(_l("Nom du groupe"), [Needed()])
    profile = RadioField(_l("Profil"), [Needed()], validate_choice=False)
    confirmed = BooleanField(_l("Je confirme, avec les conséquences ci-dessus."))


class OpeningForm(EditForm):
    """The extranets of one habilitation."""

    contracts = Checkboxes(
        _l("Extranets"),
        [Needed()],
        validate_choice=False,
        description=_l("Cochez seulement ceux qui servent au travail."),
    )
    confirmed = BooleanField(_l("Je confirme que cet extranet est pour moi-même."))


class AssignForm(EditForm):
    """Which group a user joins, and what that opens."""

    group_id = SelectField(_l("Groupe"), [Needed()], validate_choice=False)
    contracts = Checkboxes(
        _l("Extranets à ouvrir"),
        validate_choice=False,
        description=_l("Décochez ceux dont cette personne n'a pas besoin. Le profil du groupe doit les permettre."),
    )
    confirmed = BooleanField(_l("Je confirme que ce profil est pour moi-même."))
    from_group = HiddenField()  # sent from the page of the group: the person goes back there


class ReasonForm(EditForm):
    """Why a far-reaching act is done."""

    reason = TextAreaField(
        _l("Motif"), [Needed()], description=_l("Il est inscrit au journal et visible de l'organisation.")
    )
    ends_on = DayField(_l("Dernier jour du préavis"), [Needed()])

    @property
    def motive(self) -> str:
        """What was typed, as one line."""
        return clean_line(self.reason.data or "")


class DecisionForm(Form):
    """What a second person decides, and why."""

    decision = RadioField(
        _l("Décision"),
        [Needed()],
        choices=options({"approve": _l("Approuver : l'acte est fait tout de suite"), "refuse": _l("Refuser")}),
    )
    reason = TextAreaField(_l("Motif"), [Needed()], description=_l("Il est inscrit au journal."))

    @property
    def motive(self) -> str:
        """What was typed, as one line."""
        return clean_line(self.reason.data or "")


class ReviewRuleForm(EditForm):
    """When an act needs a second person, who that is, and why the rule changes."""

    when = RadioField(
        _l("Quand faut-il l'accord d'une deuxième personne ?"),
        [Needed()],
        choices=options(
            {
                "never": _l("Jamais : une seule personne suffit"),
                "from_people": _l("Quand l'acte ouvre un accès à plusieurs personnes d'un coup"),
                "always": _l("Toujours, dès que l'acte ouvre un accès"),
            }
        ),
    )
    people = StringField(
        _l("À partir de combien de personnes"), description=_l("Seulement pour le deuxième choix. Un nombre entier.")
    )
    decider = RadioField(
        _l("Qui donne son accord quand un partenaire demande ?"),
        [Needed()],
        choices=options(
            {
                "same_side": _l("Un autre administrateur du même partenaire"),
                "caf": _l("Un administrateur de la Caf"),
            }
        ),
    )
    reason = TextAreaField(_l("Motif"), [Needed()], description=_l("Il est inscrit au journal."))

    @property
    def motive(self) -> str:
        """What was typed, as one line."""
        return clean_line(self.reason.data or "")

    def number(self) -> int:
        """Return the number typed, 0 when it is none (the domain then says so)."""
        return _number(self.people.data) or 0


class DepartureForm(EditForm):
    """The last day of a user."""

    departs_on = DayField(_l("Dernier jour de présence"), [Needed()])
    confirmed = BooleanField(_l("Je confirme ce départ, avec les conséquences ci-dessus."))


def attempt(form: Form, act: Callable[[], T]) -> T | None:
    """Carry out an act; a refusal is written beside the fields, and None is returned."""
    try:
        return attempt_seen(form, act)
    except InvalidInputError as refused:
        for name, reason in refused.fields.items():
            sentence = FIELD_SENTENCES.get(reason, FIELD_SENTENCES["EMPTY"])
            if name in form:
                form[name].errors = [*form[name].errors, sentence]
            else:
                form.form_errors.append(sentence)
    except ConflictError as refused:
        sentence = str(CONFLICT_SENTENCES.get(refused.reason, CONFLICT_SENTENCES["TRANSITION_REFUSED"]))
        form.form_errors.append(sentence % dict(refused.details) if refused.details else sentence)
    return None


def attempt_seen(form: Form, act: Callable[[], T]) -> T | None:
    """Carry out an act, unless somebody else changed its thing since the form was shown: that is then said on it."""
    try:
        return act()
    except ThingChangedError:
        if not isinstance(form, EditForm):
            raise
        form.changed_meanwhile()
    return None
