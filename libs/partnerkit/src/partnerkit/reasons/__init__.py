"""One catalogue of reasons: each `reason` that a service can give, and what it is told as to whoever reads it.

`told(code, reader)` never fails and never gives the code itself: what this version does not know is told by a general,
true sentence. `tests/architecture/test_reasons.py` compares the catalogue with the reasons of the code, both ways.
Neighbours: `entry` (what a reason is), `steps` (who can help), one module of entries for each part of the product.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from partnerkit.reasons import administration, fields, journal, protocol, questions, rights, sign_in
from partnerkit.reasons.entry import Reader, Reason, Text
from partnerkit.reasons.steps import RIGHTS

__all__ = ["CATALOGUE", "Reader", "Reason", "Text", "Told", "brief", "own_sentence", "reader_of", "roles_in", "told"]

CATALOGUE: Mapping[str, Reason] = {
    one.code: one
    for one in chain(
        rights.REASONS,
        questions.REASONS,
        administration.REASONS,
        sign_in.REASONS,
        protocol.REASONS,
        journal.REASONS,
        fields.REASONS,
    )
}
_OTHERWISE = Reason(
    "",
    RIGHTS,
    Text("Raison que cette version ne connaît pas", "Reason that this version does not know"),
    Text("Vos droits actuels ne le permettent pas.", "Your present rights do not allow it."),
    RIGHTS.step,
)


@dataclass(frozen=True, slots=True)
class Told:
    """A reason for one reader: why, and what to do or who can help."""

    why: Text
    help: Text


def told(code: str, reader: Reader) -> Told:
    """What `reader` reads."""
    found = CATALOGUE.get(code, _OTHERWISE)
    why = found.brief if reader is Reader.AUDITOR else found.why
    return Told(why, found.step.for_reader(reader))


def own_sentence(code: str, reader: Reader) -> Told | None:
    """What `reader` reads where the catalogue has a sentence for just this reason, else None."""
    found = CATALOGUE.get(code)
    return told(code, reader) if found is not None and found.why is not found.kind.why else None


def brief(code: str) -> Text:
    """The reason in a few words, of nobody in particular."""
    return CATALOGUE.get(code, _OTHERWISE).brief


def reader_of(roles: Iterable[str]) -> Reader:
    """Who reads, by the administration roles held (codes); a person without any is a professional."""
    held = set(roles)
    if held & {"caf_administrator", "caf_auditor"}:
        return Reader.CAF
    return Reader.PARTNER_ADMINISTRATOR if "partner_administrator" in held else Reader.PROFESSIONAL


def roles_in(details: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    """The administration roles that the `authorization_details` of a verified token name."""
    return tuple(str(detail.get("role")) for detail in details if detail.get("type") == "administration")
