"""Who, what and why of an event in words: an identifier is shown only where nothing better is known."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

from audit.adapters.web.labels import subject_label
from audit.adapters.web.payload_labels import tail
from audit.domain.event import OWN_SERVICE
from audit.domain.search import masked, plain
from audit.use_cases.find_names import JournalNames
from audit.use_cases.opened_payloads import Erased
from audit.use_cases.times import moment
from servicekit.typography import typeset
from servicekit.web.formats import longdate


def erased_sentence(erased: Erased | None) -> str:
    """When and why the content of an event is not there any more; nothing when nobody erased it."""
    if erased is None:
        return ""
    day = longdate(moment(erased.at_us))
    if erased.by is None:
        return str(_("Effacé le %(day)s, à la fin de sa durée de conservation", day=day))
    return str(_("Effacé le %(day)s par %(who)s", day=day, who=erased.by))


@dataclass(frozen=True, slots=True)
class Wording:
    """The words for one event of `service`: what was told of it, its payload, and the names known."""

    told: Mapping[str, Any]
    payload: Mapping[str, Any]
    names: JournalNames
    service: str = OWN_SERVICE
    """Whose words name the kind of a subject."""

    def who(self) -> str:
        """The person who acted: name and identifier as far as known; nothing for an act of no person."""
        account = self.told.get("actor_id")
        if not account:
            return str(self.payload.get("author", ""))
        person = self.names.people.get(account)
        if person is None:
            return str(self.payload.get("author") or _("Compte %(id)s", id=tail(account)))
        return f"{person.name} ({person.username})" if person.name else person.username

    def about(self) -> str:
        """The person or organisation that everything is asked about."""
        kind, _colon, rest = str(self.told.get("about") or "").partition(":")
        if kind == "organisation":
            return self.names.organisations.get(rest) or _("Organisation %(id)s", id=tail(rest))
        person = self.names.people.get(rest)
        if person is None:
            return str(_("Compte %(id)s", id=tail(rest)))
        return f"{person.name} ({person.username})" if person.name else person.username

    def organisation(self) -> str:
        """The organisation for which they acted."""
        organisation = self.told.get("organisation_id")
        if not organisation:
            return ""
        return self.names.organisations.get(organisation) or _("Organisation %(id)s", id=tail(organisation))

    def subject(self, *, clear: bool) -> str:
        """What the act was about; a dossier is masked unless `clear`."""
        subject = self.told.get("subject") or ""
        kind, _colon, rest = subject.partition(":")
        label = subject_label(self.service, kind)
        if label is None:
            return (plain(subject) if clear else masked(subject)) or ""
        return f"{label} {self._called(kind, rest)}"

    def _called(self, kind: str, identifier: str) -> str:
        person = self.names.people.get(identifier) if kind == "account" else None
        if person is not None:
            return person.username
        label = self.names.organisations.get(identifier) if kind == "organisation" else None
        label = label or self.payload.get("label")
        return typeset(f"« {label} »") if isinstance(label, str) and label else tail(identifier)
