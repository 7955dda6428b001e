"""Rich authorization requests (RFC 9396) of the type `service_contract`: a client asks for less than the rights."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from auth.ground.domain.errors import RequestRefusedError

SERVICE_CONTRACT = "service_contract"
_NARROWED = ("profiles", "territories", "purposes")
_LONGEST = 4096
_MOST = 10

Detail = Mapping[str, Any]


class BadDetailsError(RequestRefusedError):
    """`invalid_authorization_details` on the wire (RFC 9396 §5)."""

    def __init__(self, description: str) -> None:
        super().__init__("invalid_authorization_details", description)


def read_details(text: str | None, extranet: str | None) -> tuple[Detail, ...]:
    """Reads the parameter `authorization_details`; an absent one asks for everything that the rights give.

    Raises:
        BadDetailsError: not a JSON list of objects of our type, about another extranet than the client's, or with
            members we do not know.
    """
    if not text:
        return ()
    if len(text) > _LONGEST:
        raise BadDetailsError("authorization_details is too long")
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        raise BadDetailsError("authorization_details is not JSON") from None
    if not isinstance(content, list) or not 0 < len(content) <= _MOST:
        raise BadDetailsError(f"authorization_details must be a list of 1 to {_MOST} objects")
    for detail in content:
        _check(detail, extranet)
    return tuple(content)


def _check(detail: object, extranet: str | None) -> None:
    if not isinstance(detail, dict) or detail.get("type") != SERVICE_CONTRACT:
        raise BadDetailsError("the only type of authorization_details is service_contract")
    if set(detail) - {"type", "extranet", "service_contract", *_NARROWED}:
        raise BadDetailsError("service_contract has a member that is not known")
    if extranet is None or detail.get("extranet", extranet) != extranet:
        raise BadDetailsError("service_contract speaks of another extranet than this client's")
    if not isinstance(detail.get("service_contract", ""), str):
        raise BadDetailsError("service_contract must be a text")
    for name in _NARROWED:
        values = detail.get(name, [])
        if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
            raise BadDetailsError(f"{name} must be a list of texts")


def narrow(granted: Sequence[Detail], requested: Sequence[Detail]) -> tuple[Detail, ...]:
    """What of the granted details was asked for: each list is the part that both hold. Never more than granted.

    Within a detail every profile goes with every purpose and territory, so each pair of a granted and a requested one
    is cut by itself; what would keep nothing in one of its lists is left out.
    """
    if not requested:
        return tuple(granted)
    pairs = ((detail, wish) for detail in granted for wish in requested if _speaks_of(wish, detail))
    return _cut(pairs)


def common(granted: Sequence[Detail], held: Sequence[Detail]) -> tuple[Detail, ...]:
    """What of the details that a token holds is granted today: each is cut to what both hold, or left out.

    A detail is the same right when its type, extranet and contract, or role and organisation, are the same. Usually
    nothing has changed since the token was made, and nothing is cut.
    """
    if [*granted] == [*held]:
        return tuple(granted)
    return _cut((today, detail) for detail in held for today in granted if _is_same_right(today, detail))


def _cut(pairs: Iterable[tuple[Detail, Detail]]) -> tuple[Detail, ...]:
    """The first of each pair, its lists cut to those of the second; each once."""
    kept: list[Detail] = []
    for detail, wish in pairs:
        lists = {name: _common(detail.get(name, ()), wish[name]) for name in _NARROWED if name in wish}
        cut = {**detail, **lists}
        if all(lists.values()) and cut not in kept:
            kept.append(cut)
    return tuple(kept)


def _speaks_of(wish: Detail, detail: Detail) -> bool:
    return bool(wish.get("service_contract", detail.get("service_contract")) == detail.get("service_contract"))


def _is_same_right(one: Detail, other: Detail) -> bool:
    names = ("type", "extranet", "service_contract", "role", "caf", "organisation")
    return all(one.get(name) == other.get(name) for name in names)


def _common(granted: Sequence[str], wished: Sequence[str]) -> list[str]:
    return [value for value in granted if value in wished]
