"""What every call of a program may say beside its act: texts that a store can hold, keys, states, parts of lists."""

import re
from collections.abc import Sequence
from typing import Any, TypeVar

from habpps.domain.refusals import FormRefusedError
from habpps.use_cases.people_ports import Listing
from partenaire.habpps.v1 import administration_pb2 as pb
from partnerkit.text import clean_line

LONGEST_TEXT = 300
MOST_ROWS, USUAL_ROWS, LAST_PAGE = 100, 20, 100_000
_KEY = re.compile(r"[A-Za-z0-9._-]{8,64}")
_AS_IT_IS = frozenset({"content", "idempotency_key"})

R = TypeVar("R")


def clean_texts(message: Any, before: str) -> None:
    """Make every text of a call a clean line that a store can hold, but for the content of acts and keys.

    Raises:
        FormRefusedError: TOO_LONG.
    """
    for field, value in message.ListFields():
        path = f"{before}{field.name}"
        if field.message_type is not None:
            clean_texts(value, f"{path}.")
        elif isinstance(value, str) and field.name not in _AS_IT_IS:
            setattr(message, field.name, clean_line(value))
            if len(getattr(message, field.name)) > LONGEST_TEXT:
                raise FormRefusedError({path: "TOO_LONG"})


def key_of(key: str) -> str:
    """Return a key that is one.

    Raises:
        FormRefusedError: it is none.
    """
    if not _KEY.fullmatch(key):
        raise FormRefusedError({"idempotency_key": "FIELD_MALFORMED" if key else "FIELD_MISSING"})
    return key


def state_of(state: str, known: Any) -> str:
    """Return a state that a list is filtered by; empty for all.

    Raises:
        FormRefusedError: there is no such state.
    """
    if state and state not in {one.value for one in known}:
        raise FormRefusedError({"state": "FIELD_MALFORMED"})
    return state


def listing_of(page: pb.Page, *, text: str = "", state: str = "", group_id: str = "") -> Listing:
    """Return what a list is asked for.

    Raises:
        FormRefusedError: more than a page, or a page beyond every list.
    """
    wrong = {"page.size": page.size > MOST_ROWS, "page.number": page.number > LAST_PAGE}
    if any(wrong.values()):
        raise FormRefusedError({name: "FIELD_MALFORMED" for name, is_wrong in wrong.items() if is_wrong})
    return Listing(text=text, state=state, group_id=group_id, page=page.number or 1, size=page.size or USUAL_ROWS)


def part_of(rows: Sequence[R], page: pb.Page) -> Sequence[R]:
    """Return the rows of a page of a list that is read whole.

    Raises:
        FormRefusedError: as for `listing_of`.
    """
    listing = listing_of(page)
    start = (listing.page - 1) * listing.size
    return rows[start : start + listing.size]
