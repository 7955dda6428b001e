"""Searching the journal: what an auditor may ask, and how a dossier is shown in a list."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from audit.domain.refusals import InvalidSearchError
from audit.domain.shard import ShardKey

_CASE_NUMBER = re.compile(r"[0-9A-Za-z][0-9A-Za-z /._-]{2,39}")
_CAF = re.compile(r"[0-9]{3}")
_MATRICULE = re.compile(r"([0-9]{1,7})[A-Z]?")
_LONG_MATRICULE = re.compile(r"([0-9]{7})0{8}")
_DOSSIER = re.compile(r"dossier:([^:]+):(.+)")
_TEXT = re.compile(r"[^\x00-\x1f\x7f]{1,256}")
_VISIBLE_DIGITS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchQuestion:
    """What the auditor typed, in clear. Times are microseconds since 1970 UTC; the end is not included."""

    case_number: str
    actor_id: str | None = None
    organisation_id: str | None = None
    subject: str | None = None
    type: str | None = None
    decision: str | None = None
    from_us: int | None = None
    until_us: int | None = None
    reference: str | None = None
    about: str | None = None
    """Whatever a person or an organisation did or was the object of: "account:…" or "organisation:…"."""
    everything: bool = False
    """Also the readings of auditors and the technical steps of a sign-in, which hide the rest (`steps`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Criteria:
    """A question as the journal can be asked: pseudonyms of every month; None means "any".

    `owner` is that of the auditor: a Caf or "national". Only its events are seen, and there is no way to ask for all.
    """

    owner: str
    actors: tuple[str, ...] | None = None
    organisations: tuple[str, ...] | None = None
    subjects: tuple[str, ...] | None = None
    type: str | None = None
    decision: str | None = None
    from_us: int | None = None
    until_us: int | None = None
    reference: str | None = None
    anyone: tuple[str, ...] | None = None
    """Pseudonyms of one person or organisation: as the one who acted, for whom, or as the object."""
    without: tuple[str, ...] = ()


def check_question(question: SearchQuestion) -> None:
    """Lets a complete question pass.

    Raises:
        InvalidSearchError: no case number, a text that no identifier can be, or a period that ends before it begins.
    """
    wrong: dict[str, str] = {}
    if not _CASE_NUMBER.fullmatch(question.case_number):
        wrong["case_number"] = "CASE_NUMBER_NEEDED"
    for name in ("actor_id", "organisation_id", "subject", "about"):
        value = getattr(question, name)
        if value is not None and not _TEXT.fullmatch(value):
            wrong[name] = "MALFORMED"
    if question.from_us is not None and question.until_us is not None and question.from_us >= question.until_us:
        wrong["until_on"] = "PERIOD_ENDS_BEFORE_IT_BEGINS"
    if wrong:
        raise InvalidSearchError(f"search refused: {', '.join(wrong)}", fields=wrong)


def dossier_subject(caf: str, unverified_matricule: str) -> str:
    """The subject "dossier:921:0346145" of a typed Caf code and matricule (1 to 7 digits, or 15 ending in 8 zeros).

    Raises:
        InvalidSearchError: one of the two cannot be what it should.
    """
    typed = re.sub(r"[\s.]", "", unverified_matricule).upper()
    found = _LONG_MATRICULE.fullmatch(typed) or _MATRICULE.fullmatch(typed)
    if found is None:
        raise InvalidSearchError("not a matricule", fields={"matricule": "MATRICULE_MALFORMED"})
    if not _CAF.fullmatch(caf):
        raise InvalidSearchError("not a Caf code", fields={"caf": "CAF_MALFORMED"})
    return f"dossier:{caf}:{found[1].zfill(7)}"


def criteria_for(
    question: SearchQuestion, owner: str, keys: Mapping[str, ShardKey], steps: tuple[str, ...] = ()
) -> Criteria:
    """What to look for in each month whose key is known, without the types `steps` unless the question wants them."""

    def pseudonyms(kind: str, identifier: str | None) -> tuple[str, ...] | None:
        return None if identifier is None else tuple(key.pseudonym(kind, identifier) for key in keys.values())

    return Criteria(
        owner=owner,
        actors=pseudonyms("actor", question.actor_id),
        organisations=pseudonyms("organisation", question.organisation_id),
        subjects=pseudonyms("subject", question.subject),
        type=question.type,
        decision=question.decision,
        from_us=question.from_us,
        until_us=question.until_us,
        reference=question.reference,
        anyone=None if question.about is None else _anyone(question.about, keys),
        without=() if question.everything or question.type or question.reference else steps,
    )


def _anyone(about: str, keys: Mapping[str, ShardKey]) -> tuple[str, ...]:
    kind, _, identifier = about.partition(":")
    acting = "actor" if kind == "account" else "organisation"
    of_month = ((key.pseudonym(acting, identifier), key.pseudonym("subject", about)) for key in keys.values())
    return tuple(pseudonym for pair in of_month for pseudonym in pair)


def masked(subject: str | None) -> str | None:
    """A subject as lists show it: a dossier keeps its Caf and three last digits, "921 / ••••145"."""
    dossier = _DOSSIER.fullmatch(subject or "")
    if not dossier:
        return subject
    caf, matricule = dossier.groups()
    hidden = max(len(matricule) - _VISIBLE_DIGITS, 0)
    return f"{caf} / {'•' * hidden}{matricule[hidden:]}"


def plain(subject: str | None) -> str | None:
    """A subject as the page of one event shows it: "921 / 0346145"."""
    dossier = _DOSSIER.fullmatch(subject or "")
    return f"{dossier[1]} / {dossier[2]}" if dossier else subject
