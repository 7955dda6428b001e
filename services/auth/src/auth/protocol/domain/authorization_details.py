"""Rich authorization requests (RFC 9396) of the type `service_contract`: a client asks for less than the rights."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
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

    A granted detail that no request matches, or that would keep nothing in one of its lists, is left out.
    """
    if not requested:
        return tuple(granted)
    kept = []
    for detail in granted:
        for wish in requested:
            if wish.get("service_contract", detail.get("service_contract")) != detail.get("service_contract"):
                continue
            lists = {name: _common(detail.get(name, ()), wish[name]) for name in _NARROWED if name in wish}
            if all(lists.values()):
                kept.append({**detail, **lists})
                break
    return tuple(kept)


def common(granted: Sequence[Detail], held: Sequence[Detail]) -> tuple[Detail, ...]:
    """What of the details that a token holds is granted today: each is cut to what both hold, or left out.

    A detail is the same right when its type, extranet and contract, or role and organisation, are the same.
    """
    kept = []
    for detail in held:
        today = next((one for one in granted if _is_same_right(one, detail)), None)
        if today is None:
            continue
        lists = {name: _common(today.get(name, ()), detail[name]) for name in _NARROWED if name in detail}
        if all(lists.values()):
            kept.append({**today, **lists})
    return tuple(kept)


def _is_same_right(one: Detail, other: Detail) -> bool:
    names = ("type", "extranet", "service_contract", "role", "caf", "organisation")
    return all(one.get(name) == other.get(name) for name in names)


def _common(granted: Sequence[str], wished: Sequence[str]) -> list[str]:
    return [value for value in granted if value in wished]
