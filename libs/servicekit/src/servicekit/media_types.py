"""The one comparison of media types: in `Content-Type` and `Accept`, and in the header `typ` of a JWT.

Names of media types are compared without regard to case (RFC 2045 §5.1, RFC 9110 §8.3.1). In a JWT the beginning
`application/` may be left out where no other slash follows (RFC 7515 §4.1.9).
"""

from __future__ import annotations

import re

_NO_WEIGHT = re.compile(r";\s*q\s*=\s*0(\.0*)?\s*(;|$)")
FORM = "application/x-www-form-urlencoded"


def media_type_of(header: object) -> str:
    """Type and subtype of a `Content-Type`, in lower case and without parameters; empty when there is none."""
    return str(header or "").partition(";")[0].strip().lower()


def accepts_type(header: object, wanted: str) -> bool:
    """Whether an `Accept` names this very type; `*/*` and a weight of zero do not."""
    named = (part for part in str(header or "").lower().split(",") if media_type_of(part) == wanted.lower())
    return any(not _NO_WEIGHT.search(part) for part in named)


def token_type_is(typ: object, *names: str) -> bool:
    """Whether the header `typ` of a JWT says one of `names`, written short (`at+jwt`) or whole. No text is none."""
    return isinstance(typ, str) and _whole(typ) in {_whole(name) for name in names}


def _whole(name: str) -> str:
    lower = name.lower()
    return lower if "/" in lower else f"application/{lower}"
