"""Sentences about what an act has done, made from what it did: how many mails leave, what closes, and when.

Nobody's gender is guessed, and "de" loses its "e" where French wants it.
"""

from datetime import date, datetime

from flask_babel import get_locale, gettext, ngettext

from habpps.domain.people import Person
from habpps.use_cases.follow_propagation import Propagation
from partnerkit.text import letters_of
from servicekit.web.formats import longdate, reader_zone


def _(text: str, **values: str) -> str:
    return str(gettext(text, **values))


_MUTE_H = ("HADR", "HECT", "HEL", "HEN", "HERM", "HERV", "HIPP", "HON", "HOR", "HUB", "HUG", "HYA")
"""Beginnings of names whose "h" is not sounded: "d'Hélène", but "de Hassan"."""


def of(name: str) -> str:
    """Return "d'Amélie", "de Zoé" or, in English, "of Amélie"."""
    locale = get_locale()
    if locale is not None and locale.language == "en":
        return f"of {name}"
    letters = letters_of(name)
    is_vowel = letters[:1] in set("AEIOU") or (letters[:1] == "Y" and letters[1:2] not in set("AEIOUY"))
    return f"d'{name}" if is_vowel or letters.startswith(_MUTE_H) else f"de {name}"


def user_attached(name: str) -> str:
    """Return what follows when an administrator becomes a user, too."""
    sentence = _("%(name)s a déjà un compte et le garde : aucun courriel n'est envoyé.", name=name)
    return f"{sentence} {_('Rattachez cette personne à un groupe : rien ne lui est encore ouvert.')}"


def invitation_sent(person: Person) -> str:
    """Return what follows from an invitation: the same whoever has the address."""
    return _(
        "Invitation envoyée à %(name)s (%(email)s). Rien ne s'ouvre avant sa réponse, que vous verrez ici.",
        name=person.display_name,
        email=person.email,
    )


def administrator_appointed(name: str) -> str:
    """Return what follows when somebody of the organisation becomes its administrator."""
    return _("%(name)s a le rôle d'administrateur et garde son compte : aucun courriel n'est envoyé.", name=name)


def departure_noted(name: str, departs_on: date, today: date) -> str:
    """Return what follows from a last day: gone already, today, or later."""
    values = {"of_name": of(name), "day": longdate(departs_on, weekday=False)}
    if departs_on < today:
        return _("Le départ %(of_name)s est noté au %(day)s : ses accès sont fermés.", **values)
    return _("Le départ %(of_name)s est noté au %(day)s : ses accès se ferment après ce jour.", **values)


def clock_time(moment: datetime) -> str:
    """Return 10 h 32 (10:32 in English), by the clock of the reader."""
    local = moment.astimezone(reader_zone())
    locale = get_locale()
    if locale is not None and locale.language == "en":
        return f"{local:%H:%M}"
    return f"{local.hour}\u00a0h\u00a0{local:%M}"


def in_force_everywhere(report: Propagation) -> str | None:
    """Return the sentence when every service applies the act, None while it is not so."""
    if not report.is_over or report.in_force_at is None or report.ending is None:
        return None
    sentence = _("Appliqué partout à %(time)s.", time=clock_time(report.in_force_at))
    ended = report.ending.ended
    if not ended:
        return sentence
    closed = ngettext(
        "%(num)s session ouverte dans un extranet a été fermée.",
        "%(num)s sessions ouvertes dans les extranets ont été fermées.",
        ended,
    )
    return f"{sentence} {closed}"
