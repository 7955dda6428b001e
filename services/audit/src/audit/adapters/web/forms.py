"""The search form: what an auditor types, and the question it becomes."""

from collections.abc import Sequence
from datetime import date

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, SelectField, StringField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined] # newer than its stubs
from wtforms.validators import InputRequired, Length, Optional

from audit.adapters.web.labels import DECISIONS, type_label
from audit.domain.refusals import InvalidSearchError
from audit.domain.search import SearchQuestion, dossier_subject
from audit.use_cases.times import microseconds, moment
from partnerkit.days import french_day, french_midnight, shifted
from partnerkit.web.fields import DayField
from servicekit.event_form import NATIONAL

_ERRORS = {
    "CASE_NUMBER_NEEDED": _l("Indiquez le numéro du dossier de contrôle : 3 à 40 lettres, chiffres, points ou tirets."),
    "CAF_MALFORMED": _l("Le code d'une Caf a trois chiffres, par exemple 921."),
    "MATRICULE_MALFORMED": _l("Le numéro d'allocataire a 7 chiffres au plus, par exemple 0346145."),
    "MALFORMED": _l("Cet identifiant est trop long ou contient un caractère interdit."),
    "PERIOD_ENDS_BEFORE_IT_BEGINS": _l("La période finit avant de commencer."),
    "NOT_UNDERSTOOD": _l("Écrivez un identifiant, un nom, un SIRET, un numéro d'allocataire ou une référence."),
    "UNKNOWN": _l("Le journal ne connaît personne et aucune organisation de ce nom, pour votre Caf."),
    "UNKNOWN_SO_FAR": _l(
        "Personne et aucune organisation de ce nom dans les événements les plus récents, pour votre Caf ; le journal "
        "est trop long pour être lu en entier. Essayez l'identifiant ou le SIRET."
    ),
    "SEVERAL": _l("Plusieurs correspondent : choisissez plus bas."),
    "TWO_SUBJECTS": _l("Indiquez un dossier ou un autre objet, pas les deux."),
}
_LONGEST = 256


class SearchForm(FlaskForm):  # type: ignore[misc] # Flask-WTF has no types
    """The questions of the search page; only the case number is needed."""

    case_number = StringField(
        _l("Numéro de dossier de contrôle"),
        [InputRequired(_ERRORS["CASE_NUMBER_NEEDED"]), Length(max=40)],
        description=_l("Il est inscrit au journal avec votre recherche."),
    )
    asked = StringField(
        _l("Qui ou quoi"),
        [Optional(), Length(max=_LONGEST)],
        description=_l(
            "Un identifiant (nbenali-1003), un nom, une organisation, un SIRET, un numéro d'allocataire "
            "(921 / 0346145) ou une référence (7K4Q-2M9D)."
        ),
    )
    everything = BooleanField(_l("Montrer aussi les recherches des auditeurs et les étapes techniques des connexions"))
    caf = StringField(_l("Code de la Caf du dossier"), [Optional(), Length(max=10)])
    matricule = StringField(
        _l("Numéro d'allocataire"), [Optional(), Length(max=20)], description=_l("7 chiffres, sans la clé.")
    )
    actor_id = StringField(
        _l("Compte de la personne qui a agi"),
        [Optional(), Length(max=_LONGEST)],
        description=_l(
            "Ce n'est pas l'identifiant de connexion. Le plus simple : ouvrez un événement de cette personne, puis "
            "« Tous les actes de cette personne »."
        ),
    )
    organisation_id = StringField(
        _l("Organisation pour laquelle elle a agi"),
        [Optional(), Length(max=_LONGEST)],
        description=_l("De même : ouvrez un événement, puis « Tous les actes pour cette organisation »."),
    )
    subject = StringField(
        _l("Autre objet"),
        [Optional(), Length(max=_LONGEST)],
        description=_l("Par exemple account:… pour un compte, service_contract:… pour un contrat de service."),
    )
    type = SelectField(_l("Sorte d'événement"), default="")
    decision = SelectField(
        _l("Décision"),
        default="",
        choices=[SelectChoice("", _l("Toutes")), *[SelectChoice(name, label) for name, label in DECISIONS.items()]],
    )
    from_on = DayField(_l("Du"), [Optional()])
    until_on = DayField(_l("Au (jour compris)"), [Optional()])

    def offer(self, types: Sequence[str], owner: str) -> None:
        """Fills the list of types, and the Caf of the auditor on a new form."""
        self._types = frozenset(types)
        self.type.choices = [SelectChoice("", _l("Toutes")), *[SelectChoice(name, type_label(name)) for name in types]]
        if not self.is_submitted() and not self.caf.data and owner != NATIONAL:
            self.caf.data = owner

    def propose(self, event_type: str) -> None:
        """Chooses a type of the list, for who comes from a count of them."""
        if event_type in self._types:
            self.type.data = event_type

    def question(self) -> SearchQuestion:
        """The question typed.

        Raises:
            InvalidSearchError: the dossier cannot be one, or two subjects are given.
        """
        matricule, subject = _typed(self.matricule.data), _typed(self.subject.data)
        if matricule and subject:
            raise InvalidSearchError("two subjects", fields={"subject": "TWO_SUBJECTS"})
        if matricule:
            subject = dossier_subject(_typed(self.caf.data) or "", matricule)
        return SearchQuestion(
            case_number=_typed(self.case_number.data) or "",
            actor_id=_typed(self.actor_id.data),
            organisation_id=_typed(self.organisation_id.data),
            subject=subject,
            type=self.type.data or None,
            decision=self.decision.data or None,
            from_us=_midnight_us(self.from_on.data),
            until_us=_midnight_us(self.until_on.data, days=1),
            everything=bool(self.everything.data),
        )

    def fill(self, question: SearchQuestion) -> None:
        """Shows a question again, to change it."""
        kind, _, rest = (question.subject or "").partition(":")
        self.asked.data, self.everything.data = question.reference or "", question.everything
        if question.about:
            self.asked.data = question.about.partition(":")[2]
        self.case_number.data = question.case_number
        self.actor_id.data, self.organisation_id.data = question.actor_id, question.organisation_id
        self.type.data, self.decision.data = question.type or "", question.decision or ""
        if kind == "dossier":
            self.caf.data, _, self.matricule.data = rest.partition(":")
        else:
            self.subject.data = question.subject
        self.from_on.data = _day(question.from_us)
        self.until_on.data = _day(question.until_us, days=-1)

    def show(self, refusal: InvalidSearchError) -> None:
        """Puts what is wrong beside the fields."""
        for name, reason in refusal.fields.items():
            field = self[name]
            field.errors = [*field.errors, _ERRORS[reason]]


def _typed(text: str | None) -> str | None:
    return (text or "").strip() or None


def first_day(question: SearchQuestion) -> date | None:
    """The first day asked for, as it was typed."""
    return _day(question.from_us)


def last_day(question: SearchQuestion) -> date | None:
    """The last day asked for, as it was typed."""
    return _day(question.until_us, days=-1)


def _midnight_us(day: date | None, days: int = 0) -> int | None:
    """The beginning of a day as it is lived in metropolitan France; days before 1970 count backwards."""
    return None if day is None else microseconds(french_midnight(shifted(day, days)))


def _day(at_us: int | None, days: int = 0) -> date | None:
    return None if at_us is None else shifted(french_day(moment(at_us)), days)
