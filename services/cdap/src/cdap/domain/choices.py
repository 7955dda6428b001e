"""What a professional may choose in the form: the reasons and territories of the token.

The token narrows what is offered; the rights decide when the form is sent.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any, NamedTuple

EXTRANET = "cdap"


class OfferedReason(NamedTuple):
    """Why somebody consults, and the profile that serves it: `rights` never names a pair that does not fit."""

    profile: str
    purpose: str


@dataclass(frozen=True, slots=True)
class Choices:
    """Codes in the order of the token, each once."""

    profiles: tuple[str, ...]
    territories: tuple[str, ...]
    purposes: tuple[str, ...]
    reasons: tuple[OfferedReason, ...]


def choices_of(token_details: Sequence[Mapping[str, Any]]) -> Choices:
    """Collect them from the `authorization_details` of a verified token (RFC 9396)."""
    details = [detail for detail in token_details if detail.get("extranet") == EXTRANET]
    profiles, territories, purposes = (_collect(details, name) for name in ("profiles", "territories", "purposes"))
    return Choices(profiles, territories, purposes, _reasons(details))


def _reasons(details: Sequence[Mapping[str, Any]]) -> tuple[OfferedReason, ...]:
    """Within a detail, every profile goes with every purpose."""
    found: dict[OfferedReason, None] = {}
    for detail in details:
        pairs = product(_collect([detail], "profiles"), _collect([detail], "purposes"))
        found.update(dict.fromkeys(OfferedReason(*pair) for pair in pairs))
    return tuple(found)


def _collect(details: Sequence[Mapping[str, Any]], name: str) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for detail in details:
        listed = detail.get(name)
        if isinstance(listed, list | tuple):
            found.update(dict.fromkeys(str(code) for code in listed))
    return tuple(found)
