"""What a professional may choose in the form: the profiles, territories and purposes of the token.

The token narrows what is offered; the rights decide when the form is sent.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

EXTRANET = "cdap"


@dataclass(frozen=True, slots=True)
class Choices:
    """Codes in the order of the token, each once."""

    profiles: tuple[str, ...]
    territories: tuple[str, ...]
    purposes: tuple[str, ...]


def choices_of(token_details: Sequence[Mapping[str, Any]]) -> Choices:
    """Collect them from the `authorization_details` of a verified token (RFC 9396)."""
    details = [detail for detail in token_details if detail.get("extranet") == EXTRANET]
    return Choices(_collect(details, "profiles"), _collect(details, "territories"), _collect(details, "purposes"))


def _collect(details: Sequence[Mapping[str, Any]], name: str) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for detail in details:
        listed = detail.get(name)
        if isinstance(listed, list | tuple):
            found.update(dict.fromkeys(str(code) for code in listed))
    return tuple(found)
