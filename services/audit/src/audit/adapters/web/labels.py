"""What types, decisions, reasons and services are called: in the words of the service that tells of them.

The words are those known when the request began (`g.vocabulary`). What nobody named is shown with its service.
"""

from collections.abc import Mapping
from typing import Any

from flask import g
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from audit.domain.vocabulary import Vocabulary, service_of
from partnerkit.reasons.pages import brief_words
from servicekit.event_words import REASON, SERVICE, SUBJECT, TYPE, Word
from servicekit.typography import typeset

DECISIONS: Mapping[str, Any] = {"granted": _l("Accordé"), "refused": _l("Refusé"), "done": _l("Fait")}
DECISION_KINDS = {"granted": "good", "refused": "bad", "done": "plain"}


def vocabulary() -> Vocabulary:
    """The words of this request."""
    return g.vocabulary  # type: ignore[no-any-return]


def in_language(word: Word) -> str:
    """A word in the language of the request."""
    locale = get_locale()
    return word.english if locale is not None and locale.language == "en" else typeset(word.french)


def named(service: str, kind: str, code: str) -> str | None:
    """What `service` calls a code; None when it never said so."""
    word = vocabulary().find(service, kind, code)
    return None if word is None else in_language(word)


def subject_label(service: str, kind: str) -> str | None:
    """What the kind of a subject is called, by `service` before others."""
    word = vocabulary().find(service, SUBJECT, kind) or vocabulary().find_anywhere(SUBJECT, kind)
    return None if word is None else in_language(word)


def service_name(service: str) -> str:
    """What a service calls itself; its name otherwise."""
    return named(service, SERVICE, service) or service


def type_label(event_type: str) -> str:
    """What a type is called; one nobody named keeps its code, after its service."""
    service = service_of(event_type)
    found = named(service, TYPE, event_type)
    return found or _("Autre événement de %(service)s (%(code)s)", service=service_name(service), code=event_type)


def reason_text(service: str, reason: str | None) -> str:
    """A reason in a few words; one that neither the service nor this version names is said to be so."""
    return "" if not reason else named(service, REASON, reason) or brief_words(reason)
